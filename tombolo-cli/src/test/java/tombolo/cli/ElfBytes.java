// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** An ELF64 file for RISC-V, made by hand: right by itself, or wrong in one point. */
final class ElfBytes {
  static final long RAM = 0x8000_0000L;

  private static final int HEADER = 64;
  private static final int ROW = 56;
  private static final int ROOM = 4096;

  private final ByteBuffer file = ByteBuffer.allocate(ROOM).order(ByteOrder.LITTLE_ENDIAN);
  private int rows;
  private int end = 1024;

  private ElfBytes(long entry) {
    file.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
    file.putShort(16, (short) 2);
    file.putShort(18, (short) 243);
    file.putInt(20, 1);
    file.putLong(24, entry);
    file.putLong(32, HEADER);
    file.putShort(52, (short) HEADER);
    file.putShort(54, (short) ROW);
  }

  /** A file that enters at this address. */
  static ElfBytes entering(long entry) {
    return new ElfBytes(entry);
  }

  /** A loadable segment of these instructions at this address. */
  ElfBytes segment(long address, int... words) {
    int row = HEADER + rows++ * ROW;
    int bytes = words.length * Integer.BYTES;
    file.putInt(row, 1);
    file.putInt(row + 4, 7);
    file.putLong(row + 8, end);
    file.putLong(row + 16, address);
    file.putLong(row + 24, address);
    file.putLong(row + 32, bytes);
    file.putLong(row + 40, bytes);
    for (int word : words) {
      file.putInt(end, word);
      end += Integer.BYTES;
    }
    file.putShort(56, (short) rows);
    return this;
  }

  /** A loadable segment of this many bytes of the file, from its first one on. */
  ElfBytes segmentOf(long address, long bytes) {
    int row = HEADER + rows * ROW;
    segment(address);
    file.putLong(row + 8, 0);
    file.putLong(row + 32, bytes);
    file.putLong(row + 40, bytes);
    return this;
  }

  /**
   * A program that stores 0, 1, 2 and so on to the UART and powers off.
   *
   * @param bytes how many, a multiple of 4096
   */
  ElfBytes printing(int bytes) {
    return segment(
        RAM,
        0x100002b7, // lui t0, 0x10000
        0x00000313, // li t1, 0
        bytes | 0x3b7, // lui t2, bytes >> 12
        0x00628023, // sb t1, 0(t0)
        0x00130313, // addi t1, t1, 1
        0xfe731ce3, // bne t1, t2, -8
        0x001002b7, // lui t0, 0x100
        0x00005337, // lui t1, 5
        0x5553031b, // addiw t1, t1, 0x555
        0x0062a023, // sw t1, 0(t0)
        0x0000006f); // j .
  }

  ElfBytes octet(int offset, int value) {
    file.put(offset, (byte) value);
    return this;
  }

  ElfBytes half(int offset, int value) {
    file.putShort(offset, (short) value);
    return this;
  }

  /** Without what follows the first bytes. */
  Path write(Path path, int bytes) throws IOException {
    byte[] some = new byte[bytes];
    file.get(0, some);
    return Files.write(path, some);
  }

  Path write(Path path) throws IOException {
    return write(path, end);
  }
}
