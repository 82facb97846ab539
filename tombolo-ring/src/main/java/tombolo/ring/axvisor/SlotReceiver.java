// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * Receives messages from the other side of an {@link AxvisorRegionV2}. One thread at a time may use
 * it. No call allocates or waits.
 *
 * <p>A malformed slot is dropped and counted, and the next one is looked at: a slot has a fixed
 * size, so a broken one does not hide where the next begins. A slot is malformed if its kind is no
 * {@link SlotKind} or its length is more than {@link AxvisorRegionV2#PAYLOAD}. The receiver takes
 * both kinds and any sequence number; matching an acknowledgement with its request is the caller's
 * business.
 */
public final class SlotReceiver {
  private final CellRing ring;

  /** Slots that this side has read, modulo 2³². */
  private int head;

  private SlotKind kind = SlotKind.REQUEST;
  private long sequence;
  private int length;
  private long dropped;
  private boolean restarted;
  private @Nullable MessageError error;

  SlotReceiver(CellRing ring, int head) {
    this.ring = ring;
    this.head = head;
  }

  /**
   * Receives the next well-formed message. A call looks at no more slots than the ring has.
   *
   * @param buffer receives the payload; bytes behind the payload are left alone
   * @param offset of the payload's first byte in the buffer, in bytes; {@link
   *     AxvisorRegionV2#PAYLOAD} bytes from there must be inside the buffer
   * @return {@link ReceiveProgress#COMPLETE} if a message is in the buffer, {@link
   *     ReceiveProgress#EMPTY} if there is none, {@link ReceiveProgress#PEER_RESTARTED}, or {@link
   *     ReceiveProgress#POISONED}; never another
   * @throws IndexOutOfBoundsException if the buffer has no room for a slot's payload
   * @throws IllegalArgumentException if the buffer is read-only
   */
  public ReceiveProgress receive(MemorySegment buffer, long offset) {
    Objects.checkFromIndexSize(offset, Slot.PAYLOAD, buffer.byteSize());
    if (buffer.isReadOnly()) {
      throw new IllegalArgumentException("the buffer is read-only");
    }
    if (error != null) {
      return ReceiveProgress.POISONED;
    }
    if (peerRestarted()) {
      return ReceiveProgress.PEER_RESTARTED;
    }
    int waiting = ring.tail() - head;
    if (Integer.compareUnsigned(waiting, ring.capacity) > 0) {
      restarted |= ring.isBeingLaidOut();
      if (peerRestarted()) { // the tail is that of another region
        return ReceiveProgress.PEER_RESTARTED;
      }
      error = MessageError.TAIL;
      return ReceiveProgress.POISONED;
    }
    for (; waiting > 0; waiting--) {
      ReceiveProgress progress = take(buffer, offset);
      if (progress != ReceiveProgress.EMPTY) {
        return progress;
      }
      dropped++;
    }
    return ReceiveProgress.EMPTY;
  }

  /** Returns whether this ring is another one than that which the receiver has read from. */
  private boolean peerRestarted() {
    restarted |= ring.isAnotherForReader(head);
    return restarted;
  }

  /** Takes the slot at the head. EMPTY means that it was malformed and is dropped. */
  private ReceiveProgress take(MemorySegment buffer, long offset) {
    long slot = ring.cell(head);
    long number = (long) Words.LONG.getOpaque(ring.memory, slot + Slot.SEQUENCE_AT);
    long word = (long) Words.LONG.getOpaque(ring.memory, slot + Slot.WORD_AT);
    @Nullable SlotKind found = SlotKind.of(Slot.kind(word));
    int bytes = Slot.length(word);
    boolean malformed = found == null || Integer.compareUnsigned(bytes, Slot.PAYLOAD) > 0;
    if (!malformed) {
      MemorySegment.copy(ring.memory, slot + Slot.PAYLOAD_AT, buffer, offset, bytes);
    }
    if (!ring.moveHead(head)) {
      restarted = true;
      return ReceiveProgress.PEER_RESTARTED; // and what was copied is no message
    }
    head++;
    if (malformed || found == null) {
      return ReceiveProgress.EMPTY;
    }
    kind = found;
    sequence = number;
    length = bytes;
    return ReceiveProgress.COMPLETE;
  }

  /** Returns the kind of the latest message; {@link SlotKind#REQUEST} before the first. */
  public SlotKind kind() {
    return kind;
  }

  /** Returns the sequence number of the latest message, any value; 0 before the first. */
  public long sequence() {
    return sequence;
  }

  /**
   * Returns the payload length of the latest message in bytes, from 0 to {@link
   * AxvisorRegionV2#PAYLOAD}; 0 before the first.
   */
  public int length() {
    return length;
  }

  /** Returns how many malformed slots this receiver has dropped, from 0. */
  public long dropped() {
    return dropped;
  }

  /** Returns how the other side broke the protocol, or empty while no breach has been noticed. */
  public Optional<MessageError> error() {
    return Optional.ofNullable(error);
  }
}
