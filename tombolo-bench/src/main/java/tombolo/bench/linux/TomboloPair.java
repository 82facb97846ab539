// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tombolo.bench.BenchmarkException;

/**
 * Two VMs of one topology, alice and bob, in one process; alice sends.
 *
 * @param label as figures call it
 * @param sender the program that sends, with its arguments
 * @param receiver the program that receives
 * @param topology what the topology file has beside the two VMs
 * @param alice what alice's table has beside kernel, initrd and command line
 * @param bob the same of bob
 * @param imageOptions of {@code tombolo image}
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
  /** Through a ring in a channel, by the programs that a user would take. */
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

  /** Through virtio sockets, by programs that know of AF_VSOCK only. */
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
