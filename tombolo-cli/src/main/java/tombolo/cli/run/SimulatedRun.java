// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tombolo.cli.stream.CommandOutput;
import tombolo.cli.stream.RememberingOutput;
import tombolo.debug.GdbServer;
import tombolo.sim.Simulation;
import tombolo.sim.SimulationOptions;
import tombolo.sim.SimulationResult;
import tombolo.sim.SimulationWatcher;
import tombolo.sim.travel.TimeTravel;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;
import tombolo.topology.run.ExitStatus;

/**
 * A simulated run that a person watches. It prints the lines of the VMs, and what the run has come
 * to. One thread runs it; the JVM's shutdown abandons it.
 */
public final class SimulatedRun {
  /** How often a paced run looks whether somebody wants its end. */
  private static final long LOOK_NANOS = 50_000_000;

  private final Topology topology;
  private final String command;
  private final Host host;
  private final PrintWriter err;
  private final RememberingOutput out;
  private final Map<String, LinePrefix> lines = new TreeMap<>();

  private volatile boolean abandoned;

  /**
   * @param command the command's name, with which messages begin
   * @param err where messages go, a line each
   */
  public SimulatedRun(Topology topology, String command, Host host, PrintWriter err) {
    this.topology = topology;
    this.command = command;
    this.host = host;
    this.err = err;
    this.out = new RememberingOutput(host.out(), _ -> abandoned = true);
    for (VmSpec vm : topology.vms()) {
      lines.put(vm.name(), Screen.lines(out, topology, vm, host.colours().getAsBoolean()));
    }
  }

  /**
   * Runs the topology to its end.
   *
   * @param realtime whether virtual time goes on no faster than the host's
   * @return the exit status
   */
  public int run(SimulationOptions options, boolean realtime) throws InterruptedException {
    return guarded(() -> Simulation.run(topology, options, new Shown(realtime)));
  }

  /**
   * Runs the topology under a debugger, which can go backwards in the run.
   *
   * @param vm the VM that the debugger sees
   * @param port where it finds it, from 1 to 65535; or 0 for a free one
   * @return the exit status
   * @throws tombolo.topology.InputException if the port cannot be opened
   */
  public int debug(SimulationOptions options, VmSpec vm, int port) throws InterruptedException {
    TimeTravel travel = new TimeTravel(topology, options, vm.name(), new Shown(false));
    try (GdbServer server = Debuggers.open(travel, port, host, this::say)) {
      server.serve();
      say(Debuggers.invitation(vm.name(), server.port()));
      return guarded(
          () -> {
            @Nullable SimulationResult result = travel.run();
            server.exited(result == null ? 0 : result.report().status());
            return result;
          });
    }
  }

  /** What runs a simulation. */
  private interface Run {
    @Nullable SimulationResult run() throws InterruptedException;
  }

  private int guarded(Run run) throws InterruptedException {
    ShutdownGuard shutdown = new ShutdownGuard(() -> abandoned = true, this::say);
    shutdown.arm();
    try {
      @Nullable SimulationResult result = run.run();
      if (result != null) {
        report(result);
      } else if (out.failure() == null) {
        say("interrupted");
      }
      return status(result);
    } finally {
      shutdown.disarm();
      shutdown.reported();
    }
  }

  private int status(@Nullable SimulationResult result) {
    IOException failure = out.failure();
    if (failure != null && CommandOutput.isClosedPipe(failure)) {
      return ExitStatus.OUTPUT_CLOSED;
    }
    if (failure != null) {
      say(CommandOutput.describe(failure));
      return ExitStatus.OUTPUT_FAILED;
    }
    if (result == null || (result.failure() == null && result.report().status() == 0)) {
      return ExitStatus.GOOD; // the JVM chooses that of a signal
    }
    return result.report().status() == 0 ? ExitStatus.GUEST_FAILED : result.report().status();
  }

  private void report(SimulationResult result) {
    if (result.failure() != null) {
      say(result.failure().what());
    }
    print(String.format(Locale.ROOT, "virtual time %.9f s", result.nanos() / 1e9));
    print("instructions " + result.instructions());
    print("fingerprint " + result.fingerprint());
  }

  private void print(String line) {
    write(() -> out.write((line + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  private void say(String line) {
    err.println(command + ": " + line);
    err.flush();
  }

  /** Something that writes to the output, which remembers a failure. */
  private interface Write {
    void run() throws IOException;
  }

  private static void write(Write write) {
    try {
      write.run();
    } catch (IOException e) {
      // The output remembers it, and has the run abandoned.
    }
  }

  /** Prints lines, and paces the run. */
  private final class Shown implements SimulationWatcher {
    private final boolean realtime;
    private final long start = host.services().clock().nanos();

    Shown(boolean realtime) {
      this.realtime = realtime;
    }

    @Override
    public void line(String vm, String text) {
      @Nullable LinePrefix line = lines.get(vm);
      if (line != null) {
        write(() -> line.write((text + "\n").getBytes(StandardCharsets.UTF_8)));
      }
    }

    @Override
    public boolean goesOn(long nanos) {
      while (realtime && !abandoned && !Thread.currentThread().isInterrupted()) {
        long early = nanos - (host.services().clock().nanos() - start);
        if (early <= 0) {
          break;
        }
        LockSupport.parkNanos(Math.min(early, LOOK_NANOS));
      }
      return !abandoned;
    }
  }
}
