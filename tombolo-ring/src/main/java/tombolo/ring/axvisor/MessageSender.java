// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * Sends messages to the other side of an {@link AxvisorRegion}, in fragments of one cell each. For
 * one thread at a time. No call allocates or waits.
 *
 * <p>A message may be of any length, longer than the ring, too: a call puts in what there is room
 * for, and the caller comes again with the same message.
 */
public final class MessageSender {
  private final CellRing ring;

  /** Cells that this side has written, modulo 2³². */
  private int tail;

  /** Of the message under way, or of the latest one; 0 before the first. Unsigned. */
  private long id;

  private boolean sending;
  private long length;

  /** Bytes of the message under way that are in the ring; 0 as long as none of its cells is. */
  private long sent;

  private @Nullable MessageError error;

  MessageSender(CellRing ring, int tail, long id) {
    this.ring = ring;
    this.tail = tail;
    this.id = id;
  }

  /**
   * Sends a message, or what is left of it, as far as there is room.
   *
   * <p>After {@link SendProgress#BACK_PRESSURED} the message is under way: call again with the same
   * bytes, wherever they now are, or {@link #abort}.
   *
   * @param source where the message is
   * @param offset of its first byte in the source
   * @param length its bytes, from 0
   * @throws IndexOutOfBoundsException if the message is not inside the source
   * @throws IllegalStateException if a message of another length is under way, or if 2⁶⁴ − 1
   *     messages have been sent
   */
  public SendProgress send(MemorySegment source, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, source.byteSize());
    if (error != null) {
      return SendProgress.POISONED;
    }
    begin(length);
    int room = room();
    for (; room > 0; room--) {
      int fragment = (int) Math.min(length - sent, ring.payloadSize);
      boolean last = fragment == length - sent;
      long payload = ring.cell(tail) + Cell.HEADER;
      MemorySegment.copy(source, offset + sent, ring.memory, payload, fragment);
      push((sent == 0 ? Cell.FIRST : 0) | (last ? Cell.LAST : 0), fragment);
      sent += fragment;
      if (last) {
        sending = false;
        return SendProgress.COMPLETE;
      }
    }
    return error == null ? SendProgress.BACK_PRESSURED : SendProgress.POISONED;
  }

  /**
   * Gives up the message under way. Where the other side has seen some of it, it is told so, which
   * needs room: after {@link SendProgress#BACK_PRESSURED} the message is still under way.
   *
   * @return {@link SendProgress#COMPLETE} if no message is under way any more, as when there was
   *     none
   */
  public SendProgress abort() {
    if (!sending || sent == 0) {
      sending = false;
      return SendProgress.COMPLETE;
    }
    if (room() == 0) {
      return error == null ? SendProgress.BACK_PRESSURED : SendProgress.POISONED;
    }
    push(Cell.ABORT, 0);
    sending = false;
    return SendProgress.COMPLETE;
  }

  /** Whether a message is under way. */
  public boolean isSending() {
    return sending;
  }

  /** What the other side has done to the ring; empty as long as nothing was noticed. */
  public Optional<MessageError> error() {
    return Optional.ofNullable(error);
  }

  /** A message takes its id when it is first tried, as AxVisor's do: ids may be left out. */
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
      throw new IllegalStateException(
          "every message id is used up: the region must be laid out anew");
    }
    id++;
    this.length = length;
    sent = 0;
    sending = true;
  }

  /** Cells that are free; none once there is an error. */
  private int room() {
    if (error != null) {
      return 0;
    }
    int used = tail - ring.head();
    if (Integer.compareUnsigned(used, ring.capacity) > 0) {
      error = MessageError.HEAD;
      return 0;
    }
    return ring.capacity - used;
  }

  private void push(int flags, int fragment) {
    long cell = ring.cell(tail);
    Words.LONG.set(ring.memory, cell + Cell.WORD_AT, Cell.word(flags, fragment));
    Words.LONG.set(ring.memory, cell + Cell.ID_AT, id);
    Words.LONG.set(ring.memory, cell + Cell.LENGTH_AT, length);
    ring.setTail(++tail);
  }
}
