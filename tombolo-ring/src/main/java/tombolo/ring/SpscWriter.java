// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of an {@link SpscRing}. For one thread at a time. No call allocates or waits.
 *
 * <p>A message goes in by {@link #offer}, which copies it, or in place: {@link #tryClaim}, stores
 * into {@link #data}, then {@link #commit} or {@link #abort}.
 */
public final class SpscWriter {
  private static final int NONE = -1;

  private final MemorySegment own;
  private final MemorySegment peers;
  private final MemorySegment data;
  private final int capacity;
  private final int maxLength;

  /** Where the next record begins; what the writer's position in memory says. */
  private long written;

  /** The reader's position as last seen: written − capacity ≤ read ≤ written. */
  private long read;

  private int claimed = NONE;
  private int claimedType;
  private int claimedLength;
  private @Nullable Breach breach;

  SpscWriter(MemorySegment own, MemorySegment peers, int capacity, long written, long read) {
    this.own = own;
    this.peers = peers;
    this.data = own.asSlice(Part.HEAD, capacity);
    this.capacity = capacity;
    this.maxLength = Records.maxLength(capacity);
    this.written = written;
    this.read = read;
  }

  /**
   * Copies a message into the ring and publishes it.
   *
   * @param type at least 1
   * @param source where the message is
   * @param offset of its first byte in the source
   * @param length bytes, from 0 to {@link #maxMessageLength}
   * @return {@link SpscRing#OK}, {@link SpscRing#BACK_PRESSURED} or {@link SpscRing#PEER_BROKEN}
   * @throws IllegalArgumentException if the type or the length is none
   * @throws IndexOutOfBoundsException if the message is not inside the source
   * @throws IllegalStateException if a message is claimed
   */
  public int offer(int type, MemorySegment source, long offset, int length) {
    checkMessage(type, length);
    Objects.checkFromIndexSize(offset, length, source.byteSize());
    int index = reserve(length);
    if (index < 0) {
      return index;
    }
    MemorySegment.copy(source, offset, data, index + Records.HEADER, length);
    publish(index, type, length);
    return SpscRing.OK;
  }

  /**
   * Claims room for a message, to be written in place. Nobody sees it before {@link #commit}.
   *
   * @param type at least 1
   * @param length bytes, from 0 to {@link #maxMessageLength}
   * @return where in {@link #data} the message's bytes go, at least 0; or {@link
   *     SpscRing#BACK_PRESSURED} or {@link SpscRing#PEER_BROKEN}, which are negative
   * @throws IllegalArgumentException if the type or the length is none
   * @throws IllegalStateException if a message is claimed already
   */
  public int tryClaim(int type, int length) {
    checkMessage(type, length);
    int index = reserve(length);
    if (index < 0) {
      return index;
    }
    claimed = index;
    claimedType = type;
    claimedLength = length;
    return index + Records.HEADER;
  }

  /**
   * Publishes the claimed message.
   *
   * @throws IllegalStateException if none is claimed
   */
  public void commit() {
    int index = endClaim();
    publish(index, claimedType, claimedLength);
  }

  /**
   * Gives the claimed room back: the message never was.
   *
   * @throws IllegalStateException if none is claimed
   */
  public void abort() {
    endClaim();
  }

  /** The data area. Only the bytes of a claimed message may be written. */
  public MemorySegment data() {
    return data;
  }

  /** Bytes of the data area. */
  public int capacity() {
    return capacity;
  }

  /** Bytes of the longest message. */
  public int maxMessageLength() {
    return maxLength;
  }

  /** What the reader has done to the ring; empty as long as nothing was noticed. */
  public Optional<Breach> breach() {
    return Optional.ofNullable(breach);
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

  /** Where a record for that payload begins in the data area, or a negative answer. */
  private int reserve(int length) {
    if (breach != null) {
      return SpscRing.PEER_BROKEN;
    }
    int size = Records.size(length);
    int index = index(written);
    int toEnd = capacity - index;
    int needed = size <= toEnd ? size : toEnd + size;
    if (!hasRoom(needed)) {
      if (!lookAtReader()) {
        return SpscRing.PEER_BROKEN;
      }
      if (!hasRoom(needed)) {
        return SpscRing.BACK_PRESSURED;
      }
    }
    return size <= toEnd ? index : 0;
  }

  private boolean hasRoom(int needed) {
    return written - read <= capacity - needed;
  }

  private boolean lookAtReader() {
    long position = (long) Part.LONG.getAcquire(peers, Part.POSITION_AT);
    if (!Records.isAligned(position) || Long.compareUnsigned(position - read, written - read) > 0) {
      breach = Breach.READER_POSITION;
      return false;
    }
    read = position;
    return true;
  }

  /** Stores the record's header, before it padding if it begins anew at the data area's start. */
  private void publish(int index, int type, int length) {
    int next = index(written);
    long end = written + Records.size(length);
    if (index != next) {
      int toEnd = capacity - next;
      long padding = Records.header(Records.PADDING, toEnd - Records.HEADER);
      Part.LONG.set(data, (long) next, padding);
      end += toEnd;
    }
    Part.LONG.set(data, (long) index, Records.header(type, length));
    written = end;
    Part.LONG.setRelease(own, Part.POSITION_AT, end);
  }

  private int index(long position) {
    return (int) position & (capacity - 1);
  }
}
