// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebianLinuxTest {
  @TempDir Path directory;

  @Test
  void itIsCompleteWhenThePackagesAreListed() throws IOException {
    DebianLinux linux = new DebianLinux(directory);
    assertThat(linux.isComplete()).isFalse();

    Files.createFile(directory.resolve("packages"));

    assertThat(linux.isComplete()).isTrue();
  }

  @Test
  void aModuleIsFoundByItsWholeName() throws IOException {
    Path drivers = directory.resolve("modules/6.12/kernel/drivers/uio");
    Files.createDirectories(drivers);
    Path wanted = Files.createFile(drivers.resolve("uio.ko.xz"));
    Path other = Files.createFile(drivers.resolve("uio_cif.ko"));
    DebianLinux linux = new DebianLinux(directory);

    assertThat(linux.module("uio")).contains(wanted);
    assertThat(linux.module("uio_cif")).contains(other);
    assertThat(linux.module("cif")).isEmpty();
  }

  @Test
  void theCacheIsWhereTheScriptPutsIt() {
    assertThat(DebianLinux.cache("/c", "/h", "/k")).isEqualTo(Path.of("/c"));
    assertThat(DebianLinux.cache("", "/h", "/k")).isEqualTo(Path.of("/h/.cache"));
    assertThat(DebianLinux.cache(null, "", "/k")).isEqualTo(Path.of("/k/.cache"));
    assertThat(DebianLinux.cache(null, null, "?")).isEqualTo(Path.of("/nonexistent/.cache"));
  }
}
