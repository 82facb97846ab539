// SPDX-License-Identifier: Apache-2.0
package tombolo.sim.travel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.debug.Probe;
import tombolo.debug.Resumption;
import tombolo.debug.StopEvent;
import tombolo.debug.Stops;
import tombolo.debug.Target;
import tombolo.debug.WatchedBytes;
import tombolo.machine.Vcpu;
import tombolo.machine.Vm;
import tombolo.machine.debug.Debuggable;
import tombolo.machine.debug.Hold;
import tombolo.machine.host.SteppedHost;
import tombolo.memory.GuestMemory;
import tombolo.sim.Failure;
import tombolo.sim.Simulation;
import tombolo.sim.SimulationOptions;
import tombolo.sim.SimulationResult;
import tombolo.sim.SimulationWatcher;
import tombolo.topology.Topology;
import tombolo.topology.run.RunningVm;

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

  // Written by the owner's thread before a stop, and read by the session's during it.
  private List<Debuggable> vcpus = List.of();
  private @Nullable Vm vm;
  private @Nullable SteppedHost host;

  // Written by the session's thread during a stop.
  private Stops stops = Stops.NONE;

  // Used by the owner's thread.
  private Pass pass = new Pass.Forward();
  private @Nullable Position begin;

  /** Whether the run is at its beginning, and the debugger has not heard of that. */
  private boolean beginsHere;

  private int stepped = -1;
  private long linesShown;
  private final Trail trail = new Trail();

  /** Whether this run is given up, to be repeated. */
  private boolean leaving;

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
      leaving = false;
      result = Simulation.run(topology, options, new Passage());
    } while (leaving && !isKilled());
    return result;
  }

  private synchronized boolean isKilled() {
    return killed;
  }

  private synchronized boolean isFree() {
    return free;
  }

  /** Takes note of a wish to stop, and forgets it. */
  private synchronized boolean takeInterrupt() {
    boolean was = interrupted;
    interrupted = false;
    return was;
  }

  /**
   * Stops where the run is, until the session says how it goes on.
   *
   * @return false if this run is given up
   */
  private boolean stop(StopEvent event, Position place) {
    pass = new Pass.Forward();
    Command next = awaitCommand(event);
    switch (next) {
      case Command.Leave _ -> leaving = isKilled();
      case Command.Go(Resumption.Forward(int step, boolean _)) -> stepped = step;
      case Command.Go(Resumption.Backward back) -> {
        pass = backwards(back, place);
        leaving = true;
      }
    }
    return !leaving;
  }

  /** Returns the run that goes back from a place. */
  private Pass backwards(Resumption.Backward how, Position place) {
    int vcpu = how.stepped();
    if (vcpu < 0) {
      return new Pass.Scan(place, how, 0);
    }
    @Nullable Position before = trail.stepBack(vcpu, place);
    if (before != null) {
      return new Pass.Seek(before, StopEvent.of(StopEvent.Kind.STEPPED, vcpu));
    }
    trail.begin(vcpu);
    return new Pass.Scan(place, how, vcpus.get(vcpu).retired());
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
    return host == null ? 0 : host.services().clock().nanos();
  }

  /** One run of the simulation. */
  private final class Passage implements SimulationWatcher {
    private final List<Stand> stands = new ArrayList<>();
    private @Nullable WatchedBytes watched;
    private @Nullable Stops watchedFor;
    private boolean hasStarted;
    private Pass.@Nullable Found found;

    /** The vCPU that was let go most recently, and where; only while something is watched. */
    private @Nullable Stand last;

    private long lastPc;

    private long lines;

    /** How often the run has asked whether it goes on: after each step, and after each jump. */
    private long looks;

    @Override
    public void line(String printer, String text) {
      if (leaving) {
        return; // what a run that is given up has left of a line
      }
      lines++;
      if (lines > linesShown) {
        linesShown = lines;
        watcher.line(printer, text);
      }
    }

    @Override
    public void prepared(List<RunningVm> vms, SteppedHost stepper) {
      host = stepper;
      for (RunningVm each : vms) {
        boolean own = each.name().equals(name);
        for (Vcpu vcpu : each.vm().board().vcpus()) {
          Stand stand = new Stand(each, vcpu.index(), Objects.requireNonNull(vcpu.debuggable()));
          stands.add(stand);
          stand.vcpu.hold(stand);
        }
        if (own) {
          vm = each.vm();
          vcpus = stands.stream().filter(stand -> stand.own).map(stand -> stand.vcpu).toList();
        }
      }
      watch();
    }

    private void watch() {
      if (watchedFor == stops) {
        return; // what was noticed before stays so
      }
      watchedFor = stops;
      watched =
          stops.watchpoints().isEmpty()
              ? null
              : new WatchedBytes(Objects.requireNonNull(vm).memory(), stops);
    }

    private long steps() {
      return Objects.requireNonNull(host).steps();
    }

    @Override
    public boolean goesOn(long nanos) {
      if (leaving || isKilled() || !watcher.goesOn(nanos)) {
        return false;
      }
      looks++;
      Position place = Position.between(looks);
      switch (pass) {
        case Pass.Forward _ -> {
          if (takeInterrupt()) {
            return stopHere(StopEvent.of(StopEvent.Kind.INTERRUPTED, 0), place);
          }
        }
        case Pass.Seek(Position end, StopEvent event) -> {
          if (end.equals(place)) {
            return stopHere(event, place);
          }
        }
        case Pass.Scan scan -> {
          if (scan.end().equals(place)) {
            findWritten(0, place);
            return ended(scan);
          }
          if (takeInterrupt()) { // back to where it was
            pass = new Pass.Seek(scan.end(), StopEvent.of(StopEvent.Kind.INTERRUPTED, 0));
            leaving = true;
            return false;
          }
        }
      }
      return true;
    }

    @Override
    public boolean ends(@Nullable Failure failure) {
      if (leaving) {
        return false;
      }
      String text = failure == null ? "" : failure.what();
      StopEvent event = new StopEvent(StopEvent.Kind.END, shown(), null, text);
      return switch (pass) {
        case Pass.Scan scan -> {
          findWritten(0, Position.END);
          yield ended(scan);
        }
        case Pass.Seek(Position place, StopEvent found) when place.equals(Position.END) ->
            stopHere(found, Position.END);
        case Pass.Forward _, Pass.Seek _ -> isFree() || stopHere(event, Position.END);
      };
    }

    private int shown() {
      return last != null && last.own ? last.index : 0;
    }

    private boolean stopHere(StopEvent event, Position place) {
      boolean looked = pass instanceof Pass.Forward; // else nobody has looked at what is watched
      boolean goesOn = stop(event, place);
      if (goesOn) {
        if (watched != null && !looked) {
          watched.forget();
        }
        letGo();
      }
      return goesOn;
    }

    /** The run goes on: only what is met from now on is a stop. */
    private void letGo() {
      for (Stand stand : stands) {
        stand.probe.letGo();
      }
      watch();
    }

    /** A scan has come to its end: the next run goes to what it has found. */
    private boolean ended(Pass.Scan scan) {
      Pass.Found latest = found;
      int step = scan.how().stepped();
      if (step >= 0) {
        trail.drop(vcpus.get(step).retired(), vcpus.get(step).pc());
      }
      trail.endAt(scan.end());
      Position before = step < 0 ? null : trail.stepBack(step, scan.end());
      if (before != null) {
        pass = new Pass.Seek(before, StopEvent.of(StopEvent.Kind.STEPPED, step));
      } else if (latest != null) {
        pass = new Pass.Seek(latest.place(), latest.event());
      } else {
        Position start = begin == null ? scan.end() : begin; // a VM may never have run
        pass = new Pass.Seek(start, StopEvent.of(StopEvent.Kind.BEGIN, Math.max(step, 0)));
      }
      leaving = true;
      return false;
    }

    /** Returns the watchpoint that was hit since the last look, as an event; else null. */
    private @Nullable StopEvent written(int shown) {
      WatchedBytes bytes = watched;
      if (bytes == null) {
        return null;
      }
      var hit = bytes.changed();
      if (hit == null) {
        return null;
      }
      Stand writer = last;
      String text = writer == null || writer.own ? "" : "written by " + writer.name(lastPc);
      return new StopEvent(StopEvent.Kind.WATCHPOINT, shown, hit, text);
    }

    /** Notes that watched memory was written before this place, if it was. */
    private void findWritten(int shown, Position place) {
      @Nullable StopEvent event = written(shown);
      if (event != null) {
        found = new Pass.Found(place, event);
      }
    }

    /** Where one vCPU stands. */
    private final class Stand implements Hold {
      private final RunningVm vm;
      private final int index;
      private final Debuggable vcpu;
      private final boolean own;
      private final Probe probe;
      private final String id;

      Stand(RunningVm vm, int index, Debuggable vcpu) {
        this.vm = vm;
        this.index = index;
        this.vcpu = vcpu;
        this.own = vm.name().equals(name);
        this.probe = new Probe(vcpu, index);
        this.id = vm.name() + "/vcpu" + index;
      }

      /** Returns its name, and an instruction of it by address and symbol. */
      private String name(long at) {
        @Nullable String symbol = vm.spec().image().kernel().symbols().nearest(at);
        return "%s at 0x%x%s".formatted(id, at, symbol == null ? "" : " <" + symbol + ">");
      }

      private Position place() {
        return new Position(steps(), id, vcpu.retired(), vcpu.pc());
      }

      private boolean isAt(Position place) {
        return place.steps() == steps()
            && place.vcpu().equals(id)
            && place.retired() == vcpu.retired()
            && place.pc() == vcpu.pc();
      }

      @Override
      public long next() {
        if (leaving) {
          return LEAVE;
        }
        if (!hasStarted && watched != null) {
          watched.forget(); // what the boot has loaded
        }
        hasStarted = true;
        if (own && begin == null) {
          begin = place();
          beginsHere = true;
        }
        long allowance =
            switch (pass) {
              case Pass.Forward _ -> forward();
              case Pass.Seek seek -> seek(seek);
              case Pass.Scan scan -> scan(scan);
            };
        if (allowance != LEAVE && watched != null) {
          last = this;
          lastPc = vcpu.pc();
        }
        return allowance;
      }

      private long forward() {
        if (isFree()) {
          beginsHere = false;
          return FREE;
        }
        if (beginsHere) {
          beginsHere = false;
          if (!stopHere(StopEvent.of(StopEvent.Kind.INTERRUPTED, index), place())) {
            return LEAVE;
          }
        }
        @Nullable StopEvent event = own ? probe.look(stops, stepped == index) : null;
        event = event == null ? written(own ? index : 0) : event;
        if (event != null && !stopHere(event, place())) {
          return LEAVE;
        }
        return goingOn();
      }

      /** Returns how far it may go on under the debugger's eyes. */
      private long goingOn() {
        if (own && stepped == index) {
          return 1;
        }
        if (own) {
          return stops.allowance(vcpu.pc());
        }
        return stops.watchpoints().isEmpty() ? FREE : 1;
      }

      private long seek(Pass.Seek seek) {
        if (isAt(seek.place())) {
          return stopHere(seek.event(), seek.place()) ? goingOn() : LEAVE;
        }
        return upTo(seek.place(), FREE);
      }

      /** Returns how far it may go on so that it does not run past a place. */
      private long upTo(Position end, long otherwise) {
        if (end.steps() != steps() || !end.vcpu().equals(id)) {
          return otherwise;
        }
        long left = end.retired() - vcpu.retired();
        return left <= 0 || otherwise == STRAIGHT ? 1 : Math.min(left, otherwise);
      }

      private long scan(Pass.Scan scan) {
        boolean isEnd = isAt(scan.end());
        int step = scan.how().stepped();
        if (step < 0) {
          find(isEnd);
        }
        if (isEnd) {
          ended(scan);
          return LEAVE;
        }
        if (step >= 0) {
          return own && index == step ? scanSteps(scan) : upTo(scan.end(), FREE);
        }
        boolean watches = !stops.watchpoints().isEmpty();
        return upTo(scan.end(), own ? stops.allowance(vcpu.pc()) : watches ? 1 : FREE);
      }

      /**
       * Notes the stops here. The place at which the debugger is counts only if it comes to undo.
       */
      private void find(boolean isEnd) {
        findWritten(own ? index : 0, place());
        @Nullable StopEvent event = own ? probe.lookBack(stops) : null;
        if (event != null && (!isEnd || event.kind() == StopEvent.Kind.WATCHPOINT)) {
          found = new Pass.Found(place(), event);
        }
      }

      /** The vCPU that is stepped goes on by one instruction once it is near the end. */
      private long scanSteps(Pass.Scan scan) {
        long left = scan.retired() - Trail.LENGTH - vcpu.retired();
        if (left > 0) {
          return upTo(scan.end(), left);
        }
        trail.add(place());
        return 1;
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Debuggable> vcpus() {
    return vcpus;
  }

  @Override
  public GuestMemory memory() {
    return Objects.requireNonNull(vm).memory();
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
        Objects.requireNonNull(host).steps());
  }
}
