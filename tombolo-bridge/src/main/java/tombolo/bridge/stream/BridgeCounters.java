// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a bridge has done. The bridge's worker counts; any thread reads, each number by itself.
 * Stores and loads are opaque: a reader sees every number grow, perhaps late.
 */
public final class BridgeCounters {
  /** What is counted. */
  public enum Kind {
    /** Messages sent for the first time, or delivered. */
    MESSAGES(0),
    /** Bytes of these messages. */
    BYTES(1),
    /** Messages sent once more because they had not arrived. */
    RESENT(2),
    /** Messages that came once more and were dropped. */
    DUPLICATES(3),
    /** Gaps seen by a receiver, each of which makes the sender go back. */
    GAPS(4),
    /** Messages that a receiver has missed because the sender does not wait for it. */
    LOST(5),
    /** Frames that were refused: wrong, from a stranger, or of another time. */
    REFUSED(6),
    /** Times that a frame could not be sent or delivered for want of room. */
    BACK_PRESSURED(7),
    /** Streams begun. */
    STREAMS(8),
    /** The latest round trip, in nanoseconds; 0 before the first. */
    ROUND_TRIP(9);

    private final int place;

    Kind(int place) {
      this.place = place;
    }
  }

  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] counts = new long[Kind.values().length];

  /** Returns a number. Any thread. */
  public long get(Kind kind) {
    return (long) COUNT.getOpaque(counts, kind.place);
  }

  void add(Kind kind, long more) {
    COUNT.setOpaque(counts, kind.place, counts[kind.place] + more);
  }

  void count(Kind kind) {
    add(kind, 1);
  }

  void set(Kind kind, long value) {
    COUNT.setOpaque(counts, kind.place, value);
  }
}
