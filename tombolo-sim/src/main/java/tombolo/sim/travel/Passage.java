// SPDX-License-Identifier: Apache-2.0
package tombolo.sim.travel;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tombolo.debug.Probe;
import tombolo.debug.StopEvent;
import tombolo.debug.Stops;
import tombolo.debug.WatchedBytes;
import tombolo.debug.Watchpoint;
import tombolo.machine.Vcpu;
import tombolo.machine.debug.Debuggable;
import tombolo.machine.debug.Hold;
import tombolo.machine.host.SteppedHost;
import tombolo.memory.GuestMemory;
import tombolo.sim.Failure;
import tombolo.sim.SimulationWatcher;
import tombolo.topology.run.RunningVm;

/**
 * One run of a replay: holds its vCPUs, and stops where its {@link Journey} leads or the debugger
 * wants. Used by the thread that runs it.
 */
final class Passage implements SimulationWatcher {
  private final TimeTravel travel;
  private final Journey journey;
  private final List<Stand> stands = new ArrayList<>();

  // Set before anything runs.
  private @Nullable SteppedHost host;
  private @Nullable GuestMemory memory;
  private List<Debuggable> shownVcpus = List.of();

  private @Nullable WatchedBytes watched;
  private @Nullable Stops watchedFor;
  private boolean hasStarted;
  private Pass.@Nullable Found found;

  /** The vCPU that was let go most recently, and where; only while something is watched. */
  private @Nullable Stand last;

  private long lastPc;

  private long lines;

  /** Whether the run is at its beginning, and the debugger has not heard of that. */
  private boolean beginsHere;

  /** How often the run has asked whether it goes on: after each step, and after each jump. */
  private long looks;

  Passage(TimeTravel travel, Journey journey) {
    this.travel = travel;
    this.journey = journey;
  }

  @Override
  public void line(String printer, String text) {
    if (!journey.isLeaving()) { // else it is a piece of a line, whose rest is given up
      travel.line(++lines, printer, text);
    }
  }

  @Override
  public void prepared(List<RunningVm> vms, SteppedHost stepper) {
    host = stepper;
    for (RunningVm each : vms) {
      for (Vcpu vcpu : each.vm().board().vcpus()) {
        Stand stand = new Stand(each, vcpu.index(), Objects.requireNonNull(vcpu.debuggable()));
        stands.add(stand);
        stand.vcpu.hold(stand);
      }
    }
    shownVcpus = stands.stream().filter(stand -> stand.own).map(stand -> stand.vcpu).toList();
    memory =
        vms.stream()
            .filter(vm -> vm.name().equals(travel.name()))
            .findFirst()
            .orElseThrow()
            .vm()
            .memory();
    travel.show(new TimeTravel.Scene(shownVcpus, memory, stepper));
    watch();
  }

  private void watch() {
    Stops stops = travel.stops();
    if (watchedFor == stops) {
      return; // what was noticed before stays so
    }
    watchedFor = stops;
    watched =
        stops.watchpoints().isEmpty()
            ? null
            : new WatchedBytes(Objects.requireNonNull(memory), stops);
  }

  private long steps() {
    return Objects.requireNonNull(host).steps();
  }

  @Override
  public boolean goesOn(long nanos) {
    if (journey.isLeaving() || !travel.goesOn(nanos)) {
      return false;
    }
    looks++;
    Position place = Position.between(looks);
    switch (journey.pass()) {
      case Pass.Forward _ -> {
        if (travel.takeInterrupt()) {
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
        if (travel.takeInterrupt()) {
          journey.turnRound(scan);
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public boolean ends(@Nullable Failure failure) {
    if (journey.isLeaving()) {
      return false;
    }
    String text = failure == null ? "" : failure.what();
    StopEvent event = new StopEvent(StopEvent.Kind.END, shown(), null, text);
    return switch (journey.pass()) {
      case Pass.Scan scan -> {
        findWritten(0, Position.END);
        yield ended(scan);
      }
      case Pass.Seek(Position place, StopEvent found) when place.equals(Position.END) ->
          stopHere(found, Position.END);
      case Pass.Forward _, Pass.Seek _ -> travel.isFree() || stopHere(event, Position.END);
    };
  }

  private int shown() {
    return last != null && last.own ? last.index : 0;
  }

  private boolean stopHere(StopEvent event, Position place) {
    boolean looked = journey.pass() instanceof Pass.Forward;
    boolean goesOn = travel.stop(event, place);
    if (goesOn) {
      if (watched != null && !looked) {
        watched.forget(); // what was written on the way here
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

  private boolean ended(Pass.Scan scan) {
    int step = scan.how().stepped();
    journey.scanned(scan, found, step < 0 ? null : shownVcpus.get(step));
    return false;
  }

  /** Returns the watchpoint that was hit since the last look, as an event; else null. */
  private @Nullable StopEvent written(int shown) {
    WatchedBytes bytes = watched;
    if (bytes == null) {
      return null;
    }
    @Nullable Watchpoint hit = bytes.changed();
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
      this.own = vm.name().equals(travel.name());
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
      if (journey.isLeaving()) {
        return LEAVE;
      }
      if (!hasStarted && watched != null) {
        watched.forget(); // what the boot has loaded
      }
      hasStarted = true;
      beginsHere |= own && journey.beginsAt(place());
      long allowance =
          switch (journey.pass()) {
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
      if (travel.isFree()) {
        beginsHere = false;
        return FREE;
      }
      if (beginsHere) {
        beginsHere = false;
        if (!stopHere(StopEvent.of(StopEvent.Kind.INTERRUPTED, index), place())) {
          return LEAVE;
        }
      }
      @Nullable StopEvent event =
          own ? probe.look(travel.stops(), journey.stepped() == index) : null;
      event = event == null ? written(own ? index : 0) : event;
      if (event != null && !stopHere(event, place())) {
        return LEAVE;
      }
      return goingOn();
    }

    /** Returns how far it may go on under the debugger's eyes. */
    private long goingOn() {
      if (own && journey.stepped() == index) {
        return 1;
      }
      return freely();
    }

    /** Returns how far it may go on without passing a stop. */
    private long freely() {
      if (own) {
        return travel.stops().allowance(vcpu.pc());
      }
      return travel.stops().watchpoints().isEmpty() ? FREE : 1;
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
      return upTo(scan.end(), freely());
    }

    /** Notes the stops here. The place at which the debugger is counts only if it comes to undo. */
    private void find(boolean isEnd) {
      findWritten(own ? index : 0, place());
      @Nullable StopEvent event = own ? probe.lookBack(travel.stops()) : null;
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
      journey.passed(place());
      return 1;
    }
  }
}
