// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tombolo.bridge.Bridges;
import tombolo.cli.stream.CommandOutput;
import tombolo.cli.stream.RememberingOutput;
import tombolo.cli.terminal.EscapeKeys;
import tombolo.cli.terminal.Terminal;
import tombolo.cli.view.ControlSocket;
import tombolo.cli.view.TopologyView;
import tombolo.cli.view.VmCommands;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
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
 * A topology that a person watches: consoles on standard output, perhaps the keyboard for one VM.
 * It ends when the guests end, the time is over, or the person has had enough.
 *
 * <p>One thread calls {@link #run}, waits there for the end, cleans up and reports. Other threads
 * that want the end (the keyboard's, a console's, the JVM's shutdown) call {@link #end}. The
 * shutdown waits until the report is out, because the JVM halts when it returns.
 */
public final class ForegroundRun {
  /** The JVM chooses the exit status: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP. */
  private static final HostStop SIGNAL = new HostStop("interrupted", ExitStatus.GOOD);

  private static final HostStop KEYBOARD = new HostStop("left by Ctrl-A x", ExitStatus.GOOD);
  private static final HostStop DEBUGGER = new HostStop("killed by gdb", ExitStatus.GOOD);
  private static final HostStop OUTPUT_CLOSED =
      new HostStop("standard output was closed", ExitStatus.OUTPUT_CLOSED);

  /** How long the rest of the output may take once somebody wants the end. */
  private static final long PATIENCE_NANOS = 1_000_000_000;

  /** How often the thread that waits for the output's reader looks whether somebody does. */
  private static final long LOOK_NANOS = 50_000_000;

  private final Topology topology;
  private final Presentation presentation;
  private final Host host;
  private final PrintWriter err;
  private final Messages messages;
  private final ShutdownGuard shutdown;

  // Guarded by this: what a stop stops, or one that came before there was anything to be stopped.
  private @Nullable TopologyRun running;
  private @Nullable HostStop early;

  /**
   * @param err where messages go, a line each
   */
  public ForegroundRun(Topology topology, Presentation presentation, Host host, PrintWriter err) {
    this.topology = topology;
    this.presentation = presentation;
    this.host = host;
    this.err = err;
    this.messages =
        new Messages(
            line -> {
              err.println(line);
              err.flush();
            });
    this.shutdown = new ShutdownGuard(() -> end(SIGNAL), this::say);
  }

  /**
   * Runs the topology to its end.
   *
   * @param keyboard the VM that gets the keyboard, and whose output has no prefix; or null
   * @param limit how long it may take, or null
   * @param stats whether to print each VM's counters after the end
   * @return the exit status
   */
  public int run(@Nullable VmSpec keyboard, @Nullable TimeLimit limit, boolean stats)
      throws InterruptedException {
    RememberingOutput out = new RememberingOutput(host.out(), this::outputFailed);
    shutdown.arm(); // first: whenever a signal comes, the terminal is given back before the end
    try {
      int status = run(out, keyboard, limit, stats);
      return status == ExitStatus.GOOD ? unwritten(out) : status;
    } finally {
      shutdown.disarm();
      shutdown.reported();
    }
  }

  private int run(
      RememberingOutput out, @Nullable VmSpec keyboard, @Nullable TimeLimit limit, boolean stats)
      throws InterruptedException {
    try (@Nullable Terminal terminal =
            keyboard == null ? null : host.terminal().get().orElse(null);
        Screen screen =
            new Screen(
                host.services(),
                out,
                vm -> lines(out, vm, keyboard),
                this::watched,
                keyboard,
                terminal);
        TopologyRun run =
            TopologyRun.prepare(topology, host.services(), watcher(screen), Set.of());
        Bridges bridges = Bridges.open(topology, run.directory(), this::say);
        ControlSocket _ = controlSocket(run, bridges);
        Debuggers debuggers = Debuggers.open(run, host, this::say, () -> end(DEBUGGER))) {
      ready(run);
      long start = now();
      run.boot();
      debuggers.booted(this::say);
      RunReport report;
      try (terminal) { // is as it was before anything is said of the end
        screen.readFrom(keys(terminal));
        report = awaitEnd(run, limit);
      }
      debuggers.ended(report);
      // What the guests printed comes before what is said of them.
      @Nullable HostStop cut = drain(screen, report.stop(), start, limit);
      say(report, run);
      if (cut != null) {
        say("%,d bytes of output are lost: nobody has read them".formatted(screen.dropped()));
      }
      if (stats) {
        run.vms().stream()
            .flatMap(vm -> presentation.counters(vm, report.seconds()).stream())
            .forEach(this::print);
      }
      return cut != null && report.stop() == null ? cut.status() : report.status();
    }
  }

  /**
   * Returns the status of a good run whose output may be lost: the guests can have ended before
   * their last bytes could not be written.
   */
  private int unwritten(RememberingOutput out) {
    IOException failure = out.failure();
    if (failure == null) {
      return ExitStatus.GOOD;
    }
    if (CommandOutput.isClosedPipe(failure)) {
      return ExitStatus.OUTPUT_CLOSED;
    }
    say(CommandOutput.describe(failure));
    return ExitStatus.OUTPUT_FAILED;
  }

  /** Returns the lines of a VM; empty for the one with the keyboard. */
  private Optional<LinePrefix> lines(OutputStream out, VmSpec vm, @Nullable VmSpec keyboard) {
    return Screen.isSame(vm, keyboard)
        ? Optional.empty()
        : Optional.of(Screen.lines(out, topology, vm, host.colours().getAsBoolean()));
  }

  private OutputStream watched(VmSpec vm, OutputStream output) {
    return new PanicWatch(output, reason -> say(presentation.panicked(vm.name(), reason)));
  }

  private Watcher watcher(Screen screen) {
    return new Watcher() {
      @Override
      public Console console(VmSpec vm, HostServices services) {
        return screen.console(vm);
      }

      @Override
      public void booting(RunningVm vm, @Nullable StopReason after) {
        if (after != null) {
          say(
              "%s failed (%s); booting it again, %d of %d"
                  .formatted(vm.name(), after.describe(), vm.restarts() + 1, vm.spec().restart()));
        }
      }
    };
  }

  private ControlSocket controlSocket(TopologyRun run, Bridges bridges) {
    return new ControlSocket(
        new TopologyView(presentation.file(), run, bridges), new VmCommands(run, this::say), err);
  }

  private InputStream keys(@Nullable Terminal terminal) {
    return terminal == null
        ? host.in()
        : new EscapeKeys(
            terminal.keys(host.in()),
            () -> end(KEYBOARD),
            terminal::stopJob,
            () -> print(EscapeKeys.HELP));
  }

  private static RunReport awaitEnd(TopologyRun run, @Nullable TimeLimit limit)
      throws InterruptedException {
    return limit == null ? run.awaitEnd() : run.awaitEnd(limit.duration().toNanos(), over(limit));
  }

  private static HostStop over(TimeLimit limit) {
    return new HostStop("time-out of " + limit.text(), ExitStatus.TIME_OUT);
  }

  /**
   * Waits until all output is written: as long as its reader takes, but a second at the most once
   * the host wants the end. Then drops the rest.
   *
   * @param stop why the host has stopped VMs, or null if all had ended by themselves
   * @param start the time of the boot
   * @return why the rest was dropped; null if nothing was
   */
  private @Nullable HostStop drain(
      Screen screen, @Nullable HostStop stop, long start, @Nullable TimeLimit limit)
      throws InterruptedException {
    @Nullable HostStop reason = stop;
    long reasonSince = now();
    while (!screen.flush(LOOK_NANOS)) {
      if (reason == null) {
        reason = wanted(start, limit);
        reasonSince = now();
      }
      if (reason != null && now() - reasonSince >= PATIENCE_NANOS) {
        screen.abandon();
        return reason;
      }
    }
    return null;
  }

  /** Returns why the host wants the end by now; null if it does not. */
  private synchronized @Nullable HostStop wanted(long start, @Nullable TimeLimit limit) {
    boolean over = limit != null && now() - start >= limit.duration().toNanos();
    return early != null || limit == null || !over ? early : over(limit);
  }

  private long now() {
    return host.services().clock().nanos();
  }

  /** Tells a person what the exit status does not. */
  private void say(RunReport report, TopologyRun run) {
    report.outcomes().stream()
        .filter(outcome -> outcome.status() != ExitStatus.GOOD)
        .forEach(
            outcome ->
                presentation.failed(outcome).ifPresent(line -> say(line + details(outcome))));
    HostStop stop = report.stop();
    if (stop != null && !stop.equals(OUTPUT_CLOSED)) { // a filter whose reader has gone is quiet
      say(stop.why() + ": " + presentation.stopped(report, run.vms()));
    }
  }

  private static String details(StopOutcome outcome) {
    return outcome.reason() instanceof StopReason.InternalFailure(String where, Throwable cause)
        ? "; " + FailureLog.add(where, cause)
        : "";
  }

  private void outputFailed(IOException failure) {
    end(
        CommandOutput.isClosedPipe(failure)
            ? OUTPUT_CLOSED
            : new HostStop(CommandOutput.describe(failure), ExitStatus.OUTPUT_FAILED));
  }

  /** Makes the run known to {@link #end}, and ends it if the end was wanted before. */
  private void ready(TopologyRun run) {
    @Nullable HostStop wanted;
    synchronized (this) {
      running = run;
      wanted = early;
    }
    if (wanted != null) {
      run.requestStop(wanted);
    }
  }

  /** Any thread; waits for nobody. */
  private void end(HostStop stop) {
    @Nullable TopologyRun run;
    synchronized (this) {
      run = running;
      early = early == null ? stop : early;
    }
    if (run != null) {
      run.requestStop(stop);
    }
  }

  private void say(String line) {
    print(presentation.command() + ": " + line);
  }

  private void print(String line) {
    messages.print(line);
  }
}
