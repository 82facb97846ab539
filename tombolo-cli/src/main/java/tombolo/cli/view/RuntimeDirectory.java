// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
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
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    PosixFileAttributes attributes =
        Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    Path mine = Files.createTempFile(directory, "owner", null);
    boolean own = Files.getOwner(mine).equals(attributes.owner());
    Files.delete(mine);
    if (!own || !PosixFilePermissions.toString(attributes.permissions()).equals("rwx------")) {
      throw new IOException(
          directory + " can be used by others; remove it, or set its mode to 0700");
    }
    return directory;
  }
}
