// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

/** The names of the errno values that the calls of {@link LibC} document. */
final class Errno {
  static final int ENOMEM = 12;

  private Errno() {}

  /** Returns name and meaning, for example {@code EBADF (bad file descriptor)}. */
  static String describe(int errno) {
    return switch (errno) {
      // These numbers are the same on Linux and on macOS.
      case 1 -> "EPERM (operation not permitted)";
      case 4 -> "EINTR (interrupted)";
      case 9 -> "EBADF (bad file descriptor)";
      case ENOMEM -> "ENOMEM (out of memory or address space, or too many mappings)";
      case 13 -> "EACCES (permission denied)";
      case 14 -> "EFAULT (bad address)";
      case 19 -> "ENODEV (no such device)";
      case 22 -> "EINVAL (invalid argument)";
      case 23 -> "ENFILE (too many open files in the system)";
      case 24 -> "EMFILE (too many open files in this process; see ulimit -n)";
      case 27 -> "EFBIG (file too large)";
      case 28 -> "ENOSPC (no space left)";
      default -> "errno " + errno;
    };
  }
}
