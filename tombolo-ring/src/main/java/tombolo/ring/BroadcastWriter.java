// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import tombolo.ring.word.Words;

/**
 * The writing side of a {@link BroadcastRing}. For one thread at a time. No call allocates or
 * waits.
 *
 * <p>It writes whether or not anybody reads: a message that nobody was admitted for is for the
 * lossy readers that come in time. It answers {@link Answer#BACK_PRESSURED} while a reader that
 * holds it back has not read enough, and {@link Answer#NOT_CONNECTED} while one still reads what an
 * earlier life of this side has published.
 */
public final class BroadcastWriter extends RecordWriter {
  private final int ahead;
  private final Readers readers;

  /** Whether this life's stream has begun. */
  private boolean begun;

  private boolean closed;

  /** What the word in memory says: nothing is stored behind it. At most read + capacity. */
  private long claimed;

  BroadcastWriter(MemorySegment own, List<MemorySegment> readerParts, int capacity) {
    super(
        own,
        BroadcastPart.DATA_AT,
        capacity,
        BroadcastRecords.HEADER,
        BroadcastRecords.maxLength(capacity));
    this.ahead = Math.min(capacity / 16, ZEROED_AT_ONCE) & -Records.ALIGNMENT;
    this.readers = new Readers(own, readerParts, capacity);
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
    return begun;
  }

  @Override
  public boolean peerSleeps() {
    return readers.anySleeps();
  }

  @Override
  boolean isClosed() {
    return closed;
  }

  @Override
  void leave() {
    if (!closed) {
      closed = true;
      begun = false;
      Words.LONG.setRelease(own, Part.GENERATION_AT, 0L);
    }
  }

  @Override
  boolean hasNews(int length) {
    if (!begun) {
      return readers.haveLeftEarlierLife();
    }
    read = readers.lookAtAll(written);
    return hasRoom(needed(BroadcastRecords.size(length)));
  }

  private void checkReader(int reader) {
    Objects.checkIndex(reader, readers.count());
  }

  @Override
  int reserve(int length) {
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

  /**
   * Says how far this side is about to store. This comes after all that it has stored so far, and
   * before all that it stores next; so who has loaded any of the latter finds this.
   */
  private void claim(long end) {
    claimed = end - read > capacity ? read + capacity : end;
    Words.LONG.setRelease(own, BroadcastPart.CLAIMED_AT, claimed);
    VarHandle.storeStoreFence();
  }

  /**
   * Publishes a record by one store, that of its header, or of the header of padding before it. All
   * else is stored before: the payload, its number, the header behind padding, and the zero behind
   * the record.
   */
  @Override
  void publish(int index, int type, int length) {
    int next = index(written);
    int size = BroadcastRecords.size(length);
    long begin = index == next ? written : written + capacity - next;
    long end = begin + size;
    if (end + Records.HEADER > zeroed) {
      zero(end);
    }
    Words.LONG.setOpaque(data, (long) index + BroadcastRecords.SEQUENCE, messages);
    long header = Records.header(type, length);
    if (index == next) {
      Words.LONG.setRelease(data, (long) next, header);
    } else {
      Words.LONG.setOpaque(data, (long) index, header);
      int padding = capacity - next - Records.HEADER;
      Words.LONG.setRelease(data, (long) next, Records.header(Records.PADDING, padding));
    }
    written = end;
    Words.LONG.setRelease(own, BroadcastPart.LATEST_AT, begin);
    Words.LONG.setOpaque(own, Part.POSITION_AT, end);
    Words.LONG.setOpaque(own, Part.MESSAGES_AT, ++messages);
  }

  /** Zeroes what is claimed from there on, which is one word or more. */
  private void zero(long end) {
    int index = index(end);
    int bytes = (int) Math.min(claimed - end, capacity - index);
    if (bytes == Records.HEADER) {
      Words.LONG.setOpaque(data, (long) index, 0L);
    } else {
      data.asSlice(index, bytes).fill((byte) 0);
    }
    zeroed = end + bytes;
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
    Words.LONG.setOpaque(own, BroadcastPart.STREAM_AT, 0L);
    VarHandle.storeStoreFence();
    readers.begin();
    Words.LONG.setOpaque(own, Part.POSITION_AT, 0L);
    Words.LONG.setOpaque(own, Part.MESSAGES_AT, 0L);
    Words.LONG.setOpaque(own, BroadcastPart.LATEST_AT, 0L);
    claimed = Records.HEADER;
    zeroed = Records.HEADER;
    Words.LONG.setOpaque(own, BroadcastPart.CLAIMED_AT, claimed);
    Words.LONG.setOpaque(data, 0L, 0L);
    Words.LONG.setRelease(own, BroadcastPart.STREAM_AT, readers.generation());
    begun = true;
    return true;
  }
}
