// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tombolo.cli.terminal.EscapeKeys;
import tombolo.cli.terminal.Terminal;
import tombolo.machine.Accelerator;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.Console;
import tombolo.machine.console.StreamConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.power.StopReason;
import tombolo.machine.vsock.VsockSwitch;
import tombolo.topology.VsockSpec;

/**
 * One VM that a person watches: its console is this process's standard input and output, and it
 * stops when the guest ends, the time is over, or the person has had enough.
 *
 * <p>One thread calls {@link #run}, waits there for the VM's end, cleans up and reports. Whoever
 * else wants an end (the keyboard's thread, the output's, the JVM's shutdown) only calls {@link
 * #stop}. The shutdown waits until the report is out, because the JVM halts when it returns.
 */
public final class ForegroundRun {
  private static final Duration WITHOUT_END = Duration.ofNanos(Long.MAX_VALUE / 4);

  private final Host host;
  private final PrintWriter err;
  private final ShutdownGuard shutdown =
      new ShutdownGuard("tombolo boot", () -> stop(HostStop.SIGNAL), this::say);

  // Guarded by this: what a stop stops, or one that came before there was anything to be stopped.
  private @Nullable Vm vm;
  private @Nullable HostStop early;

  private volatile @Nullable IOException outputFailure;

  /**
   * @param err where messages go, a line each
   */
  public ForegroundRun(Host host, PrintWriter err) {
    this.host = host;
    this.err = err;
  }

  /**
   * Runs a VM to its end.
   *
   * @param name the VM's, for the names of threads
   * @param config makes the configuration with the console that it is given
   * @param devices puts more devices into the VM, with the same console
   * @param vsock its socket device, or null
   * @param limit how long it may take, or null
   * @param stats whether to print counters after the end
   * @return the exit status
   */
  public int run(
      String name,
      Function<Console, VmConfig> config,
      BiConsumer<Vm, Console> devices,
      @Nullable VsockSpec vsock,
      Accelerator accelerator,
      @Nullable TimeLimit limit,
      boolean stats)
      throws InterruptedException {
    PanicWatch out =
        new PanicWatch(new GuestOutput(host.out(), this::outputFailed), this::guestPanicked);
    shutdown.arm(); // first: whenever a signal comes, the terminal is given back before the end
    try (@Nullable Terminal terminal = host.terminal().get().orElse(null);
        StreamConsole console = console(name, out, terminal);
        VsockSwitch network = new VsockSwitch(HostServices.system());
        Vm made = Vm.create(config.apply(console), accelerator);
        VsockSpec.Opened _ =
            vsock == null ? VsockSpec.Opened.NOTHING : vsock.plugInto(made, network)) {
      devices.accept(made, console);
      long start = System.nanoTime();
      made.boot();
      booted(made);
      StopReason reason = watch(made, console, terminal, limit);
      Duration wall = Duration.ofNanos(System.nanoTime() - start);
      console.flush(); // what the guest printed comes before what we say of it
      int status = report(made, reason, limit, wall);
      if (stats) {
        RunReport.lines(made, wall.toNanos() / 1e9).forEach(err::println);
      }
      return status;
    } finally {
      shutdown.disarm();
      err.flush();
      shutdown.reported();
    }
  }

  /** With the terminal's size, before there are devices, which look whether it has one. */
  private static StreamConsole console(String name, OutputStream out, @Nullable Terminal terminal) {
    StreamConsole console = new StreamConsole(name, out, HostServices.system());
    if (terminal != null) {
      terminal.onSize(console::resize);
    }
    return console;
  }

  private void booted(Vm booted) {
    @Nullable HostStop wanted;
    synchronized (this) {
      vm = booted;
      wanted = early;
    }
    if (wanted != null) {
      booted.stop(wanted.why);
    }
  }

  /** Types for the guest and waits until it has ended. */
  private StopReason watch(
      Vm running, StreamConsole console, @Nullable Terminal terminal, @Nullable TimeLimit limit)
      throws InterruptedException {
    try (terminal) { // is as it was before anything is said of the end
      if (terminal == null) {
        console.readFrom(host.in());
      } else {
        console.readFrom(
            new EscapeKeys(host.in(), () -> stop(HostStop.KEYBOARD), () -> say(EscapeKeys.HELP)));
      }
      Duration most = limit == null ? WITHOUT_END : limit.duration();
      Optional<StopReason> reason = running.awaitStop(most);
      if (reason.isEmpty()) {
        stop(HostStop.TIME_OUT);
        reason = running.stopReason();
      }
      return reason.orElseThrow();
    }
  }

  /** Says what a person has to know of the end, and gives the exit status. */
  private int report(Vm ended, StopReason reason, @Nullable TimeLimit limit, Duration wall) {
    if (reason instanceof StopReason.HostRequest request) {
      return reportHostStop(ended, request, limit, wall);
    }
    StopOutcome outcome = StopOutcome.of(ended.name(), reason);
    return outcome.line() == null ? outcome.status() : complain(outcome.line(), outcome.status());
  }

  private int reportHostStop(
      Vm ended, StopReason.HostRequest request, @Nullable TimeLimit limit, Duration wall) {
    HostStop stop =
        HostStop.of(request).orElseThrow(() -> new IllegalStateException(request.why()));
    String what =
        String.format(
            Locale.ROOT,
            "stopped VM %s with %d vCPU(s) after %.1f s",
            ended.name(),
            ended.board().vcpus().size(),
            wall.toNanos() / 1e9);
    return switch (stop) {
      case TIME_OUT ->
          complain(
              "time-out of %s: %s".formatted(limit == null ? "" : limit.text(), what), stop.status);
      case SIGNAL, KEYBOARD -> complain(stop.why + ": " + what, stop.status);
      case OUTPUT_CLOSED -> stop.status; // as quiet as any filter whose reader has gone
      case OUTPUT_FAILED -> complain(stop.why + ": " + outputFailure + "; " + what, stop.status);
    };
  }

  /**
   * On the thread that writes, for which a vCPU may be waiting. So another thread stops the VM: a
   * stop waits for the vCPUs.
   */
  private void outputFailed(IOException failure) {
    outputFailure = failure;
    HostStop stop =
        GuestOutput.isClosedPipe(failure) ? HostStop.OUTPUT_CLOSED : HostStop.OUTPUT_FAILED;
    Scheduler.system().startThread("stop", () -> stop(stop));
  }

  /** On the thread that writes. */
  private void guestPanicked(String reason) {
    say(
        "tombolo boot: the guest's kernel has panicked (%s): %s"
            .formatted(reason, PanicWatch.advice(reason)));
  }

  private void stop(HostStop stop) {
    @Nullable Vm running;
    synchronized (this) {
      running = vm;
      if (running == null) {
        early = stop;
      }
    }
    if (running != null) {
      running.stop(stop.why);
    }
  }

  private int complain(String line, int status) {
    say("tombolo boot: " + line);
    return status;
  }

  private void say(String line) {
    err.println(line);
    err.flush();
  }
}
