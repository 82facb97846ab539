// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import tombolo.machine.debug.Hold;

/** Where a debugger wants a VM to stop. Immutable. */
public final class Stops {
  /** Nowhere. */
  public static final Stops NONE = new Stops(List.of(), List.of());

  private static final int PAGE_BITS = 12;

  private final long[] breakpoints;
  private final List<Watchpoint> watchpoints;

  /**
   * Stops at these places.
   *
   * @param breakpoints virtual addresses of instructions
   */
  public Stops(Collection<Long> breakpoints, List<Watchpoint> watchpoints) {
    this.breakpoints = breakpoints.stream().mapToLong(Long::longValue).sorted().toArray();
    this.watchpoints = List.copyOf(watchpoints);
  }

  /** Returns the watchpoints. */
  public List<Watchpoint> watchpoints() {
    return watchpoints;
  }

  /** Returns whether there is a breakpoint at an address. */
  public boolean breaksAt(long pc) {
    return Arrays.binarySearch(breakpoints, pc) >= 0;
  }

  /** Returns how far a vCPU may go on from an address without a look, for {@link Hold#next}. */
  public long allowance(long pc) {
    if (!watchpoints.isEmpty()) {
      return 1;
    }
    if (breakpoints.length == 0) {
      return Hold.FREE;
    }
    for (long breakpoint : breakpoints) {
      if (breakpoint >>> PAGE_BITS == pc >>> PAGE_BITS) {
        return 1;
      }
    }
    return Hold.STRAIGHT;
  }
}
