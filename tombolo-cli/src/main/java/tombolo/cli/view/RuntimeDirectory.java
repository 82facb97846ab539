// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directory of the control sockets of this user's running topologies: {@code tombolo} in {@code
 * $XDG_RUNTIME_DIR}, or {@code tombolo-<user>} in the directory for temporary files. A user without
 * a name is called by number. Nobody else can look into it.
 */
final class RuntimeDirectory {
  private RuntimeDirectory() {}

  /** Returns the directory, which need not exist. */
  static Path path() {
    @Nullable String runtime = System.getenv("XDG_RUNTIME_DIR");
    return runtime != null && !runtime.isBlank() && Files.isDirectory(Path.of(runtime))
        ? Path.of(runtime, "tombolo")
        : Path.of(
            System.getProperty("java.io.tmpdir"),
            "tombolo-" + user(System.getProperty("user.name")));
  }

  /**
   * Returns what tells this user from others.
   *
   * @param name as Java knows it: a question mark for each user without an entry in the table of
   *     users, as in a container
   */
  static String user(String name) {
    if (!name.equals("?")) {
      return name;
    }
    try {
      // The directory of this process in /proc is its user's.
      return "uid" + Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException | UnsupportedOperationException e) {
      return "unknown"; // the check of the owner keeps two such users apart
    }
  }

  /**
   * Returns the directory, and makes it if it does not exist.
   *
   * @throws IOException if it can't be made, or is not this user's alone: in a directory that
   *     others can write, they may have been there first
   */
  static Path make() throws IOException {
    Path directory = path();
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    check(directory);
    return directory;
  }

  /**
   * Returns the directory; empty if there is none, and so nothing runs.
   *
   * @throws IOException if it is not this user's alone: what is in it may be anybody's
   */
  static Optional<Path> existing() throws IOException {
    Path directory = path();
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    check(directory);
    return Optional.of(directory);
  }

  /**
   * Checks the directory.
   *
   * @throws IOException if it is not this user's alone
   */
  static void check(Path directory) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isDirectory()
        || !PosixFilePermissions.toString(attributes.permissions()).equals("rwx------")
        || !isMine(directory, attributes)) {
      throw new IOException(
          directory + " can be used by others; remove it, or set its mode to 0700");
    }
  }

  /**
   * Checks a socket in the directory, which was checked before, so that nobody else can replace it.
   *
   * @throws java.nio.file.NoSuchFileException if it is not there any more
   * @throws IOException if it is a file of another kind, or others could connect: for that, they
   *     need the permission to write
   */
  static void checkSocket(Path socket) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(socket, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isOther()
        || attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
        || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)
        || !attributes
            .owner()
            .equals(Files.getOwner(socket.getParent(), LinkOption.NOFOLLOW_LINKS))) {
      throw new IOException(socket + ": not a socket of this user alone; remove it");
    }
  }

  /** Returns whether a file with these attributes belongs to the user of this process. */
  private static boolean isMine(Path directory, PosixFileAttributes attributes) throws IOException {
    Path self = Path.of("/proc/self");
    if (Files.exists(self) && Files.getOwner(self).equals(attributes.owner())) {
      return true;
    }
    Path mine;
    try {
      mine = Files.createTempFile(directory, "owner", null); // No /proc, or it hides the owner.
    } catch (AccessDeniedException e) {
      return false;
    }
    try {
      return Files.getOwner(mine).equals(attributes.owner());
    } finally {
      Files.delete(mine);
    }
  }
}
