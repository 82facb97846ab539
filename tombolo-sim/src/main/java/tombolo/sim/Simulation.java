// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tombolo.machine.VmState;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Mishaps;
import tombolo.machine.host.SplitMix;
import tombolo.machine.host.SteppedHost;
import tombolo.machine.power.StopReason;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.SharedMemory;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;
import tombolo.topology.run.ExitStatus;
import tombolo.topology.run.HostStop;
import tombolo.topology.run.RunReport;
import tombolo.topology.run.RunningVm;
import tombolo.topology.run.StopOutcome;
import tombolo.topology.run.TopologyRun;
import tombolo.topology.run.Watcher;

/**
 * A run of a topology on one thread, in virtual time. Every choice follows from the seed: the order
 * of workers, the lengths of their steps, all chance that guests and devices draw. So the same
 * topology, build and options give the same run, to the instruction.
 *
 * <p>Used by one thread; several simulations may run in several threads at a time.
 */
public final class Simulation {
  /** Steps between two looks at the directory of channels; a look takes as long as some steps. */
  private static final int STEPS_A_LOOK = 64;

  private final SimulationOptions options;
  private final SimulationWatcher watcher;
  private final List<Pattern> failOn;
  private final Map<String, PrintedText> printed = new LinkedHashMap<>();
  private final Topology topology;
  private final SteppedHost host;
  private final Choices choices;
  private final Observer observer;
  private @Nullable MemoryOrder order;

  /** Those of the run, once it has begun. */
  private @Nullable Faults faults;

  private Simulation(
      Topology topology,
      SimulationOptions options,
      SimulationWatcher watcher,
      Choices choices,
      Observer observer) {
    ClosedTopology.check(topology);
    this.options = options;
    this.failOn =
        Stream.concat(topology.simulation().failOn().stream(), options.failOn().stream()).toList();
    this.watcher = watcher;
    this.choices = choices;
    this.observer = observer;
    if (options.model() == null) {
      this.topology = topology;
      host = new SteppedHost(options.seed(), this::mishap);
    } else {
      host = new SteppedHost(choices, options.seed(), this::mishap);
      MemoryOrder shared = new MemoryOrder(options.model(), choices, host.services().clock());
      PageOwners owners = new PageOwners();
      order = shared;
      this.topology =
          ClosedTopology.watched(
              topology,
              new WatchedEngine(),
              (vm, hart, harts) -> memory(vm, hart, harts == 1, owners, shared));
    }
  }

  private long mishap(Mishaps.Kind kind, String vm) {
    Decision.@Nullable Mishap mishap = choices.mishap(kind, vm);
    if (mishap == null) {
      return 0;
    }
    observer.mishap(mishap);
    return mishap.nanos();
  }

  private SharedMemory memory(
      String vm, Hart hart, boolean alone, PageOwners owners, MemoryOrder shared) {
    String name = vm + "/vcpu" + hart.index;
    choices.meet(name, hart);
    return options.model() == MemoryModel.SC
        ? new WatchedMemory(hart, name, alone, owners, choices, () -> strikes(name), observer)
        : new WeakMemory(vm, name, hart, alone, owners, shared, () -> strikes(name), observer);
  }

  /** Returns whether a fault comes before the access to shared memory that a hart does next. */
  private boolean strikes(String hart) {
    Faults coming = faults;
    boolean strikes = coming != null && coming.access(hart);
    if (strikes) {
      choices.struck();
    }
    return strikes;
  }

  /**
   * Checks that a topology can be simulated.
   *
   * @throws tombolo.topology.InputException if it reaches something outside itself
   */
  public static void check(Topology topology) {
    ClosedTopology.check(topology);
  }

  /**
   * Runs a topology to its end.
   *
   * @return how it ended; null if the watcher has abandoned it
   * @throws tombolo.topology.InputException if the topology reaches something outside itself
   * @throws InterruptedException if the thread is interrupted
   */
  public static @Nullable SimulationResult run(
      Topology topology, SimulationOptions options, SimulationWatcher watcher)
      throws InterruptedException {
    return new Simulation(topology, options, watcher, random(options, false), Observer.NONE).run();
  }

  /**
   * Returns the choices that follow from a seed.
   *
   * @param remembers whether they note in what the run differs from a calm one
   */
  static RandomChoices random(SimulationOptions options, boolean remembers) {
    return new RandomChoices(new SplitMix(options.seed()), options.model() != null, remembers);
  }

  /** Runs a topology with choices of another kind, and an observer, under a memory model. */
  static @Nullable SimulationResult run(
      Topology topology,
      SimulationOptions options,
      SimulationWatcher watcher,
      Choices choices,
      Observer observer)
      throws InterruptedException {
    return new Simulation(topology, options, watcher, choices, observer).run();
  }

  private @Nullable SimulationResult run() throws InterruptedException {
    try (TopologyRun run =
        TopologyRun.prepare(topology, host.services(), new Consoles(), Set.of())) {
      run.vms().forEach(this::endStoresWithRuns);
      watcher.prepared(run.vms(), host);
      run.boot();
      faults = new Faults(choices.strikes(topology.simulation().faults()), run, host, observer);
      Failure failure = null;
      while (failure == null && !run.hasEnded()) {
        failure = step(run);
        if (!watcher.goesOn(now())) {
          return null;
        }
      }
      return watcher.ends(failure) ? result(run, failure) : null;
    }
  }

  /**
   * Has what waits in store buffers reach memory before a run ends, and none of it the next run.
   */
  private void endStoresWithRuns(RunningVm vm) {
    MemoryOrder stores = order;
    if (stores != null) {
      vm.vm()
          .addListener(
              state -> {
                for (WeakMemory hart : stores.harts()) {
                  if (hart.vm().equals(vm.name())) {
                    switch (state) {
                      case STOPPING -> hart.drainAll();
                      case LOADING -> hart.dropAll();
                      default -> {}
                    }
                  }
                }
              });
    }
  }

  /** Does a step; returns why the run has failed, if it has. */
  private @Nullable Failure step(TopologyRun run) {
    Faults coming = Objects.requireNonNull(faults);
    long due = coming.next();
    if (!host.step(due) && due == Long.MAX_VALUE) {
      return new Failure(Failure.Kind.DEADLOCK, "nothing can run, and %s".formatted(unended(run)));
    }
    coming.look(now());
    if (now() > options.limitNanos()) {
      return new Failure(
          Failure.Kind.TIME,
          "%s of virtual time are over, and %s".formatted(seconds(now()), unended(run)));
    }
    @Nullable Failure printed = printed();
    if (printed != null) {
      return printed;
    }
    @Nullable Failure failed = failed(run);
    boolean looks = failed == null && (run.hasEnded() || host.steps() % STEPS_A_LOOK == 0);
    return looks ? brokenDirectory(run) : failed;
  }

  private static @Nullable Failure brokenDirectory(TopologyRun run) {
    Set<String> stopped =
        run.vms().stream()
            .filter(vm -> vm.vm().state() == VmState.STOPPED)
            .map(RunningVm::name)
            .collect(Collectors.toCollection(TreeSet::new));
    @Nullable String broken = DirectoryInvariants.broken(run.directory().snapshot(), stopped);
    return broken == null ? null : new Failure(Failure.Kind.DIRECTORY, "the directory: " + broken);
  }

  /** A VM that has failed for good ends the run: its peers could wait for it for ever. */
  private static @Nullable Failure failed(TopologyRun run) {
    for (RunningVm vm : run.vms()) {
      StopOutcome outcome = vm.end().isPresent() ? vm.outcome().orElse(null) : null;
      if (outcome != null && outcome.status() != ExitStatus.GOOD) {
        return failure(outcome);
      }
    }
    return null;
  }

  private static Failure failure(StopOutcome outcome) {
    return new Failure(
        Failure.Kind.STATUS,
        outcome
            .line()
            .orElseGet(() -> "%s failed with code %d".formatted(outcome.vm(), outcome.status())));
  }

  private @Nullable Failure printed() {
    for (Map.Entry<String, PrintedText> vm : printed.entrySet()) {
      String line = vm.getValue().forbidden();
      if (line != null) {
        String harmless = line.replaceAll("\\p{C}", "?"); // it goes to a terminal
        return new Failure(
            Failure.Kind.CONSOLE, "%s printed \"%s\"".formatted(vm.getKey(), harmless));
      }
    }
    return null;
  }

  private static String unended(TopologyRun run) {
    String names =
        String.join(
            ", ",
            run.vms().stream().filter(vm -> vm.end().isEmpty()).map(RunningVm::name).toList());
    return names + (names.contains(",") ? " have not ended" : " has not ended");
  }

  private static String seconds(long nanos) {
    return "%.3f s".formatted(nanos / 1e9);
  }

  private long now() {
    return host.services().clock().nanos();
  }

  private SimulationResult result(TopologyRun run, @Nullable Failure early)
      throws InterruptedException {
    final long nanos = now();
    final long instructions = host.instructions();
    final long steps = host.steps();
    if (early != null && !run.hasEnded()) {
      run.requestStop(new HostStop(early.what(), status(early)));
    }
    RunReport report = run.awaitEnd();
    printed.values().forEach(PrintedText::end);
    Failure failure = early == null ? failure(report) : early;
    Fingerprint outcome = new Fingerprint();
    printed.forEach((vm, text) -> outcome.writer().string(vm).bytes(text.hash()));
    outcome.writer().string(failure == null ? "" : failure.kind().name()).number(report.status());
    String ended = outcome.digits();
    Fingerprint all = new Fingerprint();
    all.writer().string(ended).number(nanos).number(instructions).number(steps);
    if (options.fingerprint()) {
      run.vms().forEach(vm -> vm.vm().save(all.writer().string(vm.name())));
    }
    String fingerprint = options.fingerprint() ? all.digits() : "";
    return new SimulationResult(report, failure, nanos, instructions, steps, fingerprint, ended);
  }

  private @Nullable Failure failure(RunReport report) {
    Failure forbidden = printed();
    if (forbidden != null) {
      return forbidden;
    }
    return report.outcomes().stream()
        .filter(outcome -> outcome.status() != ExitStatus.GOOD)
        .findFirst()
        .map(Simulation::failure)
        .orElse(null);
  }

  /** Returns the exit status that stands for a failure that the run itself does not know. */
  private static int status(Failure failure) {
    return failure.kind() == Failure.Kind.TIME ? ExitStatus.TIME_OUT : ExitStatus.GUEST_FAILED;
  }

  /** Hands out the consoles. */
  private final class Consoles implements Watcher {
    @Override
    public Console console(VmSpec vm, HostServices services) {
      PrintedText text = new PrintedText(line -> watcher.line(vm.name(), line), failOn);
      printed.put(vm.name(), text);
      return text;
    }

    @Override
    public void booting(RunningVm vm, @Nullable StopReason after) {
      endLine(vm);
    }

    @Override
    public void stopped(RunningVm vm, StopReason reason) {
      endLine(vm);
    }

    private void endLine(RunningVm vm) {
      PrintedText text = printed.get(vm.name());
      if (text != null) {
        text.end();
      }
    }
  }
}
