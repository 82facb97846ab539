// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Debian's kernel and busybox, where {@code guests/linux/fetch} has put them. Where they are not a
 * test is skipped and says so; with {@code TOMBOLO_REQUIRE_LINUX=1} it fails.
 *
 * @param kernel the Image
 * @param busybox a static one
 */
record LinuxFiles(Path kernel, Path busybox) {
  static LinuxFiles require() {
    Path cache = cache().resolve("tombolo/linux-riscv64");
    if (!Files.exists(cache.resolve("packages"))) {
      String what = "Debian's kernel is not in " + cache + "; guests/linux/fetch gets it there";
      if ("1".equals(System.getenv("TOMBOLO_REQUIRE_LINUX"))) {
        return Assertions.fail(what);
      }
      System.err.println("SKIPPED: " + what);
      return Assumptions.abort(what);
    }
    return new LinuxFiles(cache.resolve("Image"), cache.resolve("busybox"));
  }

  private static Path cache() {
    String set = System.getenv("XDG_CACHE_HOME");
    return set != null && !set.isEmpty()
        ? Path.of(set)
        : Path.of(System.getProperty("user.home"), ".cache");
  }
}
