// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.message;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import tombolo.ivc.HostChannel;
import tombolo.ivc.abi.Shape;
import tombolo.ring.BroadcastRing;
import tombolo.ring.RingReader;
import tombolo.ring.RingWriter;
import tombolo.ring.SpscRing;

/**
 * The place of a ring in a sectioned channel (docs/ring-format.md, "In a channel"): the writer's
 * part at the start of the publisher's section, and each reader's at the start of its own. With one
 * subscriber's section it is an {@link SpscRing}, with several a {@link BroadcastRing}.
 */
final class RingChannel {
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

  static RingWriter writer(HostChannel channel, int capacity) {
    if (!isBroadcast(channel)) {
      return SpscRing.writer(channel.output(), section(channel, 1), capacity);
    }
    List<MemorySegment> readerParts =
        IntStream.rangeClosed(1, channel.shape().sections())
            .mapToObj(number -> section(channel, number))
            .toList();
    return BroadcastRing.writer(channel.output(), readerParts, capacity);
  }

  static RingReader reader(HostChannel channel, boolean lossy) {
    MemorySegment writerPart = section(channel, 0);
    MemorySegment own = channel.output();
    if (!isBroadcast(channel)) {
      return SpscRing.reader(writerPart, own);
    }
    int number = channel.section() - 1;
    return lossy
        ? BroadcastRing.lossyReader(writerPart, own, number)
        : BroadcastRing.reader(writerPart, own, number);
  }

  private static boolean isBroadcast(HostChannel channel) {
    return channel.shape().sections() != 1;
  }

  private static MemorySegment section(HostChannel channel, int section) {
    Shape shape = channel.shape();
    return channel.memory().asSlice(shape.offsetOf(section), shape.sizeOf(section));
  }
}
