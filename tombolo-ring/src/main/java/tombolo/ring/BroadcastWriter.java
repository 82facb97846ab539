// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import tombolo.ring.word.Words;

/**
 * The writing side of a {@link BroadcastRing}. One thread at a time may use it. No call allocates
 * or waits.
 *
 * <p>It writes whether or not anybody reads: if no reader is admitted, lossy readers that come in
 * time still get the message. It answers {@link Answer#BACK_PRESSURED} while a reader that holds it
 * back has not read enough, and {@link Answer#NOT_CONNECTED} while a reader still reads what an
 * earlier life of this side has published.
 */
public final class BroadcastWriter extends RecordWriter {
  private final int ahead;
  private final Readers readers;

  /** Whether this life's stream has begun. */
  private boolean begun;

  private boolean closed;

  /** The claim in memory: nothing is stored behind this position. At most read + capacity. */
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
   * Looks at all readers and admits those that have asked. A caller that knows of a new reader
   * calls this. Otherwise each {@link #offer} and {@link #tryClaim} looks at one of them, in turn,
   * and at all when there is no room. An admitted reader gets all later messages.
   *
   * @return the number of readers that the writer now holds back for
   */
  public int admit() {
    if (hasBegun()) {
      read = readers.lookAtAll(written);
    }
    return readers.held();
  }

  /**
   * Returns whether the writer holds back for that reader.
   *
   * @param reader which one, from 0
   * @throws IndexOutOfBoundsException if the ring has no such reader
   */
  public boolean holdsBackFor(int reader) {
    checkReader(reader);
    return readers.isHeld(reader);
  }

  /**
   * Stops holding back for a dead reader. When that reader comes back, it has another life, which
   * is admitted anew. No call answers {@link Answer#PEER_GONE}: this side writes for whoever comes.
   */
  @Override
  public void readerIsDead(int reader) {
    checkReader(reader);
    readers.isDead(reader);
  }

  /** Returns the breach for which that reader's present or last life was thrown out, or empty. */
  @Override
  public Optional<Breach> breach(int reader) {
    checkReader(reader);
    return readers.breach(reader);
  }

  /** Returns whether this side's stream has begun, even if nobody reads it. */
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
   * Claims the data area up to a position that this side will store to. The claim follows all
   * earlier stores and precedes all later ones, so a reader that has loaded any of those finds it.
   */
  private void claim(long end) {
    claimed = end - read > capacity ? read + capacity : end;
    Words.LONG.setRelease(own, BroadcastPart.CLAIMED_AT, claimed);
    VarHandle.storeStoreFence();
  }

  /**
   * Publishes a record by one store: that of its header, or that of the padding's header before it.
   * The payload, the number, the header behind padding and the zero behind the record are stored
   * earlier.
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

  /** Zeroes the claimed room from there on, which is at least one word. */
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
   * Begins this life's stream unless somebody still reads an earlier one, and returns whether it
   * has begun. The stream's name becomes 0 before anything changes that describes the stream or is
   * in it, and stays 0 until the new stream is ready.
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
