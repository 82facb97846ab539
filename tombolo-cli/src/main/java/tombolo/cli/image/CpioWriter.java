// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import tombolo.topology.InputException;

/**
 * Writes a cpio archive in the "new ASCII" format, which Linux unpacks as its first root file
 * system (Documentation/driver-api/early-userspace/buffer-format.rst in Linux).
 *
 * <p>Names are byte strings, as {@link NameBytes} makes them. The same calls give the same bytes:
 * everything belongs to root, all times are 0, and inode numbers count from 1. For one thread.
 */
final class CpioWriter {
  static final int TYPE = 0170000;
  static final int DIRECTORY = 0040000;
  static final int FILE = 0100000;
  static final int LINK = 0120000;
  static final int CHARACTER_DEVICE = 0020000;

  /** The format has 32 bits for a file's size. */
  static final long LARGEST_FILE = 0xffff_ffffL;

  private static final int ALIGNMENT = 4;
  private static final int FULL_LINES = 512;

  private final OutputStream out;
  private long written;
  private int inode;

  /**
   * @param out where the archive goes; not closed
   */
  CpioWriter(OutputStream out) {
    this.out = out;
  }

  /**
   * Adds something.
   *
   * @param name its path without a slash in front; the directories in it come before it
   * @param mode its type and permissions
   * @param content a file's bytes, or what a link leads to
   */
  void add(String name, int mode, byte[] content) throws IOException {
    header(name, mode, content.length, 0);
    write(content, content.length);
    pad(ALIGNMENT);
  }

  /**
   * Adds a file of the host, whose bytes pass through.
   *
   * @throws InputException if the file can't be read, or is too large for the format
   */
  void addFile(String name, int permissions, Path file) throws IOException {
    try (InputStream in = Source.read(file, () -> Files.newInputStream(file))) {
      long size = Source.read(file, () -> Files.size(file));
      if (size > LARGEST_FILE) {
        throw new InputException(file + ": larger than 4 GiB, which no initial RAM disk can hold");
      }
      header(name, FILE | permissions, size, 0);
      byte[] buffer = new byte[1 << 16];
      for (long left = size; left > 0; ) {
        int most = (int) Math.min(left, buffer.length);
        int count = Source.read(file, () -> in.read(buffer, 0, most));
        if (count < 0) {
          throw new InputException(file + ": has become shorter while it was read; try again");
        }
        write(buffer, count);
        left -= count;
      }
      pad(ALIGNMENT);
    }
  }

  /**
   * Adds a device, a pipe or a socket.
   *
   * @param mode its type and permissions
   * @param device its number as stat(2) has it on Linux; 0 if it is no device
   */
  void addNode(String name, int mode, long device) throws IOException {
    header(name, mode, 0, device);
  }

  /** Ends the archive, at a multiple of 512 bytes, as cpio does; returns its size. */
  long finish() throws IOException {
    header("TRAILER!!!", 0, 0, 0);
    pad(FULL_LINES);
    return written;
  }

  private void header(String name, int mode, long size, long device) throws IOException {
    inode++;
    byte[] path = name.getBytes(ISO_8859_1);
    int links = (mode & TYPE) == DIRECTORY ? 2 : 1;
    long major = ((device >> 8) & 0xfff) | ((device >> 32) & 0xffff_f000L);
    long minor = (device & 0xff) | ((device >> 12) & 0xffff_ff00L);
    long[] fields = {inode, mode, 0, 0, links, 0, size, 0, 0, major, minor, path.length + 1, 0};
    StringBuilder header = new StringBuilder("070701");
    for (long field : fields) {
      header.append(String.format(Locale.ROOT, "%08x", field));
    }
    byte[] digits = header.toString().getBytes(ISO_8859_1);
    write(digits, digits.length);
    write(path, path.length);
    write(new byte[1], 1);
    pad(ALIGNMENT);
  }

  private void write(byte[] bytes, int count) throws IOException {
    out.write(bytes, 0, count);
    written += count;
  }

  private void pad(int alignment) throws IOException {
    int count = (int) (-written & (alignment - 1));
    write(new byte[count], count);
  }
}
