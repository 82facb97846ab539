// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A directory for the files of a media driver, which nobody else can read: messages are in them. In
 * {@code /dev/shm} if that is there, because they are shared memory. Whoever makes it closes it;
 * what a process that was killed has left there is removed when the next one is made.
 */
final class DriverDirectory implements AutoCloseable {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "tombolo-aeron-";

  /** What a driver and a stream or two take. */
  private static final long LEAST_FREE = 32 << 20;

  private static final String PRIVATE = "rwx------";

  private final Path directory;

  private DriverDirectory(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes one, which has this process's id in its name.
   *
   * @throws IllegalStateException if there is no room for a driver
   * @throws UncheckedIOException if the host does not allow it
   */
  static DriverDirectory make() {
    Path parent =
        Files.isWritable(SHARED_MEMORY)
            ? SHARED_MEMORY
            : Path.of(System.getProperty("java.io.tmpdir"));
    try {
      long free = Files.getFileStore(parent).getUsableSpace();
      if (free < LEAST_FREE) { // or the first access to what has no room would be a fault
        throw new IllegalStateException(
            "%s has %d MiB free, and a media driver needs %d: make it larger"
                .formatted(parent, free >> 20, LEAST_FREE >> 20));
      }
      // Private: that is what the JDK makes temporary directories.
      Path made = Files.createTempDirectory(parent, PREFIX + ProcessHandle.current().pid() + "-");
      removeDead(parent, Files.getOwner(made));
      return new DriverDirectory(made);
    } catch (FileSystemException e) {
      String why = Objects.requireNonNullElse(e.getReason(), e.getClass().getSimpleName());
      throw new UncheckedIOException("%s: %s".formatted(parent, why), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e.toString(), e);
    }
  }

  /** Returns where the driver's files go; the driver makes and removes it. */
  String files() {
    return directory.resolve("aeron").toString();
  }

  /** Removes what killed processes of this user have left: their memory would stay in use. */
  private static void removeDead(Path parent, UserPrincipal user) throws IOException {
    try (Stream<Path> all = Files.list(parent)) {
      all.filter(path -> isDead(String.valueOf(path.getFileName())))
          .filter(path -> isPrivateTo(user, path))
          .forEach(DriverDirectory::delete);
    }
  }

  private static boolean isDead(String name) {
    if (!name.startsWith(PREFIX)) {
      return false;
    }
    int end = name.indexOf('-', PREFIX.length());
    try {
      long pid = Long.parseLong(name, PREFIX.length(), Math.max(end, PREFIX.length()), 10);
      Optional<ProcessHandle> owner = ProcessHandle.of(pid);
      return owner.isEmpty() || !owner.get().isAlive();
    } catch (NumberFormatException e) {
      return false; // not one of ours
    }
  }

  /**
   * Whether it is a directory of this user that nobody else can change. Only then may it be
   * removed: another user could put a link in its place in the middle.
   */
  private static boolean isPrivateTo(UserPrincipal user, Path path) {
    try {
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(user)
          && PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS))
              .equals(PRIVATE);
    } catch (IOException e) {
      return false; // removed meanwhile
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      return; // what is left is removed by the next one
    }
  }

  @Override
  public void close() {
    delete(directory);
  }
}
