// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import tombolo.bridge.wire.Frame;

/** What a sender knows of one of its receivers. Belongs to the bridge's worker. */
final class Receiver {
  final String host;
  final long hash;

  /** The receiver's latest life; 0 before its first status, or after it has left. */
  long life;

  /** The life before that one; a status with it is old, or of another host of the same name. */
  long formerLife;

  /** The latest stream that it has followed. */
  long followed;

  /** Whether the sender need not wait for it. */
  boolean lossy;

  /** Whether it takes part in the present stream. */
  boolean joined;

  /** The first message that is for it, and the first that has not arrived. */
  long start;

  long arrived;

  /** When its latest status came; 0 before the first. */
  long heardAt;

  /** Messages that it says it has lost. */
  long lost;

  /** Whether it has to be told something before the next heartbeat. */
  boolean helloDue;

  Receiver(String host) {
    this.host = host;
    this.hash = Frame.hash(host);
  }

  /** Has it take part from that message on. */
  void join(long from) {
    joined = true;
    start = from;
    arrived = from;
    helloDue = true;
  }
}
