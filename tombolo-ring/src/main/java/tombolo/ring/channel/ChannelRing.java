// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.channel;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import tombolo.ring.BroadcastRing;
import tombolo.ring.RetainingReader;
import tombolo.ring.RingReader;
import tombolo.ring.RingWriter;
import tombolo.ring.SpscRing;

/**
 * The ring in a sectioned channel (docs/ring-format.md, "In a channel"): the writer's part at the
 * start of the publisher's section, and each reader's at the start of its own. With one
 * subscriber's section it is an {@link SpscRing}, with several a {@link BroadcastRing}.
 */
public final class ChannelRing {
  /** Bytes of a subscriber's section. */
  public static final long SUBSCRIBER_SIZE = SpscRing.READER_PART_SIZE;

  private ChannelRing() {}

  /**
   * Returns the bytes of the publisher's section.
   *
   * @param capacity bytes of the data area, a power of two from 64 to 1 GiB
   * @param subscribers from 1 to 64
   * @throws IllegalArgumentException if there is no such ring
   */
  public static long publisherSize(int capacity, int subscribers) {
    if (subscribers < 1 || subscribers > BroadcastRing.MAX_READERS) {
      throw new IllegalArgumentException(subscribers + " subscribers; a ring has 1 to 64");
    }
    return isBroadcast(subscribers)
        ? BroadcastRing.writerPartSize(capacity)
        : SpscRing.writerPartSize(capacity);
  }

  /** Returns the longest message, in bytes, of a ring of that capacity. */
  public static int maxMessageLength(int capacity, int subscribers) {
    return isBroadcast(subscribers)
        ? BroadcastRing.maxMessageLength(capacity)
        : SpscRing.maxMessageLength(capacity);
  }

  /**
   * Begins a life of the writer in a channel that this side has published.
   *
   * @param capacity bytes of the data area, a power of two from 64 to 1 GiB
   */
  public static RingWriter writer(RingPlace place, int capacity) {
    if (!isBroadcast(place.sections())) {
      return SpscRing.writer(place.output(), place.section(1), capacity);
    }
    List<MemorySegment> readerParts =
        IntStream.rangeClosed(1, place.sections()).mapToObj(place::section).toList();
    return BroadcastRing.writer(place.output(), readerParts, capacity);
  }

  /**
   * Begins a life of a reader that misses nothing, in a channel that this side has joined.
   *
   * @throws IllegalStateException if this side may only read, or the channel is no ring's
   */
  public static RetainingReader retainingReader(RingPlace place) {
    requireRing(place);
    return isBroadcast(place.sections())
        ? BroadcastRing.reader(place.section(0), place.output(), place.section() - 1)
        : SpscRing.reader(place.section(0), place.output());
  }

  /** As {@link #retainingReader}; or, among several, a reader that never holds the writer back. */
  static RingReader reader(RingPlace place, boolean lossy) {
    requireRing(place);
    return lossy && isBroadcast(place.sections())
        ? BroadcastRing.lossyReader(place.section(0), place.output(), place.section() - 1)
        : retainingReader(place);
  }

  private static void requireRing(RingPlace place) {
    if (place.sections() < 1 || place.section() < 1) {
      throw new IllegalStateException("%s: no place for a ring".formatted(place));
    }
  }

  private static boolean isBroadcast(int subscribers) {
    return subscribers != 1;
  }
}
