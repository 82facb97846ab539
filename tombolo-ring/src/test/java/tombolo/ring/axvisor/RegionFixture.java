// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

/** A region v3 and both of its sides, one of which sends and the other receives. */
final class RegionFixture {
  /** Size of the fixture's buffer in bytes. */
  static final int BUFFER = 100_000;

  final AxvisorLayout layout;
  final Direction direction;
  final MemorySegment memory;
  final AxvisorRegion publisher;
  final AxvisorRegion subscriber;
  final MessageSender sender;
  final MessageReceiver receiver;

  /** The ring of the direction. */
  final MemorySegment ring;

  final MemorySegment buffer = MemorySegment.ofArray(new byte[BUFFER]);

  RegionFixture(AxvisorLayout layout, Direction direction) {
    this(layout, direction, allocate(layout));
  }

  RegionFixture(AxvisorLayout layout, Direction direction, MemorySegment memory) {
    this.layout = layout;
    this.direction = direction;
    this.memory = memory;
    publisher = AxvisorRegion.publish(memory, layout);
    subscriber = subscribe(memory);
    boolean toSubscriber = direction == Direction.TO_SUBSCRIBER;
    sender = (toSubscriber ? publisher : subscriber).sender();
    receiver = (toSubscriber ? subscriber : publisher).receiver();
    ring = memory.asSlice(layout.ringOffset(direction), layout.ringSize());
  }

  static MemorySegment allocate(AxvisorLayout layout) {
    return Arena.ofAuto().allocate(layout.regionSize(), 64);
  }

  static AxvisorRegion subscribe(MemorySegment memory) {
    return switch (AxvisorRegion.subscribe(memory)) {
      case RegionLook.Ready(AxvisorRegion region) -> region;
      case RegionLook look -> throw new AssertionError(look);
    };
  }

  int capacity() {
    return layout.capacity();
  }

  int payload() {
    return layout.payloadSize();
  }

  int head() {
    return word(CellRing.HEAD_AT);
  }

  int tail() {
    return word(CellRing.TAIL_AT);
  }

  int word(long at) {
    return (int) Words.INT.getVolatile(ring, at);
  }

  void setWord(long at, int value) {
    Words.INT.setVolatile(ring, at, value);
  }

  /** Returns the flags of the cell with that index. */
  int flags(int index) {
    return ring.get(ValueLayout.JAVA_BYTE, cell(index) + 1);
  }

  long id(int index) {
    return (long) Words.LONG.getVolatile(ring, cell(index) + Cell.ID_AT);
  }

  /** Returns the offset of the cell with that index, from the layout's numbers alone. */
  long cell(int index) {
    int size = layout == AxvisorLayout.CELL ? 64 : 256;
    return size + Integer.remainderUnsigned(index, capacity()) * (long) size;
  }

  /** Writes a cell as a sender could, and publishes it. */
  void forge(long word, long id, long length) {
    int tail = tail();
    Words.LONG.setVolatile(ring, cell(tail), word);
    Words.LONG.setVolatile(ring, cell(tail) + Cell.ID_AT, id);
    Words.LONG.setVolatile(ring, cell(tail) + Cell.LENGTH_AT, length);
    setWord(CellRing.TAIL_AT, tail + 1);
  }

  void forge(int flags, int fragment, long id, long length) {
    forge(Cell.word(flags, fragment), id, length);
  }

  SendProgress send(int seed, int length) {
    return sender.send(message(seed, length), 0, length);
  }

  ReceiveProgress receive() {
    return receiver.receive(buffer, 0, BUFFER);
  }

  /** Passes a message through, in turns if it is longer than the ring. */
  void passes(int seed, int length) {
    SendProgress out;
    ReceiveProgress in;
    do {
      out = send(seed, length);
      in = receive();
    } while (out == SendProgress.BACK_PRESSURED);
    assertThat(out).isEqualTo(SendProgress.COMPLETE);
    assertThat(in).isEqualTo(ReceiveProgress.COMPLETE);
    holds(seed, length);
  }

  /** Checks that the buffer holds that message. */
  void holds(int seed, int length) {
    assertThat(receiver.length()).isEqualTo(length);
    assertThat(buffer.asSlice(0, length).mismatch(message(seed, length))).isEqualTo(-1);
  }

  /** Returns a message whose bytes are derived from a number. */
  static MemorySegment message(int seed, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (31 * seed + i + (i >> 8) + 1);
    }
    return MemorySegment.ofArray(bytes);
  }
}
