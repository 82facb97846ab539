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

  /** What {@link KernelImage#format} is. */
  static final String FORMAT = "Linux Image";

  // Microsoft PE Format: where a kernel that is an EFI program, too, says what belongs to it.
  private static final int PE_OFFSET = 0x3c;
  private static final int PE_MAGIC = 0x4550;
  private static final int PE_HEADER_BYTES = 24;
  private static final int PE_SECTION_BYTES = 40;

  private LinuxImage() {}

  static boolean isLinuxImage(byte[] bytes) {
    return bytes.length >= HEADER_BYTES && header(bytes).getInt(56) == MAGIC_2;
  }

  /**
   * Checks an Image.
   *
   * @param bytes the whole file, which the kernel keeps
   */
  static KernelImage parse(byte[] bytes, long ramBase, String name) {
    if (!isLinuxImage(bytes)) {
      throw new ImageException(name + ": has changed while it was read; try again");
    }
    ByteBuffer header = header(bytes);
    long needed = bytesInFile(header);
    if (bytes.length < needed) {
      throw new ImageException(
          "%s: truncated: the kernel has %d bytes, the file %d"
              .formatted(name, needed, bytes.length));
    }
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
    KernelImage.Segment all = new KernelImage.Segment(gpa, bytes, memorySize);
    return new KernelImage(FORMAT, List.of(all), gpa, SymbolTable.EMPTY);
  }

  /**
   * How long the file has to be, as far as it says so. The size in Linux's own header counts what
   * is zero, too; what EFI has to load from the file is in the sections of EFI's header.
   */
  private static long bytesInFile(ByteBuffer file) {
    long pe = Integer.toUnsignedLong(file.getInt(PE_OFFSET));
    if (file.getShort(0) != 0x5a4d
        || pe + PE_HEADER_BYTES > file.limit()
        || file.getInt((int) pe) != PE_MAGIC) {
      return 0;
    }
    int sections = Short.toUnsignedInt(file.getShort((int) pe + 6));
    long table = pe + PE_HEADER_BYTES + Short.toUnsignedInt(file.getShort((int) pe + 20));
    long end = table + (long) sections * PE_SECTION_BYTES;
    for (int i = 0; i < sections && end <= file.limit(); i++) {
      int section = (int) table + i * PE_SECTION_BYTES;
      long size = Integer.toUnsignedLong(file.getInt(section + 16));
      long start = Integer.toUnsignedLong(file.getInt(section + 20));
      end = Math.max(end, start + size);
    }
    return end;
  }

  private static ByteBuffer header(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
