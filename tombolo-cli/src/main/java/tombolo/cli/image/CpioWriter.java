// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/**
 * Writes a cpio archive in the "new ASCII" format, which Linux unpacks as its first root file
 * system (Documentation/driver-api/early-userspace/buffer-format.rst in Linux).
 *
 * <p>The same calls give the same bytes: everything belongs to root, all times are 0, and inode
 * numbers count from 1. For one thread.
 */
final class CpioWriter {
  static final int DIRECTORY = 0040000;
  static final int FILE = 0100000;
  static final int LINK = 0120000;
  static final int CHARACTER_DEVICE = 0020000;

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
    entry(name, mode, content, 0, 0);
  }

  /** Adds a character device. */
  void addDevice(String name, int permissions, int major, int minor) throws IOException {
    entry(name, CHARACTER_DEVICE | permissions, new byte[0], major, minor);
  }

  /** Ends the archive, at a multiple of 512 bytes, as cpio does. */
  void finish() throws IOException {
    entry("TRAILER!!!", 0, new byte[0], 0, 0);
    pad(FULL_LINES);
  }

  private void entry(String name, int mode, byte[] content, int major, int minor)
      throws IOException {
    inode++;
    byte[] path = name.getBytes(UTF_8);
    int links = (mode & DIRECTORY) != 0 ? 2 : 1;
    int[] fields = {
      inode, mode, 0, 0, links, 0, content.length, 0, 0, major, minor, path.length + 1, 0
    };
    StringBuilder header = new StringBuilder("070701");
    for (int field : fields) {
      header.append(String.format(Locale.ROOT, "%08x", field));
    }
    write(header.toString().getBytes(UTF_8));
    write(path);
    write(new byte[1]);
    pad(ALIGNMENT);
    write(content);
    pad(ALIGNMENT);
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    written += bytes.length;
  }

  private void pad(int alignment) throws IOException {
    write(new byte[(int) (-written & (alignment - 1))]);
  }
}
