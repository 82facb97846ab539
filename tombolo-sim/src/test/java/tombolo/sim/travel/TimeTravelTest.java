// SPDX-License-Identifier: Apache-2.0
package tombolo.sim.travel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import tombolo.debug.StopEvent;
import tombolo.debug.StopEvent.Kind;
import tombolo.debug.Stops;
import tombolo.debug.Watchpoint;
import tombolo.machine.image.ElfMachine;
import tombolo.sim.MemoryModel;
import tombolo.sim.Simulation;
import tombolo.sim.SimulationOptions;
import tombolo.sim.SimulationResult;
import tombolo.sim.SimulationWatcher;
import tombolo.testing.WorkTree;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/** Whatever a debugger does, the run is the run of its seed; and back is where it came from. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimeTravelTest {
  private static final SimulationWatcher QUIET = new SimulationWatcher() {};

  /** Where the IVC device's window begins in a VM of our guests: the first channel's first page. */
  private static final long CHANNEL = 0x4_0000_1000L;

  private static final long UART = 0x1000_0000L;

  private static SimulationOptions options(long seed, @Nullable MemoryModel model) {
    return new SimulationOptions(seed, model, 10_000_000_000L, List.of(), true);
  }

  private static Topology example(String name) {
    return TopologyFile.read(WorkTree.path("examples/" + name + ".toml"));
  }

  private static Topology litmus() {
    return TopologyFile.parse(
        "[vm.a]%nkernel = '%s'%nmemory = '16 MiB'%nvcpus = 4%nappend = 'rounds=100'%n"
            .formatted(WorkTree.path("guests/bin/litmus.elf")),
        Path.of("topology"));
  }

  private static SimulationResult undisturbed(Topology topology, SimulationOptions options)
      throws InterruptedException {
    return Objects.requireNonNull(Simulation.run(topology, options, QUIET));
  }

  @ParameterizedTest
  @NullSource
  @EnumSource(MemoryModel.class)
  void stepsBackLeadWhereTheStepsCameFrom(@Nullable MemoryModel model) throws Exception {
    Topology topology = example("bugs/seqlock-fixed");
    try (Debugger debugger = new Debugger(topology, options(3, model), "two", QUIET)) {
      List<List<String>> path = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        path.add(debugger.state(0));
        assertThat(debugger.step(0).kind()).isEqualTo(Kind.STEPPED);
      }
      for (List<String> state : path.reversed()) {
        assertThat(debugger.stepBack(0).kind()).isEqualTo(Kind.STEPPED);
        assertThat(debugger.state(0)).isEqualTo(state);
      }
      assertThat(debugger.stepBack(0).kind()).isEqualTo(Kind.BEGIN);
      assertThat(debugger.state(0)).isEqualTo(path.getFirst());
      assertThat(debugger.leave()).isEqualTo(undisturbed(topology, options(3, model)));
    }
  }

  @Test
  void aBreakpointIsFoundInBothDirections() throws Exception {
    long function = function("read_pair");
    try (Debugger debugger =
        new Debugger(example("bugs/seqlock-fixed"), options(1, MemoryModel.RVWMO), "two", QUIET)) {
      debugger.breakAt(function);
      List<Long> visits = new ArrayList<>();
      StopEvent event = debugger.goOn();
      while (event.kind() == Kind.BREAKPOINT) {
        assertThat(debugger.vcpu(0).pc()).isEqualTo(function);
        visits.add(debugger.vcpu(0).retired());
        event = debugger.goOn();
      }
      assertThat(event.kind()).isEqualTo(Kind.END);
      assertThat(visits).isNotEmpty();
      for (long visit : visits.reversed()) {
        assertThat(debugger.goBack().kind()).isEqualTo(Kind.BREAKPOINT);
        assertThat(debugger.vcpu(0).retired()).isEqualTo(visit);
      }
      assertThat(debugger.goBack().kind()).isEqualTo(Kind.BEGIN);
    }
  }

  @Test
  void aWatchpointNamesTheOtherVmThatHasWritten() throws Exception {
    try (Debugger debugger =
        new Debugger(example("bugs/seqlock"), options(1, MemoryModel.RVWMO), "two", QUIET)) {
      StopEvent end = debugger.goOn();
      assertThat(end.kind()).isEqualTo(Kind.END);
      assertThat(end.text()).isEqualTo("two failed with code 1");
      watch(debugger, CHANNEL + 0x50, Watchpoint.Kind.WRITE);

      StopEvent back = debugger.goBack();

      assertThat(back.kind()).isEqualTo(Kind.WATCHPOINT);
      assertThat(back.text()).startsWith("written by one/vcpu0 at 0x");
      assertThat(debugger.travel.memory().readInt(CHANNEL + 0x50)).isPositive();
    }
  }

  @Test
  void aWatchpointStopsBeforeTheAccessForwardsAndBehindItBackwards() throws Exception {
    try (Debugger debugger =
        new Debugger(example("bugs/seqlock"), options(1, MemoryModel.RVWMO), "two", QUIET)) {
      watch(debugger, CHANNEL + 0x10, Watchpoint.Kind.READ);
      assertThat(debugger.goOn().kind()).isEqualTo(Kind.WATCHPOINT);
      final List<String> before = debugger.state(0);
      long pc = debugger.vcpu(0).pc();
      assertThat(debugger.step(0).kind()).isEqualTo(Kind.STEPPED);
      assertThat(debugger.goBack().kind()).isEqualTo(Kind.WATCHPOINT);
      assertThat(debugger.vcpu(0).pc()).isNotEqualTo(pc);
      debugger.travel.setStops(Stops.NONE);
      debugger.stepBack(0);
      assertThat(debugger.state(0)).isEqualTo(before);
    }
  }

  private static void watch(Debugger debugger, long va, Watchpoint.Kind kind) {
    debugger.travel.setStops(
        new Stops(
            List.of(), List.of(new Watchpoint(va, 4, kind, List.of(new Watchpoint.Place(va, 4))))));
  }

  @ParameterizedTest
  @EnumSource(MemoryModel.class)
  void theRunOfFourHartsIsTheSameUnderADebugger(MemoryModel model) throws Exception {
    Topology topology = litmus();
    SimulationOptions options = options(5, model);
    try (Debugger debugger = new Debugger(topology, options, "a", QUIET)) {
      assertThat(debugger.travel.vcpus()).hasSize(4);
      for (int i = 0; i < 40; i++) {
        debugger.step(i % 2);
      }
      debugger.stepBack(0);
      debugger.stepBack(1);
      debugger.breakAt(debugger.vcpu(1).pc());
      debugger.goOn();
      debugger.goBack();
      assertThat(debugger.leave()).isEqualTo(undisturbed(topology, options));
    }
  }

  private static SimulationWatcher printingTo(List<String> lines) {
    return new SimulationWatcher() {
      @Override
      public void line(String vm, String text) {
        lines.add(vm + text);
      }
    };
  }

  /** A run that is given up in the middle of a line leaves no piece of it. */
  @Test
  void aLineIsWholeAfterStepsBackInTheMiddleOfIt() throws Exception {
    Topology topology = example("greeting");
    SimulationOptions options = options(7, MemoryModel.SC);
    List<String> undisturbed = new ArrayList<>();
    Simulation.run(topology, options, printingTo(undisturbed));
    List<String> lines = new ArrayList<>();
    try (Debugger debugger = new Debugger(topology, options, "alice", printingTo(lines))) {
      for (int stop = 0; stop < 5; stop++) {
        watchUart(debugger);
        for (int bytes = 0; bytes < 9; bytes++) {
          assertThat(debugger.goOn().kind()).isEqualTo(Kind.WATCHPOINT);
        }
        debugger.travel.setStops(Stops.NONE);
        debugger.stepBack(0);
      }
      debugger.leave();
    }
    assertThat(lines).isEqualTo(undisturbed);
  }

  /** Each byte that a guest prints is a store to the UART. */
  private static void watchUart(Debugger debugger) {
    debugger.travel.setStops(
        new Stops(List.of(), List.of(new Watchpoint(UART, 1, Watchpoint.Kind.WRITE, List.of()))));
  }

  @Test
  void linesArePrintedOnce() throws Exception {
    List<String> lines = new ArrayList<>();
    SimulationWatcher printer = printingTo(lines);
    try (Debugger debugger =
        new Debugger(example("greeting"), options(7, null), "alice", printer)) {
      assertThat(debugger.goOn().kind()).isEqualTo(Kind.END);
      debugger.goBack();
      assertThat(debugger.goOn().kind()).isEqualTo(Kind.END);
      debugger.leave();
    }
    assertThat(lines).doesNotHaveDuplicates().isNotEmpty();
  }

  @Test
  void aRunIsStoppedOnTheWay() throws Exception {
    Topology endless =
        TopologyFile.parse(
            "[vm.a]%nkernel = '%s'%nmemory = '16 MiB'%n"
                .formatted(WorkTree.path("guests/bin/hammer.elf")),
            Path.of("topology"));
    try (Debugger debugger =
        new Debugger(
            endless,
            new SimulationOptions(1, null, Long.MAX_VALUE, List.of(), false),
            "a",
            QUIET)) {
      debugger.travel.resume(new tombolo.debug.Resumption.Forward(-1, true));
      debugger.travel.interrupt();
      assertThat(debugger.stop().kind()).isEqualTo(Kind.INTERRUPTED);
      long there = debugger.vcpu(0).retired();
      debugger.stepBack(0);
      assertThat(debugger.vcpu(0).retired()).isEqualTo(there - 1);
      debugger.step(0);
      assertThat(debugger.vcpu(0).retired()).isEqualTo(there);
    }
  }

  private static long function(String name) throws Exception {
    var symbols =
        tombolo.machine.image.KernelImage.read(
                WorkTree.path("guests/bin/bugs.elf"), ElfMachine.RISCV, 0x8000_0000L)
            .symbols();
    for (long address = 0x8020_0000L; ; address += 2) {
      if (name.equals(symbols.nearest(address))) {
        return address;
      }
    }
  }
}
