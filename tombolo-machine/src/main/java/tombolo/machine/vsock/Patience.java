// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import tombolo.machine.host.Clock;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * Measures how slow a receiver is, in bytes over time: the time for which guests wait for it uses
 * patience up, and what it takes meanwhile gives some back. So a receiver is patiently waited for
 * if it takes {@link #BYTES_PER_SECOND} while somebody waits, however it spreads them over a few
 * seconds; one that takes a byte now and then is not. Guarded by the station's lock.
 */
final class Patience implements Stateful {
  /** The most patience, and how long a receiver may take nothing. */
  static final long MOST_NANOS = 5_000_000_000L;

  /** The rate at which time goes on as fast as bytes give it back. */
  static final long BYTES_PER_SECOND = 256 << 10;

  /** What a whole packet counts at the least, with payload or without. */
  static final int PACKET_BYTES = 512;

  private final Clock clock;
  private long left = MOST_NANOS;

  /** Whether a guest waits, and from when on that is not charged yet. */
  private boolean awaited;

  private long since;

  Patience(Clock clock) {
    this.clock = clock;
  }

  /** Notes that a guest waits. */
  void begin() {
    if (!awaited) {
      awaited = true;
      since = clock.nanos();
    }
  }

  /** Notes that there is room, so that nobody waits until somebody has tried again. */
  void end() {
    left();
    awaited = false;
  }

  /** Returns how much longer guests wait if nothing is taken; not positive if they are done. */
  long left() {
    if (awaited) {
      long now = clock.nanos();
      left = Math.max(left - (now - since), -MOST_NANOS);
      since = now;
    }
    return left;
  }

  /**
   * Gives patience back for what the receiver has taken.
   *
   * @param payload in bytes
   * @param whole whether a packet ends with it
   */
  void taken(int payload, boolean whole) {
    long bytes = whole ? Math.max(payload, PACKET_BYTES) : payload;
    left = Math.min(MOST_NANOS, left() + bytes * 1_000_000_000L / BYTES_PER_SECOND);
  }

  /** Begins anew, with nobody who waits. */
  void reset() {
    left = MOST_NANOS;
    awaited = false;
  }

  @Override
  public void save(StateWriter out) {
    out.number(left()).flag(awaited);
  }

  @Override
  public void restore(StateReader in) {
    left = Math.clamp(in.int64(), -MOST_NANOS, MOST_NANOS);
    awaited = in.flag();
    since = clock.nanos();
  }
}
