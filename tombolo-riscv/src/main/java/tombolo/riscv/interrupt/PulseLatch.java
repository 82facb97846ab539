// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The pulses of one interrupt source that nobody has claimed yet. A pulse names the harts that may
 * claim it, and the first of them that does ends it; a claim ends every pulse that names the hart.
 *
 * <p>Pulses for different sets of harts are kept apart, not merged into one set. After a pulse for
 * hart 0 and one for hart 1, each has something to claim; and where a pulse for hart 0, which does
 * not listen, waits, one for harts 0 and 1 still reaches hart 1. However many pulses come, there
 * are no more than sets of harts: 255 of 8 harts.
 *
 * <p>Not thread-safe: the controller's lock guards it.
 */
final class PulseLatch implements Stateful {
  /** Sets of harts may be this many: those of 8 harts. */
  private static final int MOST = 255;

  /**
   * Bit n of each is hart n. In order, so that the same pulses are always taken in the same one.
   */
  private final SortedSet<Long> pulses = new TreeSet<>();

  /** Adds a pulse for these harts, unless the same one waits already. */
  void add(long harts) {
    pulses.add(harts);
  }

  /** Returns whether a pulse names this hart. */
  boolean isFor(int hart) {
    for (long pulse : pulses) {
      if ((pulse & 1L << hart) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Ends every pulse that names this hart, which takes them. */
  void claim(int hart) {
    pulses.removeIf(pulse -> (pulse & 1L << hart) != 0);
  }

  /** Returns whether no pulse waits. */
  boolean isEmpty() {
    return pulses.isEmpty();
  }

  /** Ends every pulse, and returns the sets of harts that they named. */
  List<Long> take() {
    if (pulses.isEmpty()) {
      return List.of();
    }
    List<Long> taken = List.copyOf(pulses);
    pulses.clear();
    return taken;
  }

  void clear() {
    pulses.clear();
  }

  @Override
  public void save(StateWriter out) {
    out.number(pulses.size());
    pulses.forEach(out::number);
  }

  @Override
  public void restore(StateReader in) {
    pulses.clear();
    for (int left = in.int32(0, MOST); left > 0; left--) {
      pulses.add(in.int64());
    }
  }
}
