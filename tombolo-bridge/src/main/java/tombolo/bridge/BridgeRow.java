// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import tombolo.bridge.stream.BridgeCounters;
import tombolo.bridge.stream.BridgeCounters.Kind;

/**
 * A bridge as an onlooker sees it. The numbers are read one after the other, so they need not fit
 * together to the last message.
 *
 * @param channel its name
 * @param outgoing whether the channel goes to other hosts; otherwise it comes from one
 * @param hosts names of the other hosts, separated by commas
 * @param state in a word or two
 * @param messages sent for the first time, or delivered
 * @param bytes of these messages
 * @param resent messages sent once more
 * @param duplicates messages that came once more and were dropped
 * @param gaps times that messages were missing and the sender went back
 * @param lost messages that a lossy receiver has missed
 * @param refused frames and streams; of an outgoing channel also those at this host's address that
 *     are for no channel
 * @param backPressured times that there was no room for a frame or a message
 * @param streams begun
 * @param roundTripNanos of the latest hello, 0 before the first
 */
public record BridgeRow(
    String channel,
    boolean outgoing,
    String hosts,
    String state,
    long messages,
    long bytes,
    long resent,
    long duplicates,
    long gaps,
    long lost,
    long refused,
    long backPressured,
    long streams,
    long roundTripNanos) {
  /**
   * Reads a bridge's counters.
   *
   * @param strangers streams that were refused before any frame was looked at
   */
  static BridgeRow of(
      String channel,
      boolean outgoing,
      String hosts,
      String state,
      BridgeCounters counters,
      long strangers) {
    return new BridgeRow(
        channel,
        outgoing,
        hosts,
        state,
        counters.get(Kind.MESSAGES),
        counters.get(Kind.BYTES),
        counters.get(Kind.RESENT),
        counters.get(Kind.DUPLICATES),
        counters.get(Kind.GAPS),
        counters.get(Kind.LOST),
        counters.get(Kind.REFUSED) + strangers,
        counters.get(Kind.BACK_PRESSURED),
        counters.get(Kind.STREAMS),
        counters.get(Kind.ROUND_TRIP));
  }
}
