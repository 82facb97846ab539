// SPDX-License-Identifier: Apache-2.0
package tombolo.sim.travel;

import org.jspecify.annotations.Nullable;
import tombolo.debug.Resumption;
import tombolo.debug.StopEvent;
import tombolo.machine.debug.Debuggable;

/**
 * Which run of a replay is for what: where the debugger wants to go, and which run leads there.
 * Used by the thread that runs the simulation.
 */
final class Journey {
  private Pass pass = new Pass.Forward();
  private @Nullable Position begin;
  private final Trail trail = new Trail();
  private int stepped = -1;

  /** Whether this run is given up, to be repeated. */
  private boolean leaving;

  /** Returns what the present run is for. */
  Pass pass() {
    return pass;
  }

  /** Returns the vCPU that executes one instruction and stops then; -1 for none. */
  int stepped() {
    return stepped;
  }

  /** Returns whether the present run is given up. */
  boolean isLeaving() {
    return leaving;
  }

  /** Another run begins. */
  void setOut() {
    leaving = false;
  }

  /** The present run is given up, and no other one follows from here. */
  void giveUp() {
    leaving = true;
  }

  /**
   * Notes the place at which the debugger's VM begins.
   *
   * @return false if it was known
   */
  boolean beginsAt(Position place) {
    if (begin != null) {
      return false;
    }
    begin = place;
    return true;
  }

  /** The run has come to a stop: whatever it was for, it has led there. */
  void arrive() {
    pass = new Pass.Forward();
  }

  /** The run goes on from its stop. */
  void goOn(Resumption.Forward how) {
    stepped = how.stepped();
  }

  /**
   * The debugger goes back from a stop.
   *
   * @param from the place
   * @param vcpu the vCPU that is stepped; null if none is
   */
  void goBack(Resumption.Backward how, Position from, @Nullable Debuggable vcpu) {
    leaving = true;
    @Nullable Position before = vcpu == null ? null : trail.stepBack(how.stepped(), from);
    if (before != null) {
      pass = new Pass.Seek(before, StopEvent.of(StopEvent.Kind.STEPPED, how.stepped()));
      return;
    }
    trail.begin(how.stepped());
    pass = new Pass.Scan(from, how, vcpu == null ? 0 : vcpu.retired());
  }

  /** The vCPU that is stepped was at a place, in a scan. */
  void passed(Position place) {
    trail.add(place);
  }

  /**
   * A scan has come to its end: the next run goes to what it has found.
   *
   * @param found the latest stop; null if there was none
   * @param vcpu the vCPU that is stepped; null if none is
   */
  void scanned(Pass.Scan scan, Pass.@Nullable Found found, @Nullable Debuggable vcpu) {
    leaving = true;
    int step = scan.how().stepped();
    @Nullable Position before = null;
    if (vcpu != null) {
      trail.drop(vcpu.retired(), vcpu.pc());
      trail.endAt(scan.end());
      before = trail.stepBack(step, scan.end());
    }
    if (before != null) {
      pass = new Pass.Seek(before, StopEvent.of(StopEvent.Kind.STEPPED, step));
    } else if (found != null) {
      pass = new Pass.Seek(found.place(), found.event());
    } else {
      Position start = begin == null ? scan.end() : begin; // a VM may never have run
      pass = new Pass.Seek(start, StopEvent.of(StopEvent.Kind.BEGIN, Math.max(step, 0)));
    }
  }

  /** A scan is interrupted: the next run goes back to where it set out. */
  void turnRound(Pass.Scan scan) {
    leaving = true;
    pass = new Pass.Seek(scan.end(), StopEvent.of(StopEvent.Kind.INTERRUPTED, 0));
  }
}
