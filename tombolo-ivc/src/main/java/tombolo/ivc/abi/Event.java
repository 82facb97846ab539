// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/**
 * Something that has happened to a channel of an endpoint, or to one that it watches (docs/abi.md,
 * "Events").
 *
 * @param kind what has happened
 * @param handle the endpoint's handle of the channel, 0 for {@link Kind#PUBLISHED} and {@link
 *     Kind#LOST}
 * @param peer the other endpoint's id, or 0
 * @param key the channel's key
 * @param generation the channel's generation
 * @param count how many events were lost, for {@link Kind#LOST}
 */
public record Event(Kind kind, int handle, int peer, long key, long generation, int count) {
  /** The kinds of events. */
  public enum Kind {
    /** To the publisher: somebody has subscribed. */
    PEER_JOINED(1),
    /** To the publisher: a subscriber has left or died. */
    PEER_LEFT(2),
    /** To a subscriber: the publisher has died. */
    ORPHANED(3),
    /** To a subscriber: the publisher has unpublished the channel. */
    WITHDRAWN(4),
    /** A watched channel is live. */
    PUBLISHED(5),
    /** The other side has rung. */
    DOORBELL(6),
    /** Events came faster than they were taken. */
    LOST(7);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** Returns the number that guests see. */
    public int code() {
      return code;
    }
  }
}
