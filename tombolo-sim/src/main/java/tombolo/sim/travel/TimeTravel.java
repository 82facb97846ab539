// SPDX-License-Identifier: Apache-2.0
package tombolo.sim.travel;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.debug.Resumption;
import tombolo.debug.StopEvent;
import tombolo.debug.Stops;
import tombolo.debug.Target;
import tombolo.machine.debug.Debuggable;
import tombolo.machine.host.SteppedHost;
import tombolo.memory.GuestMemory;
import tombolo.sim.Simulation;
import tombolo.sim.SimulationOptions;
import tombolo.sim.SimulationResult;
import tombolo.sim.SimulationWatcher;
import tombolo.topology.Topology;

/**
 * A simulated run under a debugger. It is the run that it is without one: where it stops, the
 * thread that runs it waits in the middle of a step, and nothing of the run notices.
 *
 * <p>To go backwards, it gives the run up and repeats it from the start, twice: once to find the
 * latest stop before the place at hand, and once to come to it; for a step, the {@link Trail} may
 * know the place. A repeated run prints no line again.
 *
 * <p>Threads: the owner calls {@link #run}, which executes the simulation. A session of the
 * debugger calls the methods of {@link Target}. The owner's thread waits at a stop until it is
 * given a command; the session's thread looks at the VM only meanwhile. The two hand over by the
 * monitor.
 */
public final class TimeTravel implements Target {
  /** What the session wants of the thread that runs the simulation. */
  private sealed interface Command {
    record Go(Resumption how) implements Command {}

    record Leave() implements Command {}
  }

  /**
   * What a session looks at, in the present run.
   *
   * @param vcpus of the debugger's VM
   * @param memory of that VM
   */
  record Scene(List<Debuggable> vcpus, GuestMemory memory, SteppedHost host) {}

  /** How often a stopped run looks whether its watcher wants the end. */
  private static final long LOOK_MILLIS = 50;

  private final Topology topology;
  private final SimulationOptions options;
  private final String name;
  private final SimulationWatcher watcher;

  // Guarded by this.
  private @Nullable Command command;
  private @Nullable StopEvent present;
  private Consumer<StopEvent> listener = event -> {};
  private boolean killed;
  private boolean interrupted;
  private boolean hasBegun;

  /** Whether a debugger has been there and has gone for good. */
  private boolean free;

  /** Written by the owner's thread before a stop, and read by the session's during it. */
  private @Nullable Scene scene;

  // Written by the session's thread during a stop.
  private Stops stops = Stops.NONE;

  // Used by the owner's thread.
  private final Journey journey = new Journey();
  private long linesShown;

  /**
   * Makes one that has not begun.
   *
   * @param name of the VM that the debugger sees
   * @param watcher sees each line once, and can end the run
   */
  public TimeTravel(
      Topology topology, SimulationOptions options, String name, SimulationWatcher watcher) {
    Simulation.check(topology);
    this.topology = topology;
    this.options = options;
    this.name = name;
    this.watcher = watcher;
  }

  /**
   * Runs the simulation until the debugger has it end, or has left.
   *
   * @return how it ended; null if it was given up
   * @throws InterruptedException if the thread is interrupted
   */
  public @Nullable SimulationResult run() throws InterruptedException {
    @Nullable SimulationResult result;
    do {
      journey.setOut();
      result = Simulation.run(topology, options, new Passage(this, journey));
    } while (journey.isLeaving() && !isKilled());
    return result;
  }

  private synchronized boolean isKilled() {
    return killed;
  }

  /** Returns whether the run goes on without a debugger. */
  synchronized boolean isFree() {
    return free;
  }

  /** A run has made its VMs. */
  void show(Scene made) {
    scene = made;
  }

  private Scene scene() {
    return Objects.requireNonNull(scene);
  }

  /** Returns where the debugger wants to stop; another object whenever that has changed. */
  Stops stops() {
    return stops;
  }

  /** Returns whether somebody still wants the run. */
  boolean goesOn(long nanos) {
    return !isKilled() && watcher.goesOn(nanos);
  }

  /** A run has printed a line; it is shown unless an earlier run has come as far. */
  void line(long number, String printer, String text) {
    if (number > linesShown) {
      linesShown = number;
      watcher.line(printer, text);
    }
  }

  /** Takes note of a wish to stop, and forgets it. */
  synchronized boolean takeInterrupt() {
    boolean was = interrupted;
    interrupted = false;
    return was;
  }

  /**
   * Stops where the run is, until the session says how it goes on.
   *
   * @return false if this run is given up
   */
  boolean stop(StopEvent event, Position place) {
    journey.arrive();
    switch (awaitCommand(event)) {
      case Command.Leave _ -> {
        if (isKilled()) {
          journey.giveUp();
        }
      }
      case Command.Go(Resumption.Forward how) -> journey.goOn(how);
      case Command.Go(Resumption.Backward how) ->
          journey.goBack(how, place, how.stepped() < 0 ? null : vcpus().get(how.stepped()));
    }
    return !journey.isLeaving();
  }

  private synchronized Command awaitCommand(StopEvent event) {
    present = event;
    hasBegun = true;
    interrupted = false;
    listener.accept(event);
    boolean threadInterrupted = false;
    while (command == null && !killed && !free) {
      if (!watcher.goesOn(now())) {
        killed = true;
        break;
      }
      try {
        wait(LOOK_MILLIS);
      } catch (InterruptedException e) {
        threadInterrupted = true;
        killed = true;
      }
    }
    if (threadInterrupted) {
      Thread.currentThread().interrupt();
    }
    Command next = command == null ? new Command.Leave() : command;
    command = null;
    present = null;
    return next;
  }

  private long now() {
    return scene().host().services().clock().nanos();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Debuggable> vcpus() {
    return scene().vcpus();
  }

  @Override
  public GuestMemory memory() {
    return scene().memory();
  }

  @Override
  public boolean isWritable() {
    return false;
  }

  @Override
  public boolean goesBackwards() {
    return true;
  }

  @Override
  public synchronized void attach(Consumer<StopEvent> stopped) {
    listener = stopped;
    free = false;
    if (present != null && command == null) {
      stopped.accept(present);
    } else {
      interrupted = hasBegun; // else it stops at its beginning
    }
  }

  @Override
  public void settle() {
    // The thread that runs the simulation waits already.
  }

  @Override
  public void setStops(Stops wanted) {
    stops = wanted;
  }

  @Override
  public synchronized void resume(Resumption how) {
    command = new Command.Go(how);
    notifyAll();
  }

  @Override
  public synchronized void interrupt() {
    boolean isStopped = present != null && command == null;
    interrupted |= !isStopped;
  }

  /** The run goes on to its end, and stops no more. */
  @Override
  public synchronized void detach() {
    listener = event -> {};
    free = true;
    notifyAll();
  }

  @Override
  public synchronized void kill() {
    killed = true;
    notifyAll();
  }

  @Override
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%s, at %.9f s of virtual time, in step %d of a run that can be undone",
        name,
        now() / 1e9,
        scene().host().steps());
  }
}
