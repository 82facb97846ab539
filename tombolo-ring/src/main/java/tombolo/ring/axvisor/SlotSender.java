// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * Sends messages to the other side of an {@link AxvisorRegionV2}, each in one slot. One thread at a
 * time may use it. No call allocates or waits. A call either sends its whole message or stores
 * nothing.
 */
public final class SlotSender {
  private static final MemorySegment ZEROS =
      MemorySegment.ofArray(new byte[Slot.PAYLOAD]).asReadOnly();

  private final CellRing ring;

  /** Slots that this side has written, modulo 2³². */
  private int tail;

  /** The sequence number of the latest request; 0 before the first. */
  private long sequence;

  private boolean restarted;
  private @Nullable MessageError error;

  SlotSender(CellRing ring, int tail) {
    this.ring = ring;
    this.tail = tail;
  }

  /**
   * Sends a request. Requests are numbered from 1; the number of this one is then {@link
   * #sequence}. A request that found no room has no number.
   *
   * @param source holds the payload
   * @param offset of the payload's first byte in the source, in bytes
   * @param length of the payload in bytes, from 0 to {@link AxvisorRegionV2#PAYLOAD}
   * @return {@link SendProgress#COMPLETE}, {@link SendProgress#BACK_PRESSURED} if the ring is full,
   *     {@link SendProgress#PEER_RESTARTED}, or {@link SendProgress#POISONED}
   * @throws IndexOutOfBoundsException if the payload is not inside the source
   * @throws IllegalArgumentException if the payload is too long for a slot
   */
  public SendProgress request(MemorySegment source, long offset, int length) {
    SendProgress progress = send(SlotKind.REQUEST, sequence + 1, source, offset, length);
    if (progress == SendProgress.COMPLETE) {
      sequence++;
    }
    return progress;
  }

  /**
   * Sends the acknowledgement of a request.
   *
   * @param sequence the request's number, any value
   * @param source holds the payload
   * @param offset of the payload's first byte in the source, in bytes
   * @param length of the payload in bytes, from 0 to {@link AxvisorRegionV2#PAYLOAD}
   * @return {@link SendProgress#COMPLETE}, {@link SendProgress#BACK_PRESSURED} if the ring is full,
   *     {@link SendProgress#PEER_RESTARTED}, or {@link SendProgress#POISONED}
   * @throws IndexOutOfBoundsException if the payload is not inside the source
   * @throws IllegalArgumentException if the payload is too long for a slot
   */
  public SendProgress acknowledge(long sequence, MemorySegment source, long offset, int length) {
    return send(SlotKind.ACKNOWLEDGEMENT, sequence, source, offset, length);
  }

  /** Returns the sequence number of the latest request that was sent, or 0 before the first. */
  public long sequence() {
    return sequence;
  }

  /** Returns how the other side broke the protocol, or empty while no breach has been noticed. */
  public Optional<MessageError> error() {
    return Optional.ofNullable(error);
  }

  private SendProgress send(
      SlotKind kind, long sequence, MemorySegment source, long offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.byteSize());
    if (length > Slot.PAYLOAD) {
      throw new IllegalArgumentException(
          "a payload of %d bytes does not fit into a slot of %d: send less at a time"
              .formatted(length, Slot.PAYLOAD));
    }
    if (error != null) {
      return SendProgress.POISONED;
    }
    if (peerRestarted()) {
      return SendProgress.PEER_RESTARTED;
    }
    int used = tail - ring.head();
    if (Integer.compareUnsigned(used, ring.capacity) > 0) {
      restarted |= ring.isBeingLaidOut();
      if (peerRestarted()) { // the head is that of another region
        return SendProgress.PEER_RESTARTED;
      }
      error = MessageError.HEAD;
      return SendProgress.POISONED;
    }
    if (used == ring.capacity) {
      return SendProgress.BACK_PRESSURED;
    }
    long slot = ring.cell(tail);
    long payload = slot + Slot.PAYLOAD_AT;
    Words.LONG.set(ring.memory, slot + Slot.SEQUENCE_AT, sequence);
    Words.LONG.set(ring.memory, slot + Slot.WORD_AT, Slot.word(kind, length));
    MemorySegment.copy(source, offset, ring.memory, payload, length);
    MemorySegment.copy(ZEROS, 0, ring.memory, payload + length, Slot.PAYLOAD - length);
    if (!ring.moveTail(tail)) {
      restarted = true;
      return SendProgress.PEER_RESTARTED;
    }
    tail++;
    return SendProgress.COMPLETE;
  }

  /** Returns whether this ring is another one than that which the sender has written to. */
  private boolean peerRestarted() {
    restarted |= ring.isAnotherForWriter(tail);
    return restarted;
  }
}
