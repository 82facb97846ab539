// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

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

  /** Rings. Any thread; takes the receiver's inbox alone. */
  public void ring() {
    to.inbox().ring(this);
  }
}
