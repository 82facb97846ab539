// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * Receives messages from the other side of an {@link AxvisorRegion} and joins their fragments. One
 * thread at a time may use it. No call allocates or waits.
 */
public final class MessageReceiver {
  private final CellRing ring;

  /** Cells that this side has read, modulo 2³². */
  private int head;

  /** The id of the message under way, or of the latest one; 0 before the first. Unsigned. */
  private long id;

  private boolean receiving;

  /** The length of that message in bytes; unsigned. */
  private long length;

  /** Bytes of the message under way that have arrived, always fewer than its length. Unsigned. */
  private long received;

  /** Whether the message under way did not fit when it began. */
  private boolean dropping;

  private boolean restarted;
  private @Nullable MessageError error;

  MessageReceiver(CellRing ring, int head, long id) {
    this.ring = ring;
    this.head = head;
    this.id = id;
  }

  /**
   * Copies the fragments that have arrived into the buffer, up to the end of one message.
   *
   * <p>After {@link ReceiveProgress#EMPTY} a message may be under way: call again with the same
   * buffer. Until {@link ReceiveProgress#COMPLETE} the buffer's contents mean nothing.
   *
   * @param buffer receives the message; bytes behind the message and behind the size are left alone
   * @param offset of the message's first byte in the buffer, in bytes
   * @param size of the longest message to accept, in bytes, from 0; whether a message is too long
   *     is decided when it begins
   * @throws IndexOutOfBoundsException if these bytes are not inside the buffer
   * @throws IllegalArgumentException if the buffer is read-only, or smaller than the message under
   *     way, although the buffer was large enough when the message began
   */
  public ReceiveProgress receive(MemorySegment buffer, long offset, long size) {
    checkBuffer(buffer, offset, size);
    if (error != null) {
      return ReceiveProgress.POISONED;
    }
    if (peerRestarted()) {
      return ReceiveProgress.PEER_RESTARTED;
    }
    int waiting = ring.tail() - head;
    if (Integer.compareUnsigned(waiting, ring.capacity) > 0) {
      return broken(MessageError.TAIL);
    }
    ReceiveProgress progress = ReceiveProgress.EMPTY;
    for (; waiting > 0 && progress == ReceiveProgress.EMPTY; waiting--) {
      progress = take(buffer, offset, size);
    }
    return progress;
  }

  /** Returns whether this ring is another one than that which the receiver has read from. */
  private boolean peerRestarted() {
    restarted |= ring.isAnotherForReader(head);
    receiving &= !restarted;
    return restarted;
  }

  /** Stops for good, unless what looks like an error comes from another region. */
  private ReceiveProgress broken(MessageError found) {
    restarted |= ring.isBeingLaidOut();
    if (peerRestarted()) {
      return ReceiveProgress.PEER_RESTARTED;
    }
    error = found;
    return ReceiveProgress.POISONED;
  }

  /** Begins anew with a peer that counts from 1 again, at the cell that says so. */
  private ReceiveProgress followed() {
    id = 0;
    receiving = false;
    return ReceiveProgress.PEER_RESTARTED;
  }

  /**
   * Returns the length in bytes of the message that the latest call reported, if that was {@link
   * ReceiveProgress#COMPLETE} or {@link ReceiveProgress#TOO_LONG}. After the latter it is unsigned:
   * a message may claim any length.
   */
  public long length() {
    return length;
  }

  /** Returns whether a message is under way. */
  public boolean isReceiving() {
    return receiving && error == null;
  }

  /** Returns how the other side broke the protocol, or empty while no breach has been noticed. */
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
          "a message of %d bytes is under way, but the buffer now has %d: pass the same buffer"
              .formatted(length, size));
    }
  }

  /** Takes the cell at the head. EMPTY means that the message continues in the next cell. */
  private ReceiveProgress take(MemorySegment buffer, long offset, long size) {
    long cell = ring.cell(head);
    long word = (long) Words.LONG.getOpaque(ring.memory, cell + Cell.WORD_AT);
    long cellId = (long) Words.LONG.getOpaque(ring.memory, cell + Cell.ID_AT);
    long cellLength = (long) Words.LONG.getOpaque(ring.memory, cell + Cell.LENGTH_AT);
    @Nullable MessageError malformed = Cell.check(word);
    if (malformed != null) {
      return broken(malformed);
    }
    int flags = Cell.flags(word);
    boolean first = (flags & Cell.FIRST) != 0;
    if (first && cellId == 1 && id != 0) {
      return peerRestarted() ? ReceiveProgress.PEER_RESTARTED : followed();
    }
    @Nullable MessageError wrong = check(word, cellId, cellLength);
    if (wrong != null) {
      return broken(wrong);
    }
    boolean tooLong = first ? Long.compareUnsigned(cellLength, size) > 0 : dropping;
    long at = first ? 0 : received;
    int fragment = Cell.fragment(word);
    if (!tooLong) {
      long payload = cell + Cell.HEADER;
      MemorySegment.copy(ring.memory, payload, buffer, offset + at, fragment);
    }
    if (!ring.moveHead(head)) {
      peerRestarted();
      return ReceiveProgress.PEER_RESTARTED; // and what was copied is of no message
    }
    head++;
    id = cellId;
    length = cellLength;
    dropping = tooLong;
    received = at + fragment;
    receiving = (flags & (Cell.LAST | Cell.ABORT)) == 0;
    if (receiving) {
      return ReceiveProgress.EMPTY;
    }
    if (flags == Cell.ABORT) {
      return ReceiveProgress.ABORTED;
    }
    return dropping ? ReceiveProgress.TOO_LONG : ReceiveProgress.COMPLETE;
  }

  /** Returns what is wrong with a well-formed header after the cells before it, or null. */
  private @Nullable MessageError check(long word, long cellId, long cellLength) {
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
    // At most what a cell holds and what is missing; empty only if nothing is missing.
    if (Integer.compareUnsigned(fragment, ring.payloadSize) > 0
        || Long.compareUnsigned(fragment, left) > 0
        || (fragment == 0 && left != 0)) {
      return MessageError.FRAGMENT_LENGTH;
    }
    boolean last = (flags & Cell.LAST) != 0;
    return last == (fragment == left) ? null : MessageError.LAST;
  }
}
