// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A ring and both of its sides. In sections, each side has the other's part read-only. */
final class RingFixture {
  static final long GENERATION = 7;

  /** A message as a test sees it: the bytes that {@link #payload} makes of type and length. */
  record Message(int type, int length) {}

  final MemorySegment readerPart;
  final MemorySegment writerPart;
  final SpscWriter writer;
  final SpscReader reader;

  private RingFixture(MemorySegment readerPart, MemorySegment writerPart, int capacity, long at) {
    this.readerPart = readerPart;
    this.writerPart = writerPart;
    SpscRing.formatReader(readerPart, capacity, GENERATION);
    SpscRing.formatWriter(writerPart, capacity, GENERATION);
    set(readerPart, Part.POSITION_AT, at);
    set(writerPart, Part.POSITION_AT, at);
    writer = SpscRing.writer(writerPart, readerPart.asReadOnly(), GENERATION);
    reader = SpscRing.reader(writerPart.asReadOnly(), readerPart, GENERATION);
  }

  static RingFixture of(int capacity) {
    return startingAt(0, capacity);
  }

  /** A ring whose stream has got to that position, and where all is read. */
  static RingFixture startingAt(long position, int capacity) {
    MemorySegment both = Arena.ofAuto().allocate(SpscRing.size(capacity), 128);
    return in(both, position, capacity);
  }

  static RingFixture in(MemorySegment both, long position, int capacity) {
    return new RingFixture(
        both.asSlice(0, SpscRing.READER_PART_SIZE),
        both.asSlice(SpscRing.READER_PART_SIZE),
        capacity,
        position);
  }

  static void set(MemorySegment part, long at, long value) {
    Part.LONG.setVolatile(part, at, value);
  }

  static long get(MemorySegment part, long at) {
    return (long) Part.LONG.getVolatile(part, at);
  }

  long written() {
    return get(writerPart, Part.POSITION_AT);
  }

  long read() {
    return get(readerPart, Part.POSITION_AT);
  }

  /** Stores what the reader would take for a record's header. */
  void setHeader(long at, int type, int length) {
    set(writerPart, Part.HEAD + at, Records.header(type, 0) | Integer.toUnsignedLong(length));
  }

  int offer(int type, int length) {
    return writer.offer(type, payload(type, length), 0, length);
  }

  /** Reads up to that many messages and checks each one's bytes. */
  List<Message> drain(int limit) {
    List<Message> messages = new ArrayList<>();
    reader.drain((type, data, at, length) -> messages.add(check(type, data, at, length)), limit);
    return messages;
  }

  List<Message> drain() {
    return drain(Integer.MAX_VALUE);
  }

  static MemorySegment payload(int type, int length) {
    MemorySegment payload = MemorySegment.ofArray(new byte[length]);
    fill(payload, 0, type, length);
    return payload;
  }

  static void fill(MemorySegment to, long at, int type, int length) {
    for (int i = 0; i < length; i++) {
      to.set(ValueLayout.JAVA_BYTE, at + i, (byte) (31 * type + i + 1));
    }
  }

  static Message check(int type, MemorySegment data, int at, int length) {
    if (data.asSlice(at, length).mismatch(payload(type, length)) != -1) {
      throw new AssertionError("bytes of the message of type " + type + ", " + length + " long");
    }
    return new Message(type, length);
  }
}
