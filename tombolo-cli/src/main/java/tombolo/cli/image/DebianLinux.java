// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Debian's kernel, its modules and busybox, where {@code guests/linux/fetch} keeps them; they need
 * not be there.
 *
 * @param directory that has them, or would
 */
public record DebianLinux(Path directory) {
  /** Returns the one in the user's cache. */
  public static DebianLinux inCache() {
    return new DebianLinux(
        cache(
                System.getenv("XDG_CACHE_HOME"),
                System.getenv("HOME"),
                System.getProperty("user.home"))
            .resolve("tombolo")
            .resolve("linux-riscv64"));
  }

  /**
   * Returns the directory that the script takes, too.
   *
   * @param set what the environment says of the cache, or null
   * @param home what the environment says of the home directory, or null
   * @param known what the host's table of users says: a question mark if it has no such user
   */
  static Path cache(@Nullable String set, @Nullable String home, String known) {
    if (set != null && !set.isEmpty()) {
      return Path.of(set);
    }
    if (home != null && !home.isEmpty()) {
      return Path.of(home, ".cache");
    }
    return Path.of(known.equals("?") ? "/nonexistent" : known, ".cache");
  }

  /** Whether all of it exists. */
  public boolean isComplete() {
    return Files.exists(directory.resolve("packages"));
  }

  /** Returns the kernel's Image. */
  public Path kernel() {
    return directory.resolve("Image");
  }

  /** Returns a statically linked busybox. */
  public Path busybox() {
    return directory.resolve("busybox");
  }

  /** Returns U-Boot for S-mode. */
  public Path uboot() {
    return directory.resolve("uboot.elf");
  }

  /**
   * Returns the directory of the kernel's modules, {@code lib/modules/VERSION}.
   *
   * @throws IOException if there is none, or it can't be read
   */
  public Path modules() throws IOException {
    Path all = directory.resolve("modules");
    try (Stream<Path> versions = Files.list(all)) {
      return versions
          .filter(Files::isDirectory)
          .sorted()
          .findFirst()
          .orElseThrow(() -> new NoSuchFileException(all.toString()));
    }
  }

  /**
   * Returns a module of the kernel; empty if it has none of that name.
   *
   * @param name as {@code modprobe} takes it
   * @throws IOException if the modules can't be read
   */
  public Optional<Path> module(String name) throws IOException {
    try (Stream<Path> all = Files.walk(directory.resolve("modules"))) {
      return all.filter(file -> file.getFileName().toString().matches(name + "\\.ko(\\.xz)?"))
          .findFirst();
    }
  }
}
