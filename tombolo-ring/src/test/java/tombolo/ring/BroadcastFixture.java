// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import tombolo.ring.RingFixture.Message;

/** A ring in sections, with a writer. Each side has the others' parts read-only. */
final class BroadcastFixture {
  final MemorySegment writerPart;
  final List<MemorySegment> readerParts = new ArrayList<>();
  final int capacity;
  BroadcastWriter writer;

  BroadcastFixture(int readers, int capacity) {
    this(Arena.ofAuto().allocate(BroadcastRing.size(readers, capacity), 128), readers, capacity);
  }

  BroadcastFixture(MemorySegment ring, int readers, int capacity) {
    this.capacity = capacity;
    writerPart = ring.asSlice(256L * readers);
    for (int i = 0; i < readers; i++) {
      readerParts.add(ring.asSlice(256L * i, 256));
    }
    writer = anotherWriter();
  }

  BroadcastWriter anotherWriter() {
    return BroadcastRing.writer(
        writerPart, readerParts.stream().map(MemorySegment::asReadOnly).toList(), capacity);
  }

  BroadcastReader reader(int number) {
    return BroadcastRing.reader(writerPart.asReadOnly(), readerParts.get(number), number);
  }

  /** Returns a reader that the writer has admitted. */
  BroadcastReader admitted(int number) {
    writer.admit(); // which begins the stream
    BroadcastReader reader = reader(number);
    writer.admit();
    if (reader.poll(RingFixture::check) != 0 || !reader.isConnected()) {
      throw new AssertionError("not admitted");
    }
    return reader;
  }

  LossyReader lossyReader(int number) {
    return BroadcastRing.lossyReader(writerPart.asReadOnly(), readerParts.get(number), number);
  }

  int offer(int type, int length) {
    return offer(writer, type, length);
  }

  static int offer(BroadcastWriter writer, int type, int length) {
    return writer.offer(type, RingFixture.payload(type, length), 0, length);
  }

  /** Writes messages of that length, with types that count from one on, until there is no room. */
  int fill(int from, int length) {
    return fill(from, length, Integer.MAX_VALUE);
  }

  /** Does the same, up to a number of messages. */
  int fill(int from, int length, int most) {
    int count = 0;
    while (count < most && offer(from + count, length) == Answer.OK) {
      count++;
    }
    return count;
  }

  static List<Message> drain(RingReader reader, int limit) {
    List<Message> messages = new ArrayList<>();
    int count =
        reader.drain((t, data, at, n) -> messages.add(RingFixture.check(t, data, at, n)), limit);
    if (count != messages.size()) {
      throw new AssertionError(Answer.nameOf(count) + " with " + messages);
    }
    return messages;
  }

  static List<Message> drain(RingReader reader) {
    return drain(reader, Integer.MAX_VALUE);
  }

  static int poll(RingReader reader) {
    return reader.poll(RingFixture::check);
  }
}
