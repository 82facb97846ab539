// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import tombolo.ring.word.Words;

/**
 * The reading side of an {@link SpscRing}. One thread at a time may use it. No call waits, and none
 * allocates except the one that joins another writer. Messages are read in place.
 */
public final class SpscReader extends RecordReader implements RetainingReader {
  private final Joining joining = new Beginning();

  /** The position of the next record. */
  private long read;

  /**
   * The reader's position in memory; behind {@link #read} while messages are handled or retained.
   */
  private long released;

  private boolean retains;

  SpscReader(MemorySegment writerPart, MemorySegment readerPart) {
    super(writerPart, readerPart, Part.HEAD, new Session(Part.READER, readerPart, writerPart, 0));
    join(); // so that a writer that is already there need not wait for the first call
  }

  @Override
  Joining joining() {
    return joining;
  }

  /** Gives room back to the writer whenever a quarter of the ring has been read. */
  @Override
  int drainJoined(MessageHandler handler, int limit) {
    int count = read(handler, limit);
    if (count == 0 && session.breach().isPresent()) {
      return Answer.PEER_BROKEN;
    }
    // A restarted writer stores nothing before this side has joined it. So the old writer's
    // messages, even those published between these loads, are still there and come first.
    // So do retained ones, whose room the new stream would take.
    boolean isOver = count == 0 && read == released && session.hasPeerChanged() && isAtEnd();
    return isOver ? join() : count;
  }

  @Override
  int handOver(MessageHandler handler, int limit) {
    // Plain locals, so that the loop does not load the fields for each message.
    MemorySegment records = data;
    int mask = capacity - 1;
    long end = released + capacity;
    int count = 0;
    while (count < limit && read - end < 0) {
      int index = (int) read & mask;
      long header = (long) Words.LONG.getAcquire(records, (long) index);
      if (header == 0) {
        break;
      }
      int size = check(index, header);
      if (size == 0) {
        break;
      }
      read += size;
      if (Records.type(header) != Records.PADDING) {
        count++;
        handler.onMessage(
            Records.type(header), records, index + Records.HEADER, Records.length(header));
        if (read - released >= capacity / 4) {
          endOfCall();
        }
      }
    }
    return count;
  }

  /** Gives the room of the messages read back to the writer, unless they are retained. */
  @Override
  void endOfCall() {
    if (read != released && !retains) {
      giveBack(read);
    }
  }

  private void giveBack(long position) {
    released = position;
    Words.LONG.setRelease(own, Part.POSITION_AT, position | Part.PRESENT);
  }

  @Override
  public void retain() {
    retains = true;
  }

  @Override
  public long release(long messages) {
    long position = released;
    long count = 0;
    while (count < messages && position - read < 0) {
      int index = index(position);
      long header = header(index);
      int size = header == 0 ? 0 : check(index, header);
      if (size == 0) {
        break;
      }
      position += size;
      if (Records.type(header) != Records.PADDING) {
        count++;
      }
    }
    if (position != released) {
      giveBack(position);
    }
    return count;
  }

  @Override
  public void rewind() {
    read = released;
  }

  @Override
  boolean hasNews() {
    return session.hasNews() || (session.isConnected() && header(index(read)) != 0);
  }

  /** Returns whether no message follows, not even behind padding, as while a part is cleared. */
  private boolean isAtEnd() {
    long header = header(index(read));
    return header == 0 || (Records.type(header) == Records.PADDING && header(0) == 0);
  }

  private long header(int index) {
    return (long) Words.LONG.getAcquire(data, (long) index);
  }

  /** Returns the size of the record with that header; notes a breach and returns 0 if wrong. */
  private int check(int index, long header) {
    int type = Records.type(header);
    int length = Records.length(header);
    int toEnd = capacity - index;
    if (type == Records.PADDING) {
      // One store publishes padding and the message behind it, at the data area's start. So a call
      // meets at most one padding for each message, and it ends.
      boolean right = length == toEnd - Records.HEADER && toEnd < capacity / 2;
      long behind = header(0);
      if (right && behind == 0 && session.hasPeerChanged()) {
        return 0; // being cleared, from its start on
      }
      return right && Records.type(behind) > 0 ? toEnd : broken(Breach.PADDING);
    }
    if (type <= 0) {
      return broken(Breach.RECORD_TYPE);
    }
    if (length < 0 || length > Records.maxLength(capacity)) {
      return broken(Breach.RECORD_LENGTH);
    }
    int size = Records.size(length);
    return size <= toEnd ? size : broken(Breach.RECORD_LENGTH);
  }

  private int broken(Breach how) {
    session.broken(how);
    return 0;
  }

  private final class Beginning extends Joining {
    @Override
    void beginStream() {
      read = 0;
      released = 0;
      Words.LONG.setOpaque(own, Part.POSITION_AT, Part.PRESENT);
    }
  }
}
