// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;

/** Linux's numbers of errors, which 9P2000.L answers with. */
enum Errno {
  EPERM(1),
  ENOENT(2),
  EIO(5),
  EBADF(9),
  EACCES(13),
  EBUSY(16),
  EEXIST(17),
  EXDEV(18),
  ENOTDIR(20),
  EISDIR(21),
  EINVAL(22),
  EMFILE(24),
  ENOSPC(28),
  EROFS(30),
  ENAMETOOLONG(36),
  ENOTEMPTY(39),
  ELOOP(40),
  EOPNOTSUPP(95);

  final int number;

  Errno(int number) {
    this.number = number;
  }

  /** Returns an exception that a session answers with this number. */
  Refusal refusal() {
    return new Refusal(this);
  }

  /** A request that gets an error instead of an answer. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    final Errno errno;

    private Refusal(Errno errno) {
      super(errno.name(), null, false, false);
      this.errno = errno;
    }
  }

  /** Returns the number for what the host has said. */
  static Errno of(Exception failure) {
    return switch (failure) {
      case Refusal refusal -> refusal.errno;
      case NoSuchFileException _ -> ENOENT;
      case FileAlreadyExistsException _ -> EEXIST;
      case DirectoryNotEmptyException _ -> ENOTEMPTY;
      case AccessDeniedException _ -> EACCES;
      case NotDirectoryException _ -> ENOTDIR;
      case NotLinkException _ -> EINVAL;
      case InvalidPathException _ -> EINVAL;
      case FileSystemException said -> ofReason(String.valueOf(said.getReason()));
      case IOException said -> ofReason(String.valueOf(said.getMessage()));
      default -> EIO;
    };
  }

  /** The JDK keeps no number, only the C library's words for it. */
  private static Errno ofReason(String reason) {
    String words = reason.substring(reason.lastIndexOf(": ") + 1).strip();
    return switch (words) {
      case "Not a directory" -> ENOTDIR;
      case "Is a directory" -> EISDIR;
      case "Directory not empty" -> ENOTEMPTY;
      case "Invalid argument" -> EINVAL;
      case "Invalid cross-device link" -> EXDEV;
      case "No space left on device", "Disk quota exceeded" -> ENOSPC;
      case "Read-only file system" -> EROFS;
      case "File name too long" -> ENAMETOOLONG;
      case "Too many open files" -> EMFILE;
      case "Operation not permitted" -> EPERM;
      case "Device or resource busy" -> EBUSY;
      case "Too many levels of symbolic links",
          "Too many levels of symbolic links or unable to access attributes of symbolic link" ->
          ELOOP;
      default -> EIO;
    };
  }
}
