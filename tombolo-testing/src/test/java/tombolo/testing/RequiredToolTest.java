// SPDX-License-Identifier: Apache-2.0

package tombolo.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class RequiredToolTest {
  @TempDir Path directory;

  @Test
  void aToolIsFoundInTheFirstDirectoryOfThePathThatHasItExecutable() throws IOException {
    Path plain = Files.createDirectory(directory.resolve("plain"));
    Files.createFile(plain.resolve("dtc"));
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path tool =
        Files.createFile(
            bin.resolve("dtc"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));

    assertThat(RequiredTool.require("dtc", plain + "::" + bin, true)).isEqualTo(tool);
  }

  @Test
  void aMissingToolSkipsTheTestAndNamesItsPackage() {
    assertThatThrownBy(() -> RequiredTool.require("no-such-tool", directory.toString(), false))
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("apt-get install no-such-tool");
  }

  @Test
  void aToolThatIsToBeFetchedNamesTheScriptThatFetchesIt() throws IOException {
    assertThatThrownBy(() -> RequiredTool.requireFetched("qemu", directory, false))
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("guests/linux/fetch --tools");
    assertThatThrownBy(() -> RequiredTool.requireFetched("qemu", directory, true))
        .isInstanceOf(AssertionError.class);
    Path tool =
        Files.createFile(
            directory.resolve("qemu"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    assertThat(RequiredTool.requireFetched("qemu", directory, true)).isEqualTo(tool);
  }

  @Test
  void aMissingToolFailsTheTestWhereToolsAreMandatory() {
    assertThatThrownBy(() -> RequiredTool.require("no-such-tool", directory.toString(), true))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("apt-get install no-such-tool");
  }
}
