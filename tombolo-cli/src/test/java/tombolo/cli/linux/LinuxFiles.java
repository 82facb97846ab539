// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import tombolo.cli.image.DebianLinux;

/**
 * Debian's kernel and busybox, where {@code guests/linux/fetch} has put them. Where they are not a
 * test is skipped and says so; with {@code TOMBOLO_REQUIRE_LINUX=1} it fails.
 *
 * @param kernel the Image
 * @param busybox a static one
 */
record LinuxFiles(Path kernel, Path busybox) {
  static LinuxFiles require() {
    DebianLinux linux = DebianLinux.inCache();
    if (!linux.isComplete()) {
      String what =
          "Debian's kernel is not in %s; guests/linux/fetch gets it there"
              .formatted(linux.directory());
      if ("1".equals(System.getenv("TOMBOLO_REQUIRE_LINUX"))) {
        return Assertions.fail(what);
      }
      System.err.println("SKIPPED: " + what);
      return Assumptions.abort(what);
    }
    return new LinuxFiles(linux.kernel(), linux.busybox());
  }

  /** A module of the kernel's, by its file's name without {@code .ko.xz}. */
  Path module(String name) throws IOException {
    return DebianLinux.inCache()
        .module(name)
        .orElseThrow(() -> new AssertionError("no module " + name));
  }
}
