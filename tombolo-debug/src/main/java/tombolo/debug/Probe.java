// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import org.jspecify.annotations.Nullable;
import tombolo.machine.debug.DataAccess;
import tombolo.machine.debug.Debuggable;

/**
 * Finds out whether one vCPU has come to a stop. Asked before each instruction at which it may
 * have. Used by whoever runs the vCPU, and while it is stopped.
 */
public final class Probe {
  private final Debuggable vcpu;
  private final int index;

  /** Whether the place below has had its stop. */
  private boolean isKnown;

  private long pc;
  private long retired;

  /** Whether nobody has heard of the stop at that place. */
  private boolean comesAgain;

  /** A watchpoint that the instruction at {@link #pc} hits. */
  private @Nullable Watchpoint hit;

  /** Looks at a vCPU. */
  public Probe(Debuggable vcpu, int index) {
    this.vcpu = vcpu;
    this.index = index;
  }

  /** The vCPU goes on from where it is; only what it meets later is a stop. */
  public void letGo() {
    note();
    isKnown = !comesAgain;
    comesAgain = false;
  }

  /** Nobody has heard of the stop that it has come to: when it goes on, it comes to it again. */
  void comeAgain() {
    comesAgain = true;
  }

  private void note() {
    pc = vcpu.pc();
    retired = vcpu.retired();
  }

  private boolean hasMoved() {
    return vcpu.pc() != pc || vcpu.retired() != retired;
  }

  /**
   * Returns the stop that the vCPU has come to since the last look, or null. An access to watched
   * memory is one before it is done, as RISC-V's debuggers expect.
   *
   * @param steps whether it was to execute one instruction
   */
  public @Nullable StopEvent look(Stops stops, boolean steps) {
    if (isKnown && !hasMoved()) {
      return null;
    }
    final boolean stepped = isKnown && steps;
    note();
    isKnown = true;
    if (stops.breaksAt(pc)) {
      return StopEvent.of(StopEvent.Kind.BREAKPOINT, index);
    }
    @Nullable Watchpoint next = nextHit(stops);
    if (next != null) {
      return new StopEvent(StopEvent.Kind.WATCHPOINT, index, next, "");
    }
    return stepped ? StopEvent.of(StopEvent.Kind.STEPPED, index) : null;
  }

  /**
   * Returns the stop at which a debugger arrives that comes back to this place, or null. An access
   * to watched memory is one after it was done: going backwards, it is undone next.
   */
  public @Nullable StopEvent lookBack(Stops stops) {
    if (isKnown && !hasMoved()) {
      return null;
    }
    @Nullable Watchpoint done = isKnown ? hit : null;
    note();
    isKnown = true;
    hit = nextHit(stops);
    if (done != null) {
      return new StopEvent(StopEvent.Kind.WATCHPOINT, index, done, "");
    }
    return stops.breaksAt(pc) ? StopEvent.of(StopEvent.Kind.BREAKPOINT, index) : null;
  }

  /** Returns the watchpoint that the next instruction hits, as far as that is known. */
  private @Nullable Watchpoint nextHit(Stops stops) {
    @Nullable DataAccess access = stops.watchpoints().isEmpty() ? null : vcpu.nextAccess();
    @Nullable Watchpoint next = null;
    for (Watchpoint watchpoint : stops.watchpoints()) {
      if (access != null
          && watchpoint.kind().isFor(access)
          && access.touches(watchpoint.va(), watchpoint.length())) {
        next = watchpoint;
      }
    }
    return next;
  }
}
