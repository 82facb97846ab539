// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import java.io.IOException;
import java.nio.file.Files;
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
    require(linux.isComplete(), linux.directory());
    return new LinuxFiles(linux.kernel(), linux.busybox());
  }

  /** U-Boot for S-mode, which a cache of an earlier version does not have. */
  Path uboot() {
    Path uboot = DebianLinux.inCache().uboot();
    require(Files.exists(uboot), uboot);
    return uboot;
  }

  /** Sees to it that modules are known by their names. */
  LinuxFiles withModuleNames() throws IOException {
    Path list = DebianLinux.inCache().modules().resolve("modules.dep");
    require(Files.exists(list), list);
    return this;
  }

  private static void require(boolean there, Path file) {
    if (there) {
      return;
    }
    String what = "%s does not exist; guests/linux/fetch makes it".formatted(file);
    if ("1".equals(System.getenv("TOMBOLO_REQUIRE_LINUX"))) {
      Assertions.fail(what);
    }
    System.err.println("SKIPPED: " + what);
    Assumptions.abort(what);
  }

  /** A module of the kernel's, by its file's name without {@code .ko.xz}. */
  Path module(String name) throws IOException {
    return DebianLinux.inCache()
        .module(name)
        .orElseThrow(() -> new AssertionError("no module " + name));
  }
}
