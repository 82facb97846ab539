// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Reads the {@code Image} file of a RISC-V Linux kernel
 * (Documentation/arch/riscv/boot-image-header.rst in Linux): its bytes are loaded as they are, at
 * an offset from the start of RAM.
 */
final class LinuxImage {
  private static final int HEADER_BYTES = 64;
  private static final int MAGIC_2 = 0x05435352; // "RSC\5"

  private LinuxImage() {}

  static boolean isLinuxImage(byte[] bytes) {
    return bytes.length >= HEADER_BYTES && header(bytes).getInt(56) == MAGIC_2;
  }

  static KernelImage parse(byte[] bytes, long ramBase, String name) {
    ByteBuffer header = header(bytes);
    long textOffset = header.getLong(8);
    long imageSize = header.getLong(16);
    if (textOffset < 0 || textOffset > Long.MAX_VALUE - ramBase) {
      throw new ImageException(
          "%s: the text offset 0x%x overflows the address space".formatted(name, textOffset));
    }
    long gpa = ramBase + textOffset;
    if (imageSize < 0 || imageSize > Long.MAX_VALUE - gpa) {
      throw new ImageException(
          "%s: the image size 0x%x overflows the address space".formatted(name, imageSize));
    }
    // Old kernels leave the size 0; the bss is then not counted, as it is not in other loaders.
    long memorySize = Math.max(imageSize, bytes.length);
    KernelImage.Segment all = new KernelImage.Segment(gpa, bytes.clone(), memorySize);
    return new KernelImage("Linux Image", List.of(all), gpa, SymbolTable.EMPTY);
  }

  private static ByteBuffer header(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
