// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class RuntimeDirectoryTest {
  @Test
  void aUserIsCalledByName() {
    assertThat(RuntimeDirectory.user("alice")).isEqualTo("alice");
  }

  @Test
  void usersWithoutAnEntryAreToldApartByNumber() throws IOException {
    Path process = Path.of("/proc/self");
    Assumptions.assumeTrue(Files.exists(process), "Linux has /proc");

    assertThat(RuntimeDirectory.user("?"))
        .isEqualTo("uid" + Files.getAttribute(process, "unix:uid"));
  }
}
