// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest whose driver does anything to its virtio devices harms neither itself nor the host. */
class HostileVirtioTest {
  private static final int DISK = 64 << 10;

  @TempDir private Path directory;

  @Test
  void devicesComeBackAfterEachLifeOfAHostileDriver() throws Exception {
    Path disk = Files.write(directory.resolve("disk.img"), new byte[DISK]);
    Tombolo.Result result =
        new Tombolo()
            .run(
                "boot",
                Guests.guest("virtio-fuzz"),
                "--vcpus=2",
                "--disk=" + disk,
                "--append=n=100 seed=1",
                "--timeout=4m");

    assertThat(result.out().lines())
        .as(result.err())
        .anyMatch(
            line -> line.matches("virtio-fuzz: entropy: 100 lives, .* each time it came back"))
        .anyMatch(line -> line.matches("virtio-fuzz: block: 100 lives, .* each time it came back"));
    assertThat(result.status()).isZero();
    assertThat(disk).hasSize(DISK);
    assertThat(directory).isDirectoryNotContaining(file -> !file.equals(disk));
  }
}
