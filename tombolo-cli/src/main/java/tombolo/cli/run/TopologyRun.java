// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tombolo.cli.terminal.EscapeKeys;
import tombolo.cli.terminal.Terminal;
import tombolo.cli.view.ControlSocket;
import tombolo.cli.view.TopologyView;
import tombolo.ivc.Directory;
import tombolo.ivc.DirectorySnapshot;
import tombolo.machine.VmState;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.machine.vsock.VsockSwitch;
import tombolo.topology.MemorySize;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;

/**
 * The VMs of a topology file, run until they have all stopped, or somebody has had enough.
 *
 * <p>One thread calls {@link #run}: it makes and boots the VMs, boots those again that may be,
 * waits for the last one's end, cleans up and reports. Whoever else has news for it (VMs that stop,
 * the keyboard, the output, the JVM's shutdown) puts them into its queue. The shutdown waits until
 * the report is out, because the JVM halts when it returns.
 */
public final class TopologyRun {
  /** Foreground colours of a terminal that are legible on dark and light: cyan, green, … */
  private static final int[] COLOURS = {36, 32, 33, 35, 34, 31};

  private final Topology topology;
  private final String file;
  private final Host host;
  private final PrintWriter err;
  private final BlockingQueue<News> news = new LinkedBlockingQueue<>();
  private final ShutdownGuard shutdown =
      new ShutdownGuard("tombolo run", () -> end(HostStop.SIGNAL), this::say);

  /** Looked at by others while it grows. */
  private final List<RunningVm> vms = new CopyOnWriteArrayList<>();

  private volatile @Nullable IOException outputFailure;

  /** What the topology's thread has to know. */
  private sealed interface News {
    /** A VM has stopped. */
    record Stopped(RunningVm vm) implements News {}

    /** Somebody wants the end. */
    record End(HostStop why) implements News {}
  }

  /**
   * @param file what the topology is called in what is said of it
   * @param err where messages go, a line each
   */
  public TopologyRun(Topology topology, String file, Host host, PrintWriter err) {
    this.topology = topology;
    this.file = file;
    this.host = host;
    this.err = err;
  }

  /**
   * Runs the topology to its end.
   *
   * @param console the VM that gets the keyboard, and whose output has no prefix; or null
   * @param limit how long it may take, or null
   * @param stats whether to print each VM's counters after the end
   * @return the exit status
   */
  public int run(@Nullable VmSpec console, @Nullable TimeLimit limit, boolean stats)
      throws InterruptedException {
    GuestOutput out = new GuestOutput(host.out(), this::outputFailed);
    long start = System.nanoTime();
    shutdown.arm(); // first: whenever a signal comes, the terminal is given back before the end
    try (@Nullable Terminal terminal = console == null ? null : host.terminal().get().orElse(null);
        Directory directory = new Directory(topology.grants(), HostServices.system());
        VsockSwitch network = new VsockSwitch(HostServices.system());
        ClosingVms _ = new ClosingVms();
        ControlSocket _ = new ControlSocket(new TopologyView(file, vms, directory), err)) {
      for (VmSpec spec : topology.vms()) {
        RunningVm vm =
            new RunningVm(
                spec,
                directory,
                network,
                lines(out, spec, console),
                spec.equals(console) ? terminal : null);
        vms.add(vm);
        vm.vm().addListener(state -> stateChanged(vm, state));
      }
      vms.forEach(vm -> vm.joined().boot());
      @Nullable HostStop stop = watch(console, terminal, limit);
      DirectorySnapshot atEnd = directory.snapshot();
      if (stop != null) {
        vms.forEach(vm -> vm.vm().stop(stop.why));
      }
      for (RunningVm vm : vms) {
        vm.console().flush(); // what the guests printed comes before what we say of them
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      int status = report(stop, limit, atEnd, seconds);
      if (stats) {
        vms.forEach(vm -> say(vm.name() + ":", RunReport.lines(vm.vm(), seconds)));
      }
      return status;
    } finally {
      shutdown.disarm();
      err.flush();
      shutdown.reported();
    }
  }

  /** Closes all VMs that were made, whatever happened. */
  private final class ClosingVms implements AutoCloseable {
    @Override
    public void close() {
      vms.forEach(RunningVm::close);
    }
  }

  private OutputStream lines(GuestOutput out, VmSpec spec, @Nullable VmSpec console) {
    if (spec.equals(console)) {
      return out; // it has no end to be closed
    }
    int width = topology.vms().stream().mapToInt(vm -> vm.name().length()).max().orElse(0);
    String name = spec.name() + " ".repeat(width - spec.name().length());
    if (!host.colours().getAsBoolean()) {
      return new LinePrefix(out, name + " | ");
    }
    int colour = COLOURS[topology.vms().indexOf(spec) % COLOURS.length];
    return new LinePrefix(out, "\u001b[%dm%s |\u001b[0m ".formatted(colour, name));
  }

  /** A listener must not boot a VM, so it only passes on that one has stopped. */
  private void stateChanged(RunningVm vm, VmState state) {
    if (state == VmState.STOPPED) {
      news.add(new News.Stopped(vm));
    }
  }

  /**
   * Waits until all VMs have stopped and none is to be booted again.
   *
   * @return null, or why it did not wait so long
   */
  private @Nullable HostStop watch(
      @Nullable VmSpec console, @Nullable Terminal terminal, @Nullable TimeLimit limit)
      throws InterruptedException {
    try (terminal) { // is as it was before anything is said of the end
      attach(console, terminal != null);
      long end = limit == null ? Long.MAX_VALUE : System.nanoTime() + limit.duration().toNanos();
      int running = vms.size();
      while (running > 0) {
        News next =
            limit == null ? news.take() : news.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        switch (next) {
          case null -> {
            return HostStop.TIME_OUT;
          }
          case News.End(HostStop why) -> {
            return why;
          }
          case News.Stopped(RunningVm vm) -> {
            if (!again(vm)) {
              running--;
            }
          }
        }
      }
      return null;
    }
  }

  private void attach(@Nullable VmSpec console, boolean terminal) {
    for (RunningVm vm : vms) {
      if (!vm.spec().equals(console)) {
        continue;
      }
      vm.console()
          .readFrom(
              terminal
                  ? new EscapeKeys(
                      host.in(), () -> end(HostStop.KEYBOARD), () -> say(EscapeKeys.HELP))
                  : host.in());
    }
  }

  /** Notes how a VM has ended, and boots it again if it failed and may be. */
  private boolean again(RunningVm vm) {
    StopReason reason = vm.vm().stopReason().orElseThrow();
    if (reason instanceof StopReason.HostRequest) {
      return false;
    }
    StopOutcome outcome = StopOutcome.of(vm.name(), reason);
    vm.ended(outcome);
    if (!vm.joined().mayRestartAfter(reason)) {
      return false;
    }
    say(
        "tombolo run: %s failed (%s); booting it again, %d of %d"
            .formatted(
                vm.name(), reason.describe(), vm.joined().restarts() + 1, vm.spec().restart()));
    vm.joined().boot();
    return true;
  }

  /** Says what a person has to know of the end, and gives the exit status. */
  private int report(
      @Nullable HostStop stop, @Nullable TimeLimit limit, DirectorySnapshot atEnd, double seconds) {
    int status = ExitStatus.GOOD;
    for (RunningVm vm : vms) {
      StopOutcome outcome = vm.outcome();
      if (outcome == null || outcome.status() == ExitStatus.GOOD) {
        continue;
      }
      status = status == ExitStatus.GOOD ? outcome.status() : status;
      say(
          "tombolo run: "
              + Optional.ofNullable(outcome.line())
                  .orElse("%s failed with code %d".formatted(vm.name(), outcome.status())));
    }
    if (stop == null || stop == HostStop.OUTPUT_CLOSED) {
      return stop == null ? status : stop.status;
    }
    String why =
        switch (stop) {
          case TIME_OUT -> "time-out of " + (limit == null ? "" : limit.text());
          case OUTPUT_FAILED -> stop.why + ": " + outputFailure;
          default -> stop.why;
        };
    say("tombolo run: %s: %s".formatted(why, cleanedUp(atEnd, seconds)));
    return stop.status;
  }

  /** What there was to be cleaned up, in words. */
  private String cleanedUp(DirectorySnapshot atEnd, double seconds) {
    String names =
        vms.stream()
            .filter(vm -> vm.vm().stopReason().orElse(null) instanceof StopReason.HostRequest)
            .map(RunningVm::name)
            .collect(Collectors.joining(", "));
    long bytes = atEnd.channels().stream().mapToLong(row -> row.shape().total()).sum();
    int channels = atEnd.channels().size();
    return String.format(
        Locale.ROOT,
        "stopped %s after %.1f s, and gave back %d channel%s, %s",
        names.isEmpty() ? "nothing" : names,
        seconds,
        channels,
        channels == 1 ? "" : "s",
        MemorySize.describe(bytes));
  }

  /** On a thread that writes, for which a vCPU may be waiting; the topology's thread acts on it. */
  private void outputFailed(IOException failure) {
    outputFailure = failure;
    end(GuestOutput.isClosedPipe(failure) ? HostStop.OUTPUT_CLOSED : HostStop.OUTPUT_FAILED);
  }

  /** Any thread. */
  private void end(HostStop why) {
    news.add(new News.End(why));
  }

  private void say(String line) {
    say(line, List.of());
  }

  private synchronized void say(String line, List<String> more) {
    err.println(line);
    more.forEach(next -> err.println("  " + next));
    err.flush();
  }
}
