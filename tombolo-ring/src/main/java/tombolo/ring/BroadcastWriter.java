// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The writing side of a {@link BroadcastRing}. For one thread at a time. No call allocates or
 * waits.
 *
 * <p>It writes whether or not anybody reads: a message that nobody was admitted for is for the
 * lossy readers that come in time. It answers {@link Answer#BACK_PRESSURED} while a reader that
 * holds it back has not read enough, and {@link Answer#NOT_CONNECTED} while one still reads what an
 * earlier life of this side has published.
 */
public final class BroadcastWriter extends Spaced implements RingWriter {
  private static final int NONE = -1;

  /** So many bytes in front of the writer are claimed, and zeroed, at a time. */
  private static final int CLAIMED_AT_ONCE = 4096;

  /** Records longer than this bring their cache lines in one go themselves. */
  private static final int SHORT_RECORD = 512;

  private final MemorySegment own;
  private final MemorySegment data;
  private final int capacity;
  private final int maxLength;
  private final int ahead;
  private final Readers readers;

  /** Whether this life's stream has begun. */
  private boolean begun;

  private boolean closed;

  /** Where the next record begins. */
  private long written;

  /** The slowest reader's position as last seen: written − capacity ≤ read ≤ written. */
  private long read;

  /** What the word in memory says: nothing is stored behind it. At most read + capacity. */
  private long claimed;

  /** The data area is zero from {@link #written} to here, at least one word on. */
  private long zeroed;

  private long messages;

  // Of the message that is being written in place.
  private int claim = NONE;
  private int claimedType;
  private int claimedLength;

  BroadcastWriter(MemorySegment own, List<MemorySegment> readerParts, int capacity) {
    this.own = own;
    this.data = own.asSlice(BroadcastPart.DATA_AT, capacity);
    this.capacity = capacity;
    this.maxLength = BroadcastRecords.maxLength(capacity);
    this.ahead = Math.min(capacity / 16, CLAIMED_AT_ONCE) & -Records.ALIGNMENT;
    this.readers = new Readers(own, readerParts, capacity);
  }

  @Override
  public int offer(int type, MemorySegment source, long offset, int length) {
    checkMessage(type, length);
    Objects.checkFromIndexSize(offset, length, source.byteSize());
    int index = reserve(length);
    if (index < 0) {
      return index;
    }
    MemorySegment.copy(source, offset, data, index + BroadcastRecords.HEADER, length);
    publish(index, type, length);
    return Answer.OK;
  }

  @Override
  public int tryClaim(int type, int length) {
    checkMessage(type, length);
    int index = reserve(length);
    if (index < 0) {
      return index;
    }
    claim = index;
    claimedType = type;
    claimedLength = length;
    return index + BroadcastRecords.HEADER;
  }

  @Override
  public void commit() {
    int index = endClaim();
    publish(index, claimedType, claimedLength);
  }

  @Override
  public void abort() {
    endClaim();
    zeroed = written + Records.HEADER;
  }

  @Override
  public MemorySegment data() {
    return data;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int maxMessageLength() {
    return maxLength;
  }

  /**
   * Looks at all readers and admits those that have asked; to be called by who knows that somebody
   * has joined. Otherwise each {@link #offer} and {@link #tryClaim} looks at one of them, in turn,
   * and at all when there is no room. A reader that is admitted gets the messages from then on.
   *
   * @return for how many readers the writer holds back now
   */
  public int admit() {
    if (hasBegun()) {
      read = readers.lookAtAll(written);
    }
    return readers.held();
  }

  /** Whether the writer holds back for that reader. */
  public boolean holdsBackFor(int reader) {
    checkReader(reader);
    return readers.isHeld(reader);
  }

  /**
   * As the interface says. When that reader comes back it is another life of it, and is admitted
   * anew. No call says {@link Answer#PEER_GONE}: this side writes for whoever comes.
   */
  @Override
  public void readerIsDead(int reader) {
    checkReader(reader);
    readers.isDead(reader);
  }

  /** As the interface says, of that reader's present or last life, which was thrown out for it. */
  @Override
  public Optional<Breach> breach(int reader) {
    checkReader(reader);
    return readers.breach(reader);
  }

  /** Whether this side's stream has begun, whoever reads it. */
  @Override
  public boolean isConnected() {
    return begun && !closed;
  }

  @Override
  public boolean peerSleeps() {
    return readers.anySleeps();
  }

  @Override
  public boolean sleep(int length) {
    if (closed) {
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
  public void wake() {
    Session.wake(own);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Part.LONG.setRelease(own, Part.GENERATION_AT, 0L);
    }
  }

  private boolean hasNews(int length) {
    if (!begun) {
      return readers.haveLeftEarlierLife();
    }
    read = readers.lookAtAll(written);
    return hasRoom(needed(BroadcastRecords.size(length)));
  }

  private void checkReader(int reader) {
    Objects.checkIndex(reader, readers.count());
  }

  private void checkMessage(int type, int length) {
    if (type <= 0) {
      throw new IllegalArgumentException("message type " + type + " is not positive");
    }
    if (length < 0 || length > maxLength) {
      throw new IllegalArgumentException(
          "a message of " + length + " bytes; this ring takes 0 to " + maxLength);
    }
    if (claim != NONE) {
      throw new IllegalStateException("a message is claimed: commit or abort it first");
    }
    if (closed) {
      throw new IllegalStateException("closed");
    }
  }

  private int endClaim() {
    int index = claim;
    if (index == NONE) {
      throw new IllegalStateException("no message is claimed");
    }
    claim = NONE;
    return index;
  }

  /** Where a record for that payload begins in the data area, or a negative answer. */
  private int reserve(int length) {
    if (!begun && !hasBegun()) {
      return Answer.NOT_CONNECTED;
    }
    readers.lookAtNext(written);
    int size = BroadcastRecords.size(length);
    int needed = needed(size);
    if (!hasRoom(needed)) {
      read = readers.lookAtAll(written);
      if (!hasRoom(needed)) {
        return Answer.BACK_PRESSURED;
      }
    }
    long end = written + needed + Records.HEADER;
    if (end > claimed) {
      claim(size > SHORT_RECORD ? end : end + ahead);
    }
    return needed == size ? index(written) : 0;
  }

  /** Bytes from the writer's position to the end of a record of that size, padding included. */
  private int needed(int size) {
    int toEnd = capacity - index(written);
    return size <= toEnd ? size : toEnd + size;
  }

  /** There must be room for the word behind the record, too, which says that nothing follows. */
  private boolean hasRoom(int needed) {
    return written - read <= capacity - needed - Records.HEADER;
  }

  /**
   * Says how far this side is about to store. This comes after all that it has stored so far, and
   * before all that it stores next; so who has loaded any of the latter finds this.
   */
  private void claim(long end) {
    claimed = end - read > capacity ? read + capacity : end;
    Part.LONG.setRelease(own, BroadcastPart.CLAIMED_AT, claimed);
    VarHandle.storeStoreFence();
  }

  /**
   * Publishes a record by one store, that of its header, or of the header of padding before it. All
   * else is stored before: the payload, its number, the header behind padding, and the zero behind
   * the record.
   */
  private void publish(int index, int type, int length) {
    int next = index(written);
    int size = BroadcastRecords.size(length);
    long begin = index == next ? written : written + capacity - next;
    long end = begin + size;
    if (end + Records.HEADER > zeroed) {
      zero(end);
    }
    Part.LONG.setOpaque(data, (long) index + BroadcastRecords.SEQUENCE, messages);
    long header = Records.header(type, length);
    if (index == next) {
      Part.LONG.setRelease(data, (long) next, header);
    } else {
      Part.LONG.setOpaque(data, (long) index, header);
      int padding = capacity - next - Records.HEADER;
      Part.LONG.setRelease(data, (long) next, Records.header(Records.PADDING, padding));
    }
    written = end;
    Part.LONG.setRelease(own, BroadcastPart.LATEST_AT, begin);
    Part.LONG.setOpaque(own, Part.POSITION_AT, end);
    Part.LONG.setOpaque(own, Part.MESSAGES_AT, ++messages);
  }

  /** Zeroes what is claimed from there on, which is one word or more. */
  private void zero(long end) {
    int index = index(end);
    int bytes = (int) Math.min(claimed - end, capacity - index);
    if (bytes == Records.HEADER) {
      Part.LONG.setOpaque(data, (long) index, 0L);
    } else {
      data.asSlice(index, bytes).fill((byte) 0);
    }
    zeroed = end + bytes;
  }

  private int index(long position) {
    return (int) position & (capacity - 1);
  }

  /**
   * Whether this life's stream has begun; begins it, if nobody reads an earlier one any more. The
   * stream's name is 0 meanwhile, before anything that describes it or is in it changes.
   */
  private boolean hasBegun() {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    if (begun || !readers.haveLeftEarlierLife()) {
      return begun;
    }
    VarHandle.storeStoreFence();
    Part.LONG.setOpaque(own, BroadcastPart.STREAM_AT, 0L);
    VarHandle.storeStoreFence();
    readers.begin();
    Part.LONG.setOpaque(own, Part.POSITION_AT, 0L);
    Part.LONG.setOpaque(own, Part.MESSAGES_AT, 0L);
    Part.LONG.setOpaque(own, BroadcastPart.LATEST_AT, 0L);
    claimed = Records.HEADER;
    zeroed = Records.HEADER;
    Part.LONG.setOpaque(own, BroadcastPart.CLAIMED_AT, claimed);
    Part.LONG.setOpaque(data, 0L, 0L);
    Part.LONG.setRelease(own, BroadcastPart.STREAM_AT, readers.generation());
    begun = true;
    return true;
  }
}
