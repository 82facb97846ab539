// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tombolo.bench.suite.BenchmarkException;

/**
 * Two VMs of one topology in one process: alice sends to bob.
 *
 * @param label the name in figures
 * @param setup the commands that both run first
 * @param sender the command that sends
 * @param receiver the command that receives
 * @param topology further tables of the topology file
 * @param alice further lines of alice's table
 * @param bob further lines of bob's table
 * @param imageOptions options of {@code tombolo image}
 */
record TomboloPair(
    LinuxFiles linux,
    String label,
    String setup,
    String sender,
    String receiver,
    String topology,
    String alice,
    String bob,
    List<String> imageOptions)
    implements Transfer.Way {
  /** Sends through a ring in a channel, by the programs that a user would use. */
  static TomboloPair channel(LinuxFiles linux) {
    return new TomboloPair(
        linux,
        "channel",
        "",
        "ivc-send --name file --timeout 300",
        "ivc-recv --name file --timeout 300",
        """
        [channel.file]
        publisher = "alice"
        subscribers = ["bob"]
        key = 1
        size = "5 MiB"
        layout = "sectioned"
        """,
        "",
        "",
        List.of("--ivc"));
  }

  /** Sends through virtio sockets, by programs that know only AF_VSOCK. */
  static TomboloPair vsock(LinuxFiles linux) {
    return new TomboloPair(
        linux,
        "vsock",
        "",
        "vsock-send --timeout 300 4 5000",
        "vsock-recv 5000",
        "",
        "vsock-cid = 3",
        "vsock-cid = 4",
        List.of("--vsock"));
  }

  /** Sends by TCP through virtio network cards and the switch between them, with busybox's nc. */
  static TomboloPair network(LinuxFiles linux) {
    return new TomboloPair(
        linux,
        "network",
        """
        ip link set lo up
        ip link set eth0 up
        case $role in
          alice) ip addr add 10.9.8.1/24 dev eth0 ;;
          bob) ip addr add 10.9.8.2/24 dev eth0 ;;
        esac
        # Input without an end: at its end nc would tell the other side, which would go.
        mkfifo /silence
        """,
        "{ until nc 10.9.8.2 5000; do sleep 0.1; done; }",
        "nc -l -p 5000 <>/silence",
        "[network.lab]\n",
        "networks = [\"lab\"]",
        "networks = [\"lab\"]",
        List.of("--modules=" + linux.modules(QemuPair.DRIVERS)));
  }

  @Override
  public String send(int mebibytes, int patienceSeconds) throws InterruptedException {
    String script =
        """
        %s
        case $role in
          alice) %s | %s ;;
          bob) %s | %s
          ;;
        esac
        """
            .formatted(setup, Transfer.zeros(mebibytes), sender, receiver, Transfer.COUNT);
    Path initrd = linux.script(label, script, imageOptions.toArray(String[]::new));
    Path file = linux.work().resolve(label + ".toml");
    try {
      Files.writeString(file, vm("alice", initrd, alice) + vm("bob", initrd, bob) + topology);
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(file, e.getMessage()));
    }
    List<String> command =
        List.of(linux.root().resolve("tombolo").toString(), "run", file.toString());
    try (ConsoleProcess console = ConsoleProcess.start(command)) {
      console.awaitSuccess(patienceSeconds);
      return console.printed();
    }
  }

  private String vm(String name, Path initrd, String more) {
    return """
    [vm.%s]
    kernel = "%s"
    initrd = "%s"
    append = "console=ttyS0 quiet role=%s"
    %s
    """
        .formatted(name, linux.kernel(), initrd, name, more);
  }
}
