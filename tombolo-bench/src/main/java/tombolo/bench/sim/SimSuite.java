// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.sim;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;
import tombolo.machine.Vm;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.SteppedHost;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.sim.Exploration;
import tombolo.sim.MemoryModel;
import tombolo.sim.Simulation;
import tombolo.sim.SimulationOptions;
import tombolo.sim.SimulationResult;
import tombolo.sim.SimulationWatcher;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;
import tombolo.topology.run.RunReport;
import tombolo.topology.run.TopologyRun;
import tombolo.topology.run.Watcher;

/**
 * Suite {@code sim}: how many schedules of a ring between two VMs are explored a minute, what a
 * simulated run of a busy hart costs beside an ordinary one, what a memory model costs, and how
 * long a checkpoint takes. Runs that are compared alternate.
 */
public final class SimSuite {
  private static final long SECOND = 1_000_000_000;
  private static final SimulationWatcher NOBODY = new SimulationWatcher() {};

  private final int runs;
  private final int seconds;
  private final boolean quick;
  private final Path root;
  private final Report report;

  private SimSuite(int runs, int seconds, boolean quick, Path root, Report report) {
    this.runs = runs;
    this.seconds = seconds;
    this.quick = quick;
    this.root = root;
    this.report = report;
  }

  /**
   * Reads the suite's arguments.
   *
   * @param root the repository
   */
  public static SimSuite parse(Arguments arguments, Path root, Report report) {
    boolean quick = arguments.flag("--quick");
    int runs = arguments.number("--runs", 1, quick ? 2 : 7);
    int seconds = arguments.number("--seconds", 1, quick ? 2 : 20);
    arguments.requireNoMore();
    return new SimSuite(runs, seconds, quick, root, report);
  }

  /**
   * Measures, and reports.
   *
   * @throws BenchmarkException if a guest fails
   */
  public void run() throws InterruptedException {
    if (quick) {
      report.line("--quick: this run is too short to say anything about speed");
    }
    schedules();
    busyHart();
    memoryModel();
    checkpoint();
    reverseStep();
  }

  private void schedules() throws InterruptedException {
    Topology ring = TopologyFile.read(root.resolve("examples/bugs/no-release-fixed.toml"));
    List<Double> perMinute = new ArrayList<>();
    for (int i = 0; i <= runs; i++) { // the first one warms up
      report.progress("schedules of a ring: run %d of %d".formatted(i, runs));
      long start = System.nanoTime();
      long end = start + seconds * SECOND;
      Exploration.Summary summary =
          new Exploration(
                  ring, watched(1), Long.MAX_VALUE / 2, true, () -> System.nanoTime() >= end)
              .explore(Runtime.getRuntime().availableProcessors());
      if (!summary.failures().isEmpty()) {
        throw new BenchmarkException("a run failed: " + summary.failures().getFirst());
      }
      if (i > 0) {
        perMinute.add(summary.runs() * 60.0 * SECOND / (System.nanoTime() - start));
      }
    }
    Samples samples = samples(perMinute);
    line("schedules of a ring between two VMs", samples, "a minute, on all processors");
    report.figures("sim.schedules", samples, "1/min");
  }

  private static SimulationOptions watched(long seed) {
    return new SimulationOptions(seed, MemoryModel.RVWMO, 60 * SECOND, List.of(), false);
  }

  private Topology vm(String kernel, String append) {
    return TopologyFile.parse(
        "[vm.a]%nkernel = '%s'%nappend = '%s'%n"
            .formatted(root.resolve("guests/bin/" + kernel), append),
        root.resolve("topology"));
  }

  private void busyHart() throws InterruptedException {
    Topology busy = vm("bench/coremark-like.elf", quick ? "n=20" : "n=1000");
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i <= runs; i++) {
      report.progress("a busy hart: run %d of %d".formatted(i, runs));
      double simulated = simulated(busy, SimulationOptions.ofSeed(1).withoutFingerprint());
      double ordinary = ordinary(busy);
      if (i > 0) {
        ratios.add(simulated / ordinary);
      }
    }
    Samples ratio = samples(ratios);
    line("a busy hart, simulated to ordinary", ratio, "times as long");
    report.figures("sim.busy-hart.ratio", ratio, "x");
  }

  private void memoryModel() throws InterruptedException {
    Topology ring =
        TopologyFile.parse(
            """
            [vm.one]
            kernel = '%1$s'
            append = 'bug=no-release role=one fixed rounds=%2$d'
            [vm.two]
            kernel = '%1$s'
            append = 'bug=no-release role=two fixed rounds=%2$d'
            [channel.shared]
            publisher = 'one'
            subscribers = ['two']
            key = 1
            size = '4 KiB'
            """
                .formatted(root.resolve("guests/bin/bugs.elf"), quick ? 1_000 : 50_000),
            root.resolve("topology"));
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i <= runs; i++) {
      report.progress("a memory model: run %d of %d".formatted(i, runs));
      double plain = perInstruction(ring, SimulationOptions.ofSeed(i + 1).withoutFingerprint());
      double weak = perInstruction(ring, watched(i + 1));
      if (i > 0) {
        ratios.add(weak / plain);
      }
    }
    Samples ratio = samples(ratios);
    line("a ring under rvwmo to one that nobody watches", ratio, "times as long an instruction");
    report.figures("sim.rvwmo.ratio", ratio, "x");
  }

  private static double simulated(Topology topology, SimulationOptions options)
      throws InterruptedException {
    long start = System.nanoTime();
    ended(Simulation.run(topology, options, NOBODY));
    return System.nanoTime() - start;
  }

  private static double perInstruction(Topology topology, SimulationOptions options)
      throws InterruptedException {
    long start = System.nanoTime();
    SimulationResult result = ended(Simulation.run(topology, options, NOBODY));
    return (double) (System.nanoTime() - start) / result.instructions();
  }

  private static SimulationResult ended(@Nullable SimulationResult result) {
    if (result == null || result.failure() != null) {
      throw new BenchmarkException("a simulated run failed: " + result);
    }
    return result;
  }

  private static double ordinary(Topology topology) throws InterruptedException {
    long start = System.nanoTime();
    try (TopologyRun run =
        TopologyRun.start(topology, HostServices.system(), Watcher.ofLines((_, _) -> {}))) {
      RunReport ended = run.awaitEnd();
      if (ended.status() != 0) {
        throw new BenchmarkException("an ordinary run failed: " + ended);
      }
    }
    return System.nanoTime() - start;
  }

  private void checkpoint() {
    List<Double> saves = new ArrayList<>();
    List<Double> restores = new ArrayList<>();
    Topology topology = vm("ticker.elf", "n=1000000");
    for (int i = 0; i <= runs; i++) {
      report.progress("a checkpoint: run %d of %d".formatted(i, runs));
      SteppedHost host = new SteppedHost(1);
      try (TopologyRun run =
              TopologyRun.start(topology, host.services(), Watcher.ofLines((_, _) -> {}));
          TopologyRun other =
              TopologyRun.prepare(
                  topology,
                  new SteppedHost(1).services(),
                  Watcher.ofLines((_, _) -> {}),
                  Set.of())) {
        for (int step = 0; step < 1_000; step++) {
          host.step();
        }
        Vm vm = run.vm("a").vm();
        vm.suspend();
        long start = System.nanoTime();
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        vm.save(new StateWriter(state));
        long saved = System.nanoTime();
        other.vm("a").vm().restore(new StateReader(new ByteArrayInputStream(state.toByteArray())));
        long restored = System.nanoTime();
        if (i > 0) {
          saves.add((saved - start) / 1e6);
          restores.add((restored - saved) / 1e6);
        }
      }
    }
    line("a checkpoint of a VM of 64 MiB", samples(saves), "ms");
    line("its restore", samples(restores), "ms");
    report.figures("sim.checkpoint", samples(saves), "ms");
    report.figures("sim.restore", samples(restores), "ms");
  }

  /** A run of 10^9 instructions, of which the last one is undone, again and again. */
  private void reverseStep() throws InterruptedException {
    long nanos = quick ? SECOND / 100 : SECOND; // an instruction takes one
    Topology busy = vm("bench/coremark-like.elf", "n=100000");
    SimulationOptions options = SimulationOptions.ofSeed(1).withoutFingerprint();
    BackwardRun run = new BackwardRun(busy, options, nanos);
    List<Double> seconds = new ArrayList<>();
    try {
      for (int i = 0; i <= runs; i++) {
        report.progress("a step back: run %d of %d".formatted(i, runs));
        double took = run.stepBack() / 1e9;
        if (i > 0) {
          seconds.add(took);
        }
      }
    } finally {
      run.end();
    }
    line(
        "a step back in a run of %.0e instructions".formatted((double) nanos),
        samples(seconds),
        "s");
    report.figures("sim.reverse-step", samples(seconds), "s");
  }

  private static Samples samples(List<Double> values) {
    return Samples.of(values, Double::doubleValue);
  }

  private void line(String what, Samples samples, String unit) {
    report.line(
        String.format(
            Locale.ROOT,
            "%s: %.2f [%.2f–%.2f] %s",
            what,
            samples.median(),
            samples.q1(),
            samples.q3(),
            unit));
  }
}
