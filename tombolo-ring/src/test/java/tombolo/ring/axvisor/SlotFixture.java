// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

/** A version 2 region with both of its sides, one of which sends and the other receives. */
final class SlotFixture {
  static final int REGION = 2240;
  static final int CAPACITY = 16;
  static final int PAYLOAD = 48;

  /** Offsets of the rings and, in a ring, of its words and its slots: docs/ring-format.md's. */
  static final long TO_SUBSCRIBER = 64;

  static final long TO_PUBLISHER = 1152;
  static final int RING = 1088;
  static final long HEAD = 0x0c;
  static final long TAIL = 0x10;

  final MemorySegment memory;
  final AxvisorRegionV2 publisher;
  final AxvisorRegionV2 subscriber;
  final SlotSender sender;
  final SlotReceiver receiver;

  /** The side that receives: acknowledgements go back through its sender. */
  final AxvisorRegionV2 answering;

  /** The side that sends. */
  final AxvisorRegionV2 asking;

  /** The ring of the direction. */
  final MemorySegment ring;

  final MemorySegment buffer = MemorySegment.ofArray(new byte[PAYLOAD]);

  SlotFixture(Direction direction) {
    this(direction, allocate());
  }

  SlotFixture(Direction direction, MemorySegment memory) {
    this.memory = memory;
    publisher = AxvisorRegionV2.publish(memory);
    subscriber = subscribe(memory);
    boolean toSubscriber = direction == Direction.TO_SUBSCRIBER;
    asking = toSubscriber ? publisher : subscriber;
    answering = toSubscriber ? subscriber : publisher;
    sender = asking.sender();
    receiver = answering.receiver();
    ring = memory.asSlice(toSubscriber ? TO_SUBSCRIBER : TO_PUBLISHER, RING);
  }

  static MemorySegment allocate() {
    return Arena.ofAuto().allocate(REGION, 64);
  }

  static AxvisorRegionV2 subscribe(MemorySegment memory) {
    return switch (AxvisorRegionV2.subscribe(memory)) {
      case RegionLook.ReadyV2(AxvisorRegionV2 region) -> region;
      case RegionLook look -> throw new AssertionError(look);
    };
  }

  int word(long at) {
    return (int) Words.INT.getVolatile(ring, at);
  }

  void setWord(long at, int value) {
    Words.INT.setVolatile(ring, at, value);
  }

  /** Returns the offset in the ring of the slot with that index. */
  static long slot(int index) {
    return 64 + Integer.remainderUnsigned(index, CAPACITY) * 64L;
  }

  /** Writes a slot with an empty payload, whatever its fields say, and publishes it. */
  void forge(long sequence, int length, int kind) {
    int tail = word(TAIL);
    Words.LONG.setVolatile(ring, slot(tail), sequence);
    setWord(slot(tail) + 8, length);
    setWord(slot(tail) + 12, kind);
    setWord(TAIL, tail + 1);
  }

  SendProgress request(int seed, int length) {
    return sender.request(RegionFixture.message(seed, length), 0, length);
  }

  ReceiveProgress receive() {
    return receiver.receive(buffer, 0);
  }

  /** Checks that the latest message has this header and the payload that follows from a number. */
  void received(SlotKind kind, long sequence, int seed, int length) {
    received(receiver, buffer, kind, sequence, seed, length);
  }

  static void received(
      SlotReceiver receiver,
      MemorySegment buffer,
      SlotKind kind,
      long sequence,
      int seed,
      int length) {
    assertThat(receiver.kind()).isEqualTo(kind);
    assertThat(receiver.sequence()).isEqualTo(sequence);
    assertThat(receiver.length()).isEqualTo(length);
    assertThat(buffer.asSlice(0, length).mismatch(RegionFixture.message(seed, length)))
        .isEqualTo(-1);
  }

  static byte[] bytes(MemorySegment memory) {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }
}
