// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.remote;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import tombolo.bench.guest.CommonClock;
import tombolo.bridge.Bridges;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;
import tombolo.topology.run.ExitStatus;
import tombolo.topology.run.HostStop;
import tombolo.topology.run.TopologyRun;
import tombolo.topology.run.Watcher;

/**
 * The process of one of the two hosts: a VM with the guest {@code ring-bench}, and the bridge. The
 * VM's clock counts from a moment that both processes know.
 */
final class GuestHost {
  private static final String SENDER =
      """
      [host]
      name = "east"
      address = "%1$s:40502"
      [remote.west]
      address = "%2$s:40502"
      [channel.messages]
      publisher = "vm"
      bridge = { to = "west" }
      """;

  private static final String RECEIVER =
      """
      [host]
      name = "west"
      address = "%2$s:40502"
      [remote.east]
      address = "%1$s:40502"
      [channel.messages]
      subscribers = ["vm"]
      bridge = { from = "east" }
      """;

  private static final String BOTH =
      """
      key = 1
      size = "1028 KiB"
      doorbell-rate = 1000000
      [vm.vm]
      kernel = "ring-bench.elf"
      append = "%3$s"
      """;

  private GuestHost() {}

  /**
   * Prints what the guest prints, and ends when it does or when standard input ends.
   *
   * @param arguments the directory of the guests, the moment, and the guest's command line
   */
  public static void main(String[] arguments) throws InterruptedException {
    CommonClock clock = new CommonClock(Long.parseLong(arguments[1]));
    HostServices services = new HostServices(clock, Scheduler.system(clock), RandomSource.system());
    String commandLine = arguments[2];
    String text = (commandLine.startsWith("role=send") ? SENDER : RECEIVER) + BOTH;
    Topology topology =
        TopologyFile.parse(
            text.formatted(Namespaces.EAST, Namespaces.WEST, commandLine),
            Path.of(arguments[0], "bench.toml"));
    Watcher watcher = Watcher.ofLines((_, line) -> System.out.println(line));
    try (TopologyRun run = TopologyRun.prepare(topology, services, watcher, Set.of())) {
      clock.start();
      try (Bridges _ = Bridges.open(topology, run.directory(), line -> System.err.println(line))) {
        run.boot();
        Thread.ofPlatform().daemon().start(() -> stopAtEndOfInput(run));
        run.awaitEnd();
      }
    }
  }

  private static void stopAtEndOfInput(TopologyRun run) {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run.requestStop(new HostStop("it is measured", ExitStatus.GOOD));
  }
}
