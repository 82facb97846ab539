// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Memory of a ring, in which sides come and go. */
abstract class SessionFixture {
  static final int CAPACITY = 256;

  final MemorySegment memory = Arena.ofAuto().allocate(SpscRing.size(4 * CAPACITY), 128);
  final MemorySegment readers = memory.asSlice(0, Part.HEAD);
  final MemorySegment writers = memory.asSlice(Part.HEAD);
  final MemorySegment data = writers.asSlice(Part.HEAD);
  final List<Integer> seen = new ArrayList<>();

  SpscWriter newWriter() {
    return newWriter(CAPACITY);
  }

  SpscWriter newWriter(int capacity) {
    return SpscRing.writer(writers, readers.asReadOnly(), capacity);
  }

  SpscReader newReader() {
    return SpscRing.reader(writers.asReadOnly(), readers);
  }

  static int offer(SpscWriter writer, int type) {
    return RingFixture.offer(writer, type, type % 50);
  }

  /** Adds the messages' types to what has been seen, and an answer if it was one. */
  int drain(SpscReader reader) {
    int answer =
        reader.drain(
            (type, found, at, length) ->
                seen.add(RingFixture.check(type, found, at, length).type()),
            1000);
    if (answer < 0) {
      seen.add(answer);
    }
    return answer;
  }

  /** Makes both sides' calls until neither reports anything. */
  void settle(SpscWriter writer, SpscReader reader) {
    for (int i = 0; i < 3; i++) {
      drain(reader);
      if (writer.tryClaim(1, 0) >= 0) {
        writer.abort();
      }
    }
    drain(reader);
    seen.clear();
  }
}
