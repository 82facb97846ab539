// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * Sends messages to the other side of an {@link AxvisorRegion}, in fragments of one cell each. One
 * thread at a time may use it. No call allocates or waits.
 *
 * <p>A message may be of any length, even longer than the ring: a call sends the fragments that
 * there is room for, and the caller calls again with the same message.
 */
public final class MessageSender {
  private final CellRing ring;

  /** Cells that this side has written, modulo 2³². */
  private int tail;

  /** The id of the message under way, or of the latest one; 0 before the first. Unsigned. */
  private long id;

  private boolean sending;
  private long length;

  /** Bytes of the message under way that have been sent; 0 until its first cell is sent. */
  private long sent;

  private boolean restarted;
  private @Nullable MessageError error;

  MessageSender(CellRing ring, int tail, long id) {
    this.ring = ring;
    this.tail = tail;
    this.id = id;
  }

  /**
   * Sends a message, or the rest of it, as far as there is room.
   *
   * <p>After {@link SendProgress#BACK_PRESSURED} the message is under way: call again with the same
   * bytes, in this or another segment, or {@link #abort}.
   *
   * @param source holds the message
   * @param offset of the message's first byte in the source, in bytes
   * @param length of the message in bytes, from 0
   * @throws IndexOutOfBoundsException if the message is not inside the source
   * @throws IllegalStateException if a message of another length is under way, or if 2⁶⁴ − 1
   *     messages have been sent
   */
  public SendProgress send(MemorySegment source, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, source.byteSize());
    if (error != null) {
      return SendProgress.POISONED;
    }
    if (peerRestarted()) {
      return SendProgress.PEER_RESTARTED;
    }
    begin(length);
    int room = room();
    for (; room > 0; room--) {
      int fragment = (int) Math.min(length - sent, ring.payloadSize);
      boolean last = fragment == length - sent;
      long payload = ring.cell(tail) + Cell.HEADER;
      MemorySegment.copy(source, offset + sent, ring.memory, payload, fragment);
      if (!push((sent == 0 ? Cell.FIRST : 0) | (last ? Cell.LAST : 0), fragment)) {
        return SendProgress.PEER_RESTARTED;
      }
      sent += fragment;
      if (last) {
        sending = false;
        return SendProgress.COMPLETE;
      }
    }
    return withoutRoom();
  }

  private SendProgress withoutRoom() {
    return restarted
        ? SendProgress.PEER_RESTARTED
        : error == null ? SendProgress.BACK_PRESSURED : SendProgress.POISONED;
  }

  /** Returns whether this ring is another one than that which the sender has written to. */
  private boolean peerRestarted() {
    restarted |= ring.isAnotherForWriter(tail);
    return restarted;
  }

  /**
   * Gives up the message under way. If some of it has been sent, the other side is told, which
   * needs room: after {@link SendProgress#BACK_PRESSURED} the message is still under way.
   *
   * @return {@link SendProgress#COMPLETE} if no message is under way any more, also if there was
   *     none
   */
  public SendProgress abort() {
    if (!sending || sent == 0) {
      sending = false;
      return SendProgress.COMPLETE;
    }
    if (error == null && peerRestarted()) {
      return SendProgress.PEER_RESTARTED;
    }
    if (room() == 0) {
      return withoutRoom();
    }
    if (!push(Cell.ABORT, 0)) {
      return SendProgress.PEER_RESTARTED;
    }
    sending = false;
    return SendProgress.COMPLETE;
  }

  /** Returns whether a message is under way. */
  public boolean isSending() {
    return sending;
  }

  /** Returns how the other side broke the protocol, or empty while no breach has been noticed. */
  public Optional<MessageError> error() {
    return Optional.ofNullable(error);
  }

  /** Gives a message its id when it is first tried, as AxVisor does, so ids may be left out. */
  private void begin(long length) {
    if (sending) {
      if (length != this.length) {
        throw new IllegalStateException(
            "a message of %d bytes is under way, not one of %d: send the rest of it or abort it"
                .formatted(this.length, length));
      }
      return;
    }
    if (id == -1) {
      throw new IllegalStateException("all message ids are used up: lay the region out again");
    }
    id++;
    this.length = length;
    sent = 0;
    sending = true;
  }

  /** Returns the number of free cells; 0 once there is an error. */
  private int room() {
    if (error != null) {
      return 0;
    }
    int used = tail - ring.head();
    if (Integer.compareUnsigned(used, ring.capacity) > 0) {
      restarted |= ring.isBeingLaidOut() || peerRestarted();
      if (!restarted) { // or the head is that of another region
        error = MessageError.HEAD;
      }
      return 0;
    }
    return ring.capacity - used;
  }

  /** Shows the receiver a cell; false, and it sees nothing, if the peer has begun anew. */
  private boolean push(int flags, int fragment) {
    long cell = ring.cell(tail);
    Words.LONG.set(ring.memory, cell + Cell.WORD_AT, Cell.word(flags, fragment));
    Words.LONG.set(ring.memory, cell + Cell.ID_AT, id);
    Words.LONG.set(ring.memory, cell + Cell.LENGTH_AT, length);
    restarted = !ring.moveTail(tail);
    tail += restarted ? 0 : 1;
    return !restarted;
  }
}
