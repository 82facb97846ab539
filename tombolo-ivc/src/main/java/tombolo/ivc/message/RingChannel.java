// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.message;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import tombolo.ivc.HostChannel;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Shape;
import tombolo.ring.BroadcastRing;
import tombolo.ring.RetainingReader;
import tombolo.ring.RingReader;
import tombolo.ring.RingWriter;
import tombolo.ring.SpscRing;

/**
 * The place of a ring in a sectioned channel (docs/ring-format.md, "In a channel"): the writer's
 * part at the start of the publisher's section, and each reader's at the start of its own. With one
 * subscriber's section it is an {@link SpscRing}, with several a {@link BroadcastRing}.
 *
 * <p>{@link Publisher} and {@link Subscriber} wait and ring for their callers; code that must not
 * wait takes a ring from here and does so itself.
 */
public final class RingChannel {
  private RingChannel() {}

  /** Returns the shape for a ring with so many subscribers, from 1 to 64. */
  static Shape shape(int capacity, int subscribers) {
    if (subscribers < 1 || subscribers > BroadcastRing.MAX_READERS) {
      throw new IllegalArgumentException(subscribers + " subscribers; a ring has 1 to 64");
    }
    long writerPart =
        subscribers == 1
            ? SpscRing.writerPartSize(capacity)
            : BroadcastRing.writerPartSize(capacity);
    return Shape.sectioned(writerPart, subscribers, SpscRing.READER_PART_SIZE);
  }

  /** Returns whether a channel of that shape has a place for a ring and its readers. */
  public static boolean isRing(Shape shape) {
    return shape.layout() == Layout.SECTIONED
        && shape.sections() >= 1
        && shape.size() >= writerPartSize(shape, SpscRing.MIN_CAPACITY);
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
    while (writerPartSize(shape, capacity) > shape.size()) {
      capacity /= 2;
    }
    return capacity;
  }

  private static long writerPartSize(Shape shape, int capacity) {
    return isBroadcast(shape)
        ? BroadcastRing.writerPartSize(capacity)
        : SpscRing.writerPartSize(capacity);
  }

  /** Returns the longest message, in bytes, of a ring with that capacity in that shape. */
  public static int maxMessageLength(Shape shape, int capacity) {
    return isBroadcast(shape)
        ? BroadcastRing.maxMessageLength(capacity)
        : SpscRing.maxMessageLength(capacity);
  }

  /**
   * Begins a life of the writer in a channel that this side has published.
   *
   * @param capacity bytes of the data area, a power of two from 64 to 1 GiB
   */
  public static RingWriter writer(HostChannel channel, int capacity) {
    if (!isBroadcast(channel.shape())) {
      return SpscRing.writer(channel.output(), section(channel, 1), capacity);
    }
    List<MemorySegment> readerParts =
        IntStream.rangeClosed(1, channel.shape().sections())
            .mapToObj(number -> section(channel, number))
            .toList();
    return BroadcastRing.writer(channel.output(), readerParts, capacity);
  }

  /**
   * Begins a life of a reader that misses nothing, in a channel that this side has joined.
   *
   * @throws IllegalStateException if this side may only read
   */
  public static RetainingReader retainingReader(HostChannel channel) {
    MemorySegment writerPart = section(channel, 0);
    MemorySegment own = channel.output();
    return isBroadcast(channel.shape())
        ? BroadcastRing.reader(writerPart, own, channel.section() - 1)
        : SpscRing.reader(writerPart, own);
  }

  static RingReader reader(HostChannel channel, boolean lossy) {
    return lossy && isBroadcast(channel.shape())
        ? BroadcastRing.lossyReader(section(channel, 0), channel.output(), channel.section() - 1)
        : retainingReader(channel);
  }

  private static boolean isBroadcast(Shape shape) {
    return shape.sections() != 1;
  }

  private static MemorySegment section(HostChannel channel, int section) {
    Shape shape = channel.shape();
    return channel.memory().asSlice(shape.offsetOf(section), shape.sizeOf(section));
  }
}
