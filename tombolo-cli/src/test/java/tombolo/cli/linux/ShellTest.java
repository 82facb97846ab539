// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.cli.Tombolo;
import tombolo.testing.RequiredTool;

/**
 * The shell of an initial RAM disk has what the first steps of {@code docs/linux.md} take for
 * granted: a place to mount at, a DHCP client that sets what it is told, and a {@code poweroff}.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ShellTest {
  @TempDir private Path directory;

  private Tombolo.Result type(String modules, String line, String option) throws Exception {
    Path initrd = directory.resolve("initrd.cpio");
    Tombolo.Result made = new Tombolo().run("image", "--modules=" + modules, "--output=" + initrd);
    assertThat(made.err()).isEmpty();
    Conversation terminal = new Conversation("~ # ", line + "\n");
    Tombolo.Result result =
        new Tombolo()
            .typing(terminal.keyboard())
            .printingTo(terminal.screen())
            .run(
                "boot",
                LinuxFiles.require().kernel().toString(),
                "--initrd=" + initrd,
                option,
                "--append=console=ttyS0 quiet",
                "--timeout=4m");
    return new Tombolo.Result(result.status(), terminal.text(), result.err());
  }

  @Test
  void mountsAtMntAndPowersOff() throws Exception {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Files.writeString(folder.resolve("hello"), "from the host\n");

    Tombolo.Result result =
        type(
            "9p,9pnet_virtio",
            "mount -t 9p -o trans=virtio host /mnt && cat /mnt/hello; poweroff",
            "--share=" + folder);

    assertThat(result.err()).isEmpty();
    assertThat(result.status()).as(result.out()).isZero();
    assertThat(result.out()).contains("\nfrom the host\r", "reboot: Power down");
  }

  @Test
  void asksForAnAddressByDhcp() throws Exception {
    RequiredTool.require("passt");

    Tombolo.Result result =
        type("virtio_net", "udhcpc -i eth0 -n -q && ip route; ip address; poweroff", "--network");

    assertThat(result.err()).isEmpty();
    assertThat(result.status()).as(result.out()).isZero();
    assertThat(result.out())
        .contains("udhcpc: eth0 has 10.0.2.15/24, router 10.0.2.2, name servers ")
        .contains("\ndefault via 10.0.2.2 dev eth0", "inet 10.0.2.15/24");
  }
}
