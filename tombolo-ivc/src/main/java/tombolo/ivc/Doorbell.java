// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import org.jspecify.annotations.Nullable;

/**
 * The way from one endpoint's side of a channel to one of its peers: whom it rings, and how often
 * it may. Made when the two have both joined, by the grant of the one who rings.
 */
final class Doorbell {
  final Attachment to;

  // Guarded by the inbox of to.
  final TokenBucket bucket;

  /** A ring waits for a token; more rings are the same one. */
  boolean delayed;

  Doorbell(Attachment to, TokenBucket bucket) {
    this.to = to;
    this.bucket = bucket;
  }

  /** By which one side rings the other, or null if no grant says that it may. */
  static @Nullable Doorbell between(Attachment from, Attachment to) {
    DoorbellRate rate = from.grant.doorbell();
    return rate == null
        ? null
        : new Doorbell(to, new TokenBucket(rate, from.endpoint.directory.clock.nanos()));
  }

  void ring() {
    to.endpoint.inbox.ring(this);
  }
}
