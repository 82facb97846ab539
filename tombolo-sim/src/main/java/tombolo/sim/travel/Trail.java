// SPDX-License-Identifier: Apache-2.0
package tombolo.sim.travel;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The places through which one vCPU has come to where it is, the latest ones: steps back need not
 * look for them again. Used by one thread.
 */
final class Trail {
  /** How many places it remembers. */
  static final int LENGTH = 1_000;

  private final ArrayDeque<Position> places = new ArrayDeque<>();
  private int vcpu = -1;
  private @Nullable Position end;

  /** Begins anew, for a vCPU. */
  void begin(int index) {
    places.clear();
    vcpu = index;
    end = null;
  }

  /** The vCPU was at a place, unless it still is where it was at the last one. */
  void add(Position place) {
    Position last = places.peekLast();
    if (last != null && last.retired() == place.retired() && last.pc() == place.pc()) {
      return;
    }
    if (places.size() == LENGTH) {
      places.removeFirst();
    }
    places.addLast(place);
  }

  /** The vCPU is still at this place: it is not one before. */
  void drop(long retired, long pc) {
    Position last = places.peekLast();
    if (last != null && last.retired() == retired && last.pc() == pc) {
      places.removeLast();
    }
  }

  /** The places so far lead to this one. */
  void endAt(Position place) {
    end = place;
  }

  /** Takes the place before this one, at which the trail ends then; null if it does not know. */
  @Nullable Position stepBack(int index, Position from) {
    Position before = index == vcpu && from.equals(end) ? places.pollLast() : null;
    if (before != null) {
      end = before;
    }
    return before;
  }
}
