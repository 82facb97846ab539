// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;

/** The common part of the writing sides of both kinds of rings: how a message gets in. */
abstract sealed class RecordWriter extends Spaced implements RingWriter
    permits SpscWriter, BroadcastWriter {
  /**
   * Number of bytes ahead of a writer that are zeroed at a time. This takes their cache lines from
   * the reader's processor in one go; small messages would fetch them one by one.
   */
  static final int ZEROED_AT_ONCE = 4096;

  /** Longest record, in bytes, for which that pays. Longer ones fetch many lines themselves. */
  static final int SHORT_RECORD = 512;

  private static final int NONE = -1;

  final MemorySegment own;
  final MemorySegment data;
  final int capacity;
  private final int header;
  private final int maxLength;

  /** The position of the next record. */
  long written;

  /** The slowest reader's position when last seen: written − capacity ≤ read ≤ written. */
  long read;

  /** The data area is zero from {@link #written} to here, which is at least one word. */
  long zeroed;

  /** Number of messages in this stream. */
  long messages;

  // These three describe the message that is being written in place.
  private int claimed = NONE;
  private int claimedType;
  private int claimedLength;

  /**
   * @param dataAt offset of the data area in this side's own part, in bytes
   * @param header size of a record's header in bytes
   * @param maxLength length of the longest message in bytes
   */
  RecordWriter(MemorySegment own, long dataAt, int capacity, int header, int maxLength) {
    this.own = own;
    this.data = own.asSlice(dataAt, capacity);
    this.capacity = capacity;
    this.header = header;
    this.maxLength = maxLength;
  }

  /** Returns the offset for a record with that payload in the data area, or a negative answer. */
  abstract int reserve(int length);

  /** Publishes the record at an index that {@link #reserve} has returned. */
  abstract void publish(int index, int type, int length);

  /** Returns whether there is something to do, or room for a message of that length. */
  abstract boolean hasNews(int length);

  abstract boolean isClosed();

  /** Leaves the ring, if this side has not left. */
  abstract void leave();

  @Override
  public final int offer(int type, MemorySegment source, long offset, int length) {
    checkMessage(type, length);
    int index = reserve(length);
    if (index < 0) {
      return index;
    }
    // This also checks the source before it stores anything; nothing is published yet.
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
      throw new IllegalStateException("no message is claimed: call tryClaim first");
    }
    claimed = NONE;
    return index;
  }

  /** Returns the bytes from the writer's position to the end of a record, padding included. */
  final int needed(int size) {
    int toEnd = capacity - index(written);
    return size <= toEnd ? size : toEnd + size;
  }

  /** Returns whether there is room for that and for the zero word behind the record. */
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
