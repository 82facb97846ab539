// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.lang.foreign.MemorySegment;
import tombolo.ring.SpscReader;
import tombolo.ring.SpscRing;
import tombolo.ring.SpscWriter;

/**
 * Where a ring lies in a sectioned channel (docs/ring-format.md, "In a channel"): the writer's part
 * at the start of the publisher's section, and each reader's at the start of its own.
 */
final class RingChannel {
  private RingChannel() {}

  static Shape shape(int capacity, int subscribers) {
    return Shape.sectioned(
        SpscRing.writerPartSize(capacity), subscribers, SpscRing.READER_PART_SIZE);
  }

  static SpscWriter writer(HostChannel channel, int capacity) {
    return SpscRing.writer(channel.output(), section(channel, 1), capacity);
  }

  static SpscReader reader(HostChannel channel) {
    return SpscRing.reader(section(channel, 0), channel.output());
  }

  private static MemorySegment section(HostChannel channel, int section) {
    Shape shape = channel.shape();
    return channel.memory().asSlice(shape.offsetOf(section), shape.sizeOf(section));
  }
}
