// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.machine.host.HostServices;
import tombolo.machine.net.MacAddress;
import tombolo.testing.RequiredTool;
import tombolo.topology.InputException;
import tombolo.topology.NetworkSpec;
import tombolo.topology.NicSpec;
import tombolo.topology.PortForward;

/** The process that leads outside: how it starts, what is said where it cannot, how it ends. */
@Timeout(60)
class PasstTest {
  private static final NetworkSpec NETWORK = new NetworkSpec("internet", 1, 1, true, false);
  private static final NicSpec NIC =
      new NicSpec(
          "internet",
          MacAddress.of(1, 1),
          List.of(PortForward.parse("2222:22"), PortForward.parse("[::1]:53:5353/udp")));

  @TempDir private Path directory;

  private static Passt start(String path) {
    return Passt.start(path, NETWORK, NIC, "web", HostServices.system());
  }

  private static List<Path> folders() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(file -> file.getFileName().toString().startsWith("tombolo-net")).toList();
    }
  }

  @Test
  void whereItIsMissingItSaysWhatToInstall() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> start(directory + "::/does/not/exist"))
        .withMessage(
            "web, network internet: an outside network needs passt, which is not in PATH; install"
                + " it; on Debian: apt install passt");
  }

  @Test
  void whereItRefusesItSaysWhy() throws Exception {
    Path fake = directory.resolve("passt");
    Files.writeString(fake, "#!/bin/sh\necho starting >&2\necho 'Port 22 is in use' >&2\nexit 3\n");
    Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<Path> before = folders();

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> start(directory.toString()))
        .withMessage(
            "web, network internet: passt cannot be used: it ended with status 3: Port 22 is in"
                + " use");
    assertThat(folders()).as("folders left").hasSameElementsAs(before);
  }

  @Test
  void itIsToldWhatToForwardAndToKeepTheLoopbackAddressToItself() {
    assertThat(Passt.command(Path.of("/bin/passt"), Path.of("/tmp/s"), NETWORK, NIC))
        .startsWith("/bin/passt", "--foreground", "--one-off")
        .contains("--no-map-gw")
        .endsWith("--tcp-ports", "127.0.0.1/2222:22", "--udp-ports", "::1/53:5353");
    NetworkSpec open = new NetworkSpec("internet", 1, 1, true, true);
    assertThat(Passt.command(Path.of("/bin/passt"), Path.of("/tmp/s"), open, NIC))
        .doesNotContain("--no-map-gw");
  }

  @Test
  void itEndsWithItsConnectionAndLeavesNoFolder() throws Exception {
    RequiredTool.require("passt");
    List<Path> before = folders();
    NicSpec plain = new NicSpec("internet", MacAddress.of(1, 1), List.of());
    List<ProcessHandle> children = ProcessHandle.current().children().toList();

    Passt passt = Passt.start(NETWORK, plain, "web", HostServices.system());
    List<ProcessHandle> started =
        ProcessHandle.current().children().filter(child -> !children.contains(child)).toList();
    assertThat(started).hasSize(1);
    assertThat(folders()).hasSameElementsAs(before);
    passt.close();

    assertThat(started.getFirst().isAlive()).isFalse();
  }
}
