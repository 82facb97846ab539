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
        "vsock-send --timeout 300 4 5000",
        "vsock-recv 5000",
        "",
        "vsock-cid = 3",
        "vsock-cid = 4",
        List.of("--vsock"));
  }

  @Override
  public String send(int mebibytes, int patienceSeconds) throws InterruptedException {
    String script =
        """
        case $role in
          alice) %s | %s ;;
          bob) %s | %s
          ;;
        esac
        """
            .formatted(Transfer.zeros(mebibytes), sender, receiver, Transfer.COUNT);
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
