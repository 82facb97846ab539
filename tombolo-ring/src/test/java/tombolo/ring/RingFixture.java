// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import tombolo.ring.word.Words;

/** A ring and both of its sides. In sections, each side has the other's part read-only. */
final class RingFixture {
  /** A message as a test sees it: the bytes that {@link #payload} makes of type and length. */
  record Message(int type, int length) {}

  final MemorySegment readerPart;
  final MemorySegment writerPart;
  final SpscWriter writer;
  final SpscReader reader;

  private RingFixture(MemorySegment readerPart, MemorySegment writerPart, int capacity) {
    this.readerPart = readerPart;
    this.writerPart = writerPart;
    writer = SpscRing.writer(writerPart, readerPart.asReadOnly(), capacity);
    reader = SpscRing.reader(writerPart.asReadOnly(), readerPart);
  }

  static RingFixture of(int capacity) {
    return startingAt(0, capacity);
  }

  /** Returns a connected ring whose stream is at that position and completely read. */
  static RingFixture startingAt(long position, int capacity) {
    return in(Arena.ofAuto().allocate(SpscRing.size(capacity), 128), position, capacity);
  }

  static RingFixture in(MemorySegment both, long position, int capacity) {
    RingFixture ring = notConnectedIn(both, capacity);
    connect(ring.writer, ring.reader);
    ring.advanceTo(position);
    return ring;
  }

  static RingFixture notConnectedIn(MemorySegment both, int capacity) {
    return new RingFixture(
        both.asSlice(0, SpscRing.READER_PART_SIZE),
        both.asSlice(SpscRing.READER_PART_SIZE),
        capacity);
  }

  /** Joins two sides that have nothing else to report. */
  static void connect(SpscWriter writer, SpscReader reader) {
    expect(reader.poll(RingFixture::check), 0);
    expect(writer.tryClaim(1, 0), Records.HEADER);
    writer.abort();
    expect(reader.poll(RingFixture::check), 0);
    expect(reader.isConnected() ? 1 : 0, 1);
  }

  /** Writes and reads messages until both sides are at that position. */
  private void advanceTo(long position) {
    long at = 0;
    while (at < position) {
      long toEnd = writer.capacity() - at % writer.capacity();
      int record = (int) Math.min(Math.min(writer.capacity() / 2, toEnd), position - at);
      expect(writer.tryClaim(1, record - Records.HEADER), (int) (at % writer.capacity()) + 8);
      writer.commit();
      expect(reader.poll((_, _, _, _) -> {}), 1);
      at += record;
    }
  }

  private static void expect(int answer, int expected) {
    if (answer != expected) {
      throw new AssertionError("%d instead of %d".formatted(answer, expected));
    }
  }

  static void set(MemorySegment part, long at, long value) {
    Words.LONG.setVolatile(part, at, value);
  }

  static long get(MemorySegment part, long at) {
    return (long) Words.LONG.getVolatile(part, at);
  }

  long written() {
    return get(writerPart, Part.POSITION_AT);
  }

  long read() {
    return get(readerPart, Part.POSITION_AT) - Part.PRESENT;
  }

  /** Stores a word where the reader expects a record's header. */
  void setHeader(long at, int type, int length) {
    set(writerPart, Part.HEAD + at, Records.header(type, 0) | Integer.toUnsignedLong(length));
  }

  int offer(int type, int length) {
    return offer(writer, type, length);
  }

  static int offer(SpscWriter writer, int type, int length) {
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
