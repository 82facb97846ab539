// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;

/** What the writing sides of the two kinds of rings of records share: the way in for a message. */
abstract sealed class RecordWriter extends Spaced implements RingWriter
    permits SpscWriter, BroadcastWriter {
  /**
   * So many bytes in front of a writer are zeroed at a time. This takes their cache lines from the
   * reader's processor in one go, where small messages would fetch them one by one.
   */
  static final int ZEROED_AT_ONCE = 4096;

  /** Records longer than this bring their cache lines in one go themselves. */
  static final int SHORT_RECORD = 512;

  private static final int NONE = -1;

  final MemorySegment own;
  final MemorySegment data;
  final int capacity;
  private final int header;
  private final int maxLength;

  /** Where the next record begins. */
  long written;

  /** The slowest reader's position as last seen: written − capacity ≤ read ≤ written. */
  long read;

  /** The data area is zero from {@link #written} to here, at least one word on. */
  long zeroed;

  /** Of this stream. */
  long messages;

  // Of the message that is being written in place.
  private int claimed = NONE;
  private int claimedType;
  private int claimedLength;

  /**
   * @param dataAt where the data area begins in this side's own part
   * @param header bytes of a record's header
   * @param maxLength bytes of the longest message
   */
  RecordWriter(MemorySegment own, long dataAt, int capacity, int header, int maxLength) {
    this.own = own;
    this.data = own.asSlice(dataAt, capacity);
    this.capacity = capacity;
    this.header = header;
    this.maxLength = maxLength;
  }

  /** Where a record for that payload begins in the data area, or a negative answer. */
  abstract int reserve(int length);

  /** Publishes the record that begins at an index which {@link #reserve} has given. */
  abstract void publish(int index, int type, int length);

  /** Whether there is something to do, or room for a message of that length. */
  abstract boolean hasNews(int length);

  abstract boolean isClosed();

  /** Leaves, if it has not left. */
  abstract void leave();

  @Override
  public final int offer(int type, MemorySegment source, long offset, int length) {
    checkMessage(type, length);
    int index = reserve(length);
    if (index < 0) {
      return index;
    }
    // Checks the source, too, before it stores anything, and nothing is published yet.
    MemorySegment.copy(source, offset, data, index + header, length);
    publish(index, type, length);
    return Answer.OK;
  }

  @Override
  public final int tryClaim(int type, int length) {
    checkMessage(type, length);
    int index = reserve(length);
    if (index < 0) {
      return index;
    }
    claimed = index;
    claimedType = type;
    claimedLength = length;
    return index + header;
  }

  @Override
  public final void commit() {
    publish(endClaim(), claimedType, claimedLength);
  }

  @Override
  public final void abort() {
    endClaim();
    zeroed = written + Records.HEADER; // the rest may have been written
  }

  private void checkMessage(int type, int length) {
    if (type <= 0) {
      throw new IllegalArgumentException("message type " + type + " is not positive");
    }
    if (length < 0 || length > maxLength) {
      throw new IllegalArgumentException(
          "a message of " + length + " bytes; this ring takes 0 to " + maxLength);
    }
    if (claimed != NONE) {
      throw new IllegalStateException("a message is claimed: commit or abort it first");
    }
  }

  private int endClaim() {
    int index = claimed;
    if (index == NONE) {
      throw new IllegalStateException("no message is claimed");
    }
    claimed = NONE;
    return index;
  }

  /** Bytes from the writer's position to the end of a record of that size, padding included. */
  final int needed(int size) {
    int toEnd = capacity - index(written);
    return size <= toEnd ? size : toEnd + size;
  }

  /** There must be room for the word behind the record, too, which says that nothing follows. */
  final boolean hasRoom(int needed) {
    return written - read <= capacity - needed - Records.HEADER;
  }

  final int index(long position) {
    return (int) position & (capacity - 1);
  }

  @Override
  public final MemorySegment data() {
    return data;
  }

  @Override
  public final int capacity() {
    return capacity;
  }

  @Override
  public final int maxMessageLength() {
    return maxLength;
  }

  @Override
  public final boolean sleep(int length) {
    if (isClosed()) {
      throw new IllegalStateException("closed");
    }
    Session.sleep(own);
    if (hasNews(length)) {
      Session.wake(own);
      return false;
    }
    return true;
  }

  @Override
  public final void wake() {
    Session.wake(own);
  }

  @Override
  public final void close() {
    claimed = NONE;
    leave();
  }
}
