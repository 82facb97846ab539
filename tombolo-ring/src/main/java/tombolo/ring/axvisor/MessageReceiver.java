// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * Receives messages from the other side of an {@link AxvisorRegion} and puts their fragments
 * together. For one thread at a time. No call allocates or waits.
 */
public final class MessageReceiver {
  private final CellRing ring;

  /** Cells that this side has read, modulo 2³². */
  private int head;

  /** Of the message under way, or of the latest one; 0 before the first. Unsigned. */
  private long id;

  private boolean receiving;

  /** Of that message; unsigned. */
  private long length;

  /** Bytes of the message under way that have come: not all, since then it is over. Unsigned. */
  private long received;

  /** The message under way did not fit when it began. */
  private boolean dropping;

  private @Nullable MessageError error;

  MessageReceiver(CellRing ring, int head, long id) {
    this.ring = ring;
    this.head = head;
    this.id = id;
  }

  /**
   * Takes what has come of a message into the buffer, up to the message's end.
   *
   * <p>After {@link ReceiveProgress#EMPTY} a message may be under way: call again with the same
   * buffer. What is in it before {@link ReceiveProgress#COMPLETE} means nothing.
   *
   * @param buffer where the message goes; bytes behind it, as behind the size, are left alone
   * @param offset of the message's first byte in the buffer
   * @param size bytes that a message may have, from 0; whether it is too long is decided when it
   *     begins
   * @throws IndexOutOfBoundsException if these bytes are not inside the buffer
   * @throws IllegalArgumentException if the buffer is read-only, or too small for the message under
   *     way, which it has been large enough for
   */
  public ReceiveProgress receive(MemorySegment buffer, long offset, long size) {
    checkBuffer(buffer, offset, size);
    if (error != null) {
      return ReceiveProgress.POISONED;
    }
    int waiting = ring.tail() - head;
    if (Integer.compareUnsigned(waiting, ring.capacity) > 0) {
      error = MessageError.TAIL;
      return ReceiveProgress.POISONED;
    }
    ReceiveProgress progress = ReceiveProgress.EMPTY;
    for (; waiting > 0 && progress == ReceiveProgress.EMPTY; waiting--) {
      progress = take(buffer, offset, size);
    }
    return progress;
  }

  /**
   * Bytes of the message that the latest call told of, if it was {@link ReceiveProgress#COMPLETE}
   * or {@link ReceiveProgress#TOO_LONG}. Then it is unsigned: a message may claim any length.
   */
  public long length() {
    return length;
  }

  /** Whether a message is under way. */
  public boolean isReceiving() {
    return receiving && error == null;
  }

  /** What the other side has done to the ring; empty as long as nothing was noticed. */
  public Optional<MessageError> error() {
    return Optional.ofNullable(error);
  }

  private void checkBuffer(MemorySegment buffer, long offset, long size) {
    Objects.checkFromIndexSize(offset, size, buffer.byteSize());
    if (buffer.isReadOnly()) {
      throw new IllegalArgumentException("the buffer is read-only");
    }
    if (isReceiving() && !dropping && length > size) {
      throw new IllegalArgumentException(
          "a message of %d bytes is under way, the buffer now has %d".formatted(length, size));
    }
  }

  /** Takes the cell at the head; the message goes on where the answer is that there is none. */
  private ReceiveProgress take(MemorySegment buffer, long offset, long size) {
    long cell = ring.cell(head);
    long word = (long) Words.LONG.getOpaque(ring.memory, cell + Cell.WORD_AT);
    long cellId = (long) Words.LONG.getOpaque(ring.memory, cell + Cell.ID_AT);
    long cellLength = (long) Words.LONG.getOpaque(ring.memory, cell + Cell.LENGTH_AT);
    error = check(word, cellId, cellLength);
    if (error != null) {
      return ReceiveProgress.POISONED;
    }
    int flags = Cell.flags(word);
    if ((flags & Cell.FIRST) != 0) {
      id = cellId;
      length = cellLength;
      received = 0;
      dropping = Long.compareUnsigned(length, size) > 0;
    }
    int fragment = Cell.fragment(word);
    if (!dropping) {
      long payload = cell + Cell.HEADER;
      MemorySegment.copy(ring.memory, payload, buffer, offset + received, fragment);
    }
    received += fragment;
    receiving = (flags & (Cell.LAST | Cell.ABORT)) == 0;
    ring.setHead(++head);
    if (receiving) {
      return ReceiveProgress.EMPTY;
    }
    if (flags == Cell.ABORT) {
      return ReceiveProgress.ABORTED;
    }
    return dropping ? ReceiveProgress.TOO_LONG : ReceiveProgress.COMPLETE;
  }

  /** What is wrong with a cell's header, given what came before. */
  private @Nullable MessageError check(long word, long cellId, long cellLength) {
    @Nullable MessageError malformed = Cell.check(word);
    if (malformed != null) {
      return malformed;
    }
    int flags = Cell.flags(word);
    int fragment = Cell.fragment(word);
    boolean first = (flags & Cell.FIRST) != 0;
    if (flags == Cell.ABORT ? !receiving || fragment != 0 : first == receiving) {
      return flags == Cell.ABORT ? MessageError.ABORT : MessageError.FIRST;
    }
    if (first ? Long.compareUnsigned(cellId, id) <= 0 : cellId != id) {
      return MessageError.MESSAGE_ID;
    }
    if (!first && cellLength != length) {
      return MessageError.MESSAGE_LENGTH;
    }
    return flags == Cell.ABORT ? null : checkFragment(flags, fragment, cellLength);
  }

  private @Nullable MessageError checkFragment(int flags, int fragment, long cellLength) {
    long left = (flags & Cell.FIRST) != 0 ? cellLength : cellLength - received;
    // Of the right length: what a cell holds, at most what is missing, and nothing only of nothing.
    if (Integer.compareUnsigned(fragment, ring.payloadSize) > 0
        || Long.compareUnsigned(fragment, left) > 0
        || (fragment == 0 && left != 0)) {
      return MessageError.FRAGMENT_LENGTH;
    }
    boolean last = (flags & Cell.LAST) != 0;
    return last == (fragment == left) ? null : MessageError.LAST;
  }
}
