// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reading side of an {@link SpscRing}. For one thread at a time. No call allocates or waits.
 * Messages are read where they lie.
 */
public final class SpscReader {
  private final MemorySegment own;
  private final MemorySegment peers;
  private final MemorySegment data;
  private final int capacity;
  private final int maxLength;

  /** Where the next record begins. */
  private long read;

  /** What the reader's position in memory says; behind {@link #read} while messages are handled. */
  private long released;

  /** The writer's position as last seen: read ≤ written ≤ released + capacity. */
  private long written;

  private boolean handling;
  private @Nullable Breach breach;

  SpscReader(
      MemorySegment writerPart, MemorySegment readerPart, int capacity, long written, long read) {
    this.own = readerPart;
    this.peers = writerPart;
    this.data = writerPart.asSlice(Part.HEAD, capacity).asReadOnly();
    this.capacity = capacity;
    this.maxLength = Records.maxLength(capacity);
    this.written = written;
    this.read = read;
    this.released = read;
  }

  /**
   * Reads one message, if there is one.
   *
   * @return 1, 0 if there was none, or {@link SpscRing#PEER_BROKEN}
   * @throws IllegalStateException if called by a handler of this reader
   */
  public int poll(MessageHandler handler) {
    return drain(handler, 1);
  }

  /**
   * Reads messages that are there. The writer gets their room back at the end of the call, and
   * earlier whenever it is a quarter of the ring. One call reads no more than was published when it
   * last looked, so it ends even if the writer never does.
   *
   * <p>What a handler throws goes to the caller; the message it was thrown for counts as read.
   *
   * @param limit how many at the most, at least 1
   * @return how many were read, from 0, or {@link SpscRing#PEER_BROKEN}. Messages before a breach
   *     are read and counted; the next call then says that the peer is broken
   * @throws IllegalArgumentException if the limit is none
   * @throws IllegalStateException if called by a handler of this reader
   */
  public int drain(MessageHandler handler, int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("a limit of " + limit + " messages");
    }
    if (handling) {
      throw new IllegalStateException("a handler cannot read on from the ring that calls it");
    }
    if (breach != null || (read == written && !lookAtWriter())) {
      return SpscRing.PEER_BROKEN;
    }
    int count = 0;
    handling = true;
    try {
      while (count < limit && read != written) {
        if (read - released >= capacity / 4) {
          release();
        }
        int index = (int) read & (capacity - 1);
        long header = (long) Part.LONG.getOpaque(data, (long) index);
        int size = check(index, header);
        if (size == 0) {
          break;
        }
        read += size;
        if (Records.type(header) != Records.PADDING) {
          count++;
          handler.onMessage(
              Records.type(header), data, index + Records.HEADER, Records.length(header));
        }
      }
    } finally {
      handling = false;
      if (read != released) {
        release();
      }
    }
    return breach != null && count == 0 ? SpscRing.PEER_BROKEN : count;
  }

  /** Bytes of the data area. */
  public int capacity() {
    return capacity;
  }

  /** What the writer has done to the ring; empty as long as nothing was noticed. */
  public Optional<Breach> breach() {
    return Optional.ofNullable(breach);
  }

  private boolean lookAtWriter() {
    long position = (long) Part.LONG.getAcquire(peers, Part.POSITION_AT);
    // Here read = written, so this holds all three: aligned, not back, not a whole ring too far.
    if (!Records.isAligned(position) || Long.compareUnsigned(position - read, capacity) > 0) {
      breach = Breach.WRITER_POSITION;
      return false;
    }
    written = position;
    return true;
  }

  /** Bytes of the record with that header; 0 if it is none, and then the breach is noted. */
  private int check(int index, long header) {
    int type = Records.type(header);
    int length = Records.length(header);
    int toEnd = capacity - index;
    long published = written - read;
    if (type == Records.PADDING) {
      // Shorter than the message that did not fit, which comes with it. So a second one cannot
      // follow at the data area's start, and padding alone never keeps a call busy.
      if (length != toEnd - Records.HEADER || toEnd >= capacity / 2 || toEnd >= published) {
        return broken(Breach.PADDING);
      }
      return toEnd;
    }
    if (type <= 0) {
      return broken(Breach.RECORD_TYPE);
    }
    if (length < 0 || length > maxLength) {
      return broken(Breach.RECORD_LENGTH);
    }
    int size = Records.size(length);
    if (size > toEnd || size > published) {
      return broken(Breach.RECORD_LENGTH);
    }
    return size;
  }

  private int broken(Breach how) {
    breach = how;
    return 0;
  }

  private void release() {
    released = read;
    Part.LONG.setRelease(own, Part.POSITION_AT, read);
  }
}
