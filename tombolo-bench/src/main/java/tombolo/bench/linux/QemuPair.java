// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tombolo.bench.suite.BenchmarkException;

/**
 * Two QEMU processes whose network cards a socket joins ({@code -netdev socket}). Busybox's {@code
 * nc} at both ends sends bytes by TCP. Two guests of QEMU can do that without privileges on the
 * host.
 */
record QemuPair(LinuxFiles linux) implements Transfer.Way {
  private static final Pattern FIRMWARE = Pattern.compile("OpenSBI");

  /** The modules of the kernel that drive the network card, in the order of loading. */
  static final List<String> DRIVERS = List.of("failover", "net_failover", "virtio_net");

  @Override
  public String label() {
    return "qemu-socket";
  }

  @Override
  public String send(int mebibytes, int patienceSeconds) throws InterruptedException {
    String script =
        """
        ip link set lo up
        ip link set eth0 up
        ip addr add 10.9.8.$address/24 dev eth0
        case $address in
          1)
            # The other side listens as soon as it is up, which may be later.
            until %s | nc 10.9.8.2 5000; do sleep 0.1; done
            ;;
          2)
            # Input without an end: at its end nc would tell the other side, which would go.
            mkfifo /silence
            nc -l -p 5000 <>/silence | %s
            ;;
        esac
        """
            .formatted(Transfer.zeros(mebibytes), Transfer.COUNT);
    Path initrd = linux.script("qemu-pair", script, "--modules=" + linux.modules(DRIVERS));
    int port = freePort();
    try (ConsoleProcess receiver =
        ConsoleProcess.start(command(initrd, 2, "listen=127.0.0.1:" + port))) {
      // It prints once it listens. A sender that connects earlier would never have a network.
      receiver.awaitText(FIRMWARE, 1, patienceSeconds);
      return send(receiver, command(initrd, 1, "connect=127.0.0.1:" + port), patienceSeconds);
    }
  }

  private static String send(ConsoleProcess receiver, List<String> command, int patienceSeconds)
      throws InterruptedException {
    try (ConsoleProcess sender = ConsoleProcess.start(command)) {
      receiver.awaitSuccess(patienceSeconds);
      sender.awaitSuccess(patienceSeconds);
      return receiver.printed();
    }
  }

  private List<String> command(Path initrd, int address, String socket) {
    List<String> command = new ArrayList<>(Vmm.QEMU.boot(linux, initrd, 1, "address=" + address));
    command.addAll(
        List.of(
            "-netdev",
            "socket,id=wire," + socket,
            "-device",
            "virtio-net-pci,netdev=wire,romfile=,mac=52:54:00:00:00:0" + address));
    return command;
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new BenchmarkException("no free port: " + e.getMessage());
    }
  }
}
