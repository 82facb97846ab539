// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.ivc.abi.Shape;
import tombolo.machine.VmState;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.machine.virtio.DiskImageException;
import tombolo.memory.HostMemory;
import tombolo.testing.WorkTree;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;
import tombolo.topology.file.TopologyFile;

/** A topology from its first boot to its report. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TopologyRunTest {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final HostStop TIME_OUT = new HostStop("too long", ExitStatus.TIME_OUT);
  private static final StopReason SEVEN = new StopReason.GuestFailure(7);

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Watcher watcher = Watcher.ofLines((vm, line) -> lines.add(vm + ": " + line));

  private static String vm(String name, String guest, String append, String... more) {
    return "[vm.%s]%nkernel = '%s'%nappend = '%s'%n%s%n"
        .formatted(
            name, WorkTree.path("guests/bin/" + guest + ".elf"), append, String.join("\n", more));
  }

  private static Topology topology(String... tables) {
    return TopologyFile.parse(String.join("", tables), Path.of("topology"));
  }

  private TopologyRun start(String... tables) {
    return TopologyRun.start(topology(tables), HostServices.system(), watcher);
  }

  @Test
  void theReportSaysHowEachVmEndedAndTheStatusIsThatOfTheFirstThatFailed() throws Exception {
    try (TopologyRun run =
        start(
            vm("good", "hello", ""),
            vm("seven", "exit-code", "code=7"),
            vm("nine", "exit-code", "code=9"))) {
      RunReport report = run.awaitEnd(MINUTE, TIME_OUT);

      assertThat(report.outcomes())
          .containsExactly(
              new StopOutcome("good", new StopReason.PowerOff()),
              new StopOutcome("seven", SEVEN),
              new StopOutcome("nine", new StopReason.GuestFailure(9)));
      assertThat(report.stop()).isNull();
      assertThat(report.status()).isEqualTo(7);
      assertThat(run.hasEnded()).isTrue();
    }
    assertThat(lines).contains("good: Hello from Tombolo: hart 0, 1 hart(s), 64 MiB");
  }

  @Test
  void aVmThatFailsBootsAgainAsOftenAsItMayAndTheWatcherHearsOfEachBoot() throws Exception {
    History history = new History();
    Topology topology = topology(vm("seven", "exit-code", "code=7", "restart = 2"));
    try (TopologyRun run = TopologyRun.start(topology, HostServices.system(), history)) {
      RunReport report = run.awaitEnd(MINUTE, TIME_OUT);

      assertThat(report.status()).isEqualTo(7);
      assertThat(run.vm("seven").restarts()).isEqualTo(2);
      assertThat(run.vm("seven").end()).contains(SEVEN);
    }
    assertThat(history.events)
        .containsExactly(
            "seven boots",
            "seven boots after " + SEVEN,
            "seven boots after " + SEVEN,
            "seven ends: " + SEVEN);
  }

  @Test
  void aVmThatIsStoppedDoesNotBootAgainWheneverThatHappens() {
    try (TopologyRun run = start(vm("seven", "exit-code", "code=7", "restart = 1000000"))) {
      RunningVm seven = run.vm("seven");
      for (int i = 0; i < 50; i++) {
        seven.stop("enough");

        assertThat(seven.end()).isPresent();
        assertThat(seven.vm().state()).isEqualTo(VmState.STOPPED);
        seven.boot();
      }
    }
  }

  @Test
  void aVmThatRunsCannotBeBooted() {
    try (TopologyRun run = start(vm("a", "idle", ""))) {
      assertThatThrownBy(run.vm("a")::boot)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("a is running; only a VM that has stopped can be booted");
    }
  }

  @Test
  void theTimeEndsIt() throws Exception {
    try (TopologyRun run = start(vm("a", "idle", ""), vm("b", "hello", ""))) {
      RunReport report = run.awaitEnd(1, TIME_OUT);

      assertThat(report.stop()).isEqualTo(TIME_OUT);
      assertThat(report.status()).isEqualTo(124);
      assertThat(report.stopped()).contains("a");
      assertThat(run.vm("a").end()).contains(new StopReason.HostRequest("too long"));
    }
  }

  @Test
  void aWatcherMayRequestTheEndAndTheFirstRequestCounts() throws Exception {
    HostStop enough = new HostStop("enough", 3);
    TopologyRun[] runs = new TopologyRun[1];
    History stopping =
        new History() {
          @Override
          public void stopped(RunningVm vm, StopReason reason) {
            runs[0].requestStop(enough);
            runs[0].requestStop(TIME_OUT);
          }
        };
    Topology topology = topology(vm("a", "idle", ""), vm("b", "hello", ""));
    try (TopologyRun run =
        TopologyRun.prepare(topology, HostServices.system(), stopping, Set.of())) {
      runs[0] = run;
      run.boot();
      RunReport report = run.awaitEnd();

      assertThat(report.stop()).isEqualTo(enough);
      assertThat(report.stopped()).containsExactly("a");
      assertThat(report.outcomes())
          .containsExactly(new StopOutcome("b", new StopReason.PowerOff()));
      assertThat(report.status()).isEqualTo(3);
    }
  }

  @Test
  void aWatcherThatThrowsDoesNotEndTheRun() throws Exception {
    History broken =
        new History() {
          @Override
          public void booting(RunningVm vm, @Nullable StopReason after) {
            throw new IllegalStateException("planted");
          }
        };
    Topology topology = topology(vm("seven", "exit-code", "code=7", "restart = 1"));
    try (TopologyRun run = TopologyRun.start(topology, HostServices.system(), broken)) {
      assertThat(run.awaitEnd(MINUTE, TIME_OUT).status()).isEqualTo(7);
    }
  }

  @Test
  void theOwnerStandsInForAVm() throws Exception {
    Topology topology =
        topology(
            vm("alice", "greeter", ""),
            vm("bob", "listener", ""),
            "[channel.greetings]\npublisher = 'alice'\nsubscribers = ['bob']\n",
            "key = 1\nsize = '16 KiB'\n");
    try (TopologyRun run =
        TopologyRun.prepare(topology, HostServices.system(), watcher, Set.of("alice"))) {
      run.standIn("alice").publish("greetings", Shape.raw(16384));
      run.boot();

      assertThat(run.vms()).extracting(RunningVm::name).containsExactly("bob");
      RunReport report = run.awaitEnd(1, TIME_OUT);
      assertThat(report.channels()).isEqualTo(1);
      assertThat(report.channelBytes()).isEqualTo(16384);
      assertThatThrownBy(() -> run.standIn("bob")).hasMessageContaining("bob");
    }
    assertThatThrownBy(
            () -> TopologyRun.prepare(topology, HostServices.system(), watcher, Set.of("carol")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingIsLeftWhereAVmCannotBeMade(@TempDir Path directory) throws Exception {
    Path disk = Files.write(directory.resolve("disk"), new byte[512]);
    Topology topology =
        topology(vm("a", "hello", ""), vm("b", "hello", "", "disks = ['" + disk + "']"));
    Files.delete(disk);

    assertThatThrownBy(() -> TopologyRun.start(topology, HostServices.system(), watcher))
        .isInstanceOf(DiskImageException.class);
    assertThat(HostMemory.liveCount()).isZero();
  }

  @Test
  void aLineThatHasNotEndedIsHandedOverWhenItsVmStops() {
    Topology topology = topology(vm("a", "hello", ""));
    try (TopologyRun run =
        TopologyRun.prepare(topology, HostServices.system(), watcher, Set.of())) {
      Console console = watcher.console(topology.vm("a"), HostServices.system());
      for (byte octet : "half".getBytes(UTF_8)) {
        console.write(octet);
      }
      assertThat(lines).isEmpty();

      run.stop("before it was booted");

      assertThat(lines).containsExactly("a: half");
    }
  }

  /** What a watcher hears. */
  private static class History implements Watcher {
    final List<String> events = new CopyOnWriteArrayList<>();
    private final Map<String, Console> consoles = new ConcurrentHashMap<>();

    @Override
    public Console console(VmSpec vm, HostServices host) {
      return consoles.computeIfAbsent(vm.name(), _ -> new LineConsole(_ -> {}));
    }

    @Override
    public void booting(RunningVm vm, @Nullable StopReason after) {
      events.add(vm.name() + " boots" + (after == null ? "" : " after " + after));
    }

    @Override
    public void stopped(RunningVm vm, StopReason reason) {
      events.add(vm.name() + " ends: " + reason);
    }
  }
}
