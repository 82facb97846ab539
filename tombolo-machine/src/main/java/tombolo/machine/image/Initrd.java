// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Initial RAM disks. They are the kernel's to understand, and may be any file system; what can be
 * told from here is whether a cpio archive that isn't compressed is all there
 * (Documentation/driver-api/early-userspace/buffer-format.rst in Linux). A kernel that gets half of
 * one boots, and then lacks what it lacks.
 */
public final class Initrd {
  private static final int HEADER_BYTES = 110;
  private static final int FIELD_BYTES = 8;
  private static final int FIRST_FIELD = 6;
  private static final int FILE_SIZE = 6;
  private static final int NAME_SIZE = 11;
  private static final String LAST = "TRAILER!!!";

  private final byte[] bytes;
  private final String file;

  private Initrd(byte[] bytes, String file) {
    this.bytes = bytes;
    this.file = file;
  }

  /**
   * Reads an initial RAM disk of any size that Java's heap can hold, as {@link #read(Path, long)}
   * does.
   */
  public static byte[] read(Path file) {
    return read(file, Long.MAX_VALUE);
  }

  /**
   * Reads an initial RAM disk.
   *
   * @param ramSize bytes of the RAM that it has to fit into
   * @throws ImageException if it can't be read, is too large, or is a cpio archive that ends too
   *     early
   */
  public static byte[] read(Path file, long ramSize) {
    byte[] bytes = KernelImage.readFile(file, ramSize);
    check(bytes, file.toString());
    return bytes;
  }

  static void check(byte[] bytes, String file) {
    if (bytes.length == 0) {
      throw new ImageException(file + ": the file is empty");
    }
    new Initrd(bytes, file).checkArchives();
  }

  /**
   * Archives may follow each other, with zeros between them, and a compressed one ends the walk.
   */
  private void checkArchives() {
    for (long at = 0; at < bytes.length; at++) {
      if (bytes[(int) at] == 0) {
        continue;
      }
      if ((at & 3) != 0 || !isHeader(at)) {
        return;
      }
      at = afterArchive(at) - 1;
    }
  }

  private long afterArchive(long start) {
    for (long at = start; ; ) {
      if (at + HEADER_BYTES > bytes.length) {
        throw truncated("in the middle of its archive, which has no end mark");
      }
      if (!isHeader(at)) {
        throw new ImageException(
            "%s: a damaged cpio archive: no header at 0x%x, where one has to be"
                .formatted(file, at));
      }
      long nameLength = field(at, NAME_SIZE);
      long nameEnd = at + HEADER_BYTES + nameLength;
      if (nameLength == 0 || nameEnd > bytes.length) {
        throw truncated("in the middle of a name");
      }
      String name =
          new String(bytes, (int) at + HEADER_BYTES, (int) nameLength - 1, StandardCharsets.UTF_8);
      long next = alignUp(alignUp(nameEnd) + field(at, FILE_SIZE));
      if (name.equals(LAST)) {
        return Math.min(next, bytes.length);
      }
      if (alignUp(nameEnd) + field(at, FILE_SIZE) > bytes.length) {
        throw truncated("in the middle of " + name);
      }
      at = next;
    }
  }

  private ImageException truncated(String where) {
    return new ImageException(
        "%s: truncated: the cpio archive ends %s, after %d bytes"
            .formatted(file, where, bytes.length));
  }

  /** The "new ASCII" format's, without or with a checksum. */
  private boolean isHeader(long at) {
    if (at + FIRST_FIELD > bytes.length) {
      return false;
    }
    String magic = new String(bytes, (int) at, FIRST_FIELD, StandardCharsets.ISO_8859_1);
    return magic.equals("070701") || magic.equals("070702");
  }

  /** A number of eight hexadecimal digits. */
  private long field(long header, int number) {
    int from = (int) header + FIRST_FIELD + number * FIELD_BYTES;
    long value = 0;
    for (int i = from; i < from + FIELD_BYTES; i++) {
      int digit = Character.digit(bytes[i], 16);
      if (digit < 0) {
        throw new ImageException(
            "%s: a damaged cpio archive: the header at 0x%x has something else than digits"
                .formatted(file, header));
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static long alignUp(long offset) {
    return offset + 3 & -4;
  }
}
