// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import java.nio.ByteBuffer;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * What a guest sees of a file. All files belong to its root: what the host's numbers of users mean
 * in the guest is nobody's business.
 *
 * @param kind of file
 * @param id that no other file of the folder has at the same time, as far as 32 bits allow
 * @param permissions nine bits
 */
record FileStatus(
    Kind kind, long id, int permissions, long size, FileTime accessed, FileTime modified) {
  /** Kinds of files. */
  enum Kind {
    FILE(0100000, 0x00, 8),
    DIRECTORY(0040000, 0x80, 4),
    LINK(0120000, 0x02, 10),
    /** A device, socket or pipe of the host, which no guest can open. */
    OTHER(0140000, 0x00, 12);

    /** The type in a mode of Linux's. */
    final int mode;

    final int qid;

    /** The type in a directory entry of Linux's. */
    final int entry;

    Kind(int mode, int qid, int entry) {
      this.mode = mode;
      this.qid = qid;
      this.entry = entry;
    }
  }

  static FileStatus of(PosixFileAttributes attributes) {
    Kind kind =
        attributes.isRegularFile()
            ? Kind.FILE
            : attributes.isDirectory()
                ? Kind.DIRECTORY
                : attributes.isSymbolicLink() ? Kind.LINK : Kind.OTHER;
    return new FileStatus(
        kind,
        Integer.toUnsignedLong(Objects.hashCode(attributes.fileKey())),
        bits(attributes.permissions()),
        attributes.size(),
        attributes.lastAccessTime(),
        attributes.lastModifiedTime());
  }

  /** Returns the status of an open file that has no name any more. */
  static FileStatus ofNameless(long size) {
    FileTime never = FileTime.from(Instant.EPOCH);
    return new FileStatus(Kind.FILE, 0, 0600, size, never, never);
  }

  private static int bits(Set<PosixFilePermission> permissions) {
    int bits = 0;
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      bits = (bits << 1) | (permissions.contains(permission) ? 1 : 0);
    }
    return bits;
  }

  /**
   * Returns the permissions that nine bits of a mode mean; others, such as set-user-ID, do not
   * count.
   */
  static Set<PosixFilePermission> permissions(int mode) {
    EnumSet<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    int bit = 0400; // in the order of the constants: the owner's read is the first
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      if ((mode & bit) != 0) {
        permissions.add(permission);
      }
      bit >>= 1;
    }
    return permissions;
  }

  boolean is(Kind wanted) {
    return kind == wanted;
  }

  int mode() {
    return kind.mode | permissions;
  }

  /** Writes type, version and id: a 9P client's name for the file. */
  void putQid(ByteBuffer reply) {
    reply.put((byte) kind.qid).putInt(0).putLong(id);
  }
}
