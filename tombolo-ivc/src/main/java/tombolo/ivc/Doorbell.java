// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

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

  void ring() {
    to.endpoint.inbox.ring(this);
  }
}
