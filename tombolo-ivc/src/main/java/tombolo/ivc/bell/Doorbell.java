// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * The way from one endpoint's side of a channel to the bell of one of its peers, and how often the
 * endpoint may ring there. Made when the two have both joined, by the grant of the one who rings.
 */
public final class Doorbell {
  private final Bell to;

  // Guarded by the inbox of to.
  final TokenBucket bucket;

  /** A ring waits for a token; further rings are that same one. */
  boolean delayed;

  /** Makes the way to a bell, limited by a bucket of its own. */
  public Doorbell(Bell to, TokenBucket bucket) {
    this.to = to;
    this.bucket = bucket;
  }

  /** Returns the bell that it rings. */
  public Bell to() {
    return to;
  }

  /** Writes how much may still be rung. A ring that waits is saved by {@link DelayedBells}. */
  public void save(StateWriter out, long now) {
    to.inbox().save(this, out, now);
  }

  /** Reads it back. A ring that waits is restored by {@link DelayedBells}. */
  public void restore(StateReader in, long now) {
    to.inbox().restore(this, in, now);
  }

  /** Rings. Any thread; takes the receiver's inbox alone. */
  public void ring() {
    to.inbox().ring(this);
  }
}
