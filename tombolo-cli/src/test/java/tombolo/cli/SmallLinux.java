// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that looks like a Linux kernel, and only prints something and powers off. */
final class SmallLinux {
  private static final int CODE = 64;
  private static final int[] INSTRUCTIONS = {
    0x00000297, // auipc t0, 0
    0x02828293, // addi t0, t0, 40
    0x0002c503, // next: lbu a0, (t0)
    0x00050a63, // beqz a0, end
    0x00100893, // li a7, 1: the legacy call that prints
    0x00000073, // ecall
    0x00128293, // addi t0, t0, 1
    0xfedff06f, // j next
    0x00800893, // end: li a7, 8: the one that powers off
    0x00000073, // ecall, and behind it the text
  };

  private SmallLinux() {}

  static Path printing(String text, Path directory) throws IOException {
    return printing(text, directory, 4096);
  }

  /**
   * Writes such a file.
   *
   * @param size bytes that the kernel takes of RAM
   */
  static Path printing(String text, Path directory, long size) throws IOException {
    byte[] bytes = new byte[4096];
    ByteBuffer image = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(0, 0x0400006f); // j CODE
    image.putLong(8, 0x20_0000).putLong(16, size).putInt(56, 0x05435352);
    image.position(CODE);
    for (int instruction : INSTRUCTIONS) {
      image.putInt(instruction);
    }
    image.put(text.getBytes(UTF_8));
    return Files.write(directory.resolve("Image"), bytes);
  }
}
