// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * Limits how many packets without payload one guest sends to one receiver: no credit limits them. A
 * packet that comes too early waits. Guarded by the sender's lock.
 */
final class Pace {
  /** Packets that may come at once after a pause: two for each connection, and as many again. */
  static final int BURST = 8 * VsockSwitch.MAX_CONNECTIONS;

  /** The time between two packets in the long run: 20,000 a second. */
  static final long INTERVAL_NANOS = 50_000;

  private static final long AHEAD = BURST * INTERVAL_NANOS;

  /** When all packets so far would have come at this pace; in the past, it says nothing. */
  private long paidUntil;

  Pace(long now) {
    paidUntil = now;
  }

  /**
   * Lets one packet pass, if it does not come too early.
   *
   * @return how long it has to wait; 0 if it passes
   */
  long take(long now) {
    if (paidUntil - now < 0) {
      paidUntil = now;
    }
    long wait = paidUntil + INTERVAL_NANOS - now - AHEAD;
    if (wait > 0) {
      return wait;
    }
    paidUntil += INTERVAL_NANOS;
    return 0;
  }

  /** Returns whether it is as if no packet had ever come. */
  boolean isFresh(long now) {
    return paidUntil - now <= 0;
  }

  void save(StateWriter out, long now) {
    out.number(Math.max(paidUntil - now, 0));
  }

  void restore(StateReader in, long now) {
    long ahead = in.int64();
    if (ahead < 0 || ahead > AHEAD) {
      throw in.wrong("packets that are %d ns ahead".formatted(ahead));
    }
    paidUntil = now + ahead;
  }
}
