// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.message;

import tombolo.ivc.HostChannel;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Shape;
import tombolo.ring.RetainingReader;
import tombolo.ring.RingWriter;
import tombolo.ring.SpscRing;
import tombolo.ring.channel.ChannelRing;

/**
 * The ring in a channel that a host endpoint has joined; see {@link ChannelRing}.
 *
 * <p>{@link Publisher} and {@link Subscriber} wait and ring for their callers; code that must not
 * wait takes a ring from here and does so itself.
 */
public final class RingChannel {
  private RingChannel() {}

  /** Returns the shape for a ring with so many subscribers, from 1 to 64. */
  static Shape shape(int capacity, int subscribers) {
    return Shape.sectioned(
        ChannelRing.publisherSize(capacity, subscribers), subscribers, ChannelRing.SUBSCRIBER_SIZE);
  }

  /** Returns whether a channel of that shape has a place for a ring and its readers. */
  public static boolean isRing(Shape shape) {
    return shape.layout() == Layout.SECTIONED
        && shape.sections() >= 1
        && shape.size() >= ChannelRing.publisherSize(SpscRing.MIN_CAPACITY, shape.sections());
  }

  /**
   * Returns the bytes of the largest data area for which a channel of that shape has room.
   *
   * @throws IllegalArgumentException if it has no place for a ring
   */
  public static int capacity(Shape shape) {
    if (!isRing(shape)) {
      throw new IllegalArgumentException("no place for a ring in " + shape);
    }
    int capacity = SpscRing.MAX_CAPACITY;
    while (ChannelRing.publisherSize(capacity, shape.sections()) > shape.size()) {
      capacity /= 2;
    }
    return capacity;
  }

  /** Returns the longest message, in bytes, of a ring with that capacity in that shape. */
  public static int maxMessageLength(Shape shape, int capacity) {
    return ChannelRing.maxMessageLength(capacity, shape.sections());
  }

  /**
   * Begins a life of the writer in a channel that this side has published.
   *
   * @param capacity bytes of the data area, a power of two from 64 to 1 GiB
   */
  public static RingWriter writer(HostChannel channel, int capacity) {
    return ChannelRing.writer(new HostPlace(channel), capacity);
  }

  /**
   * Begins a life of a reader that misses nothing, in a channel that this side has joined.
   *
   * @throws IllegalStateException if this side may only read
   */
  public static RetainingReader retainingReader(HostChannel channel) {
    return ChannelRing.retainingReader(new HostPlace(channel));
  }
}
