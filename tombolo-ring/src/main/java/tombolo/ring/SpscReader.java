// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import tombolo.ring.word.Words;

/**
 * The reading side of an {@link SpscRing}. For one thread at a time. No call allocates or waits,
 * but for the one that joins another writer. Messages are read where they lie.
 */
public final class SpscReader extends RecordReader {
  private final Joining joining = new Beginning();

  /** Where the next record begins. */
  private long read;

  /** What the reader's position in memory says; behind {@link #read} while messages are handled. */
  private long released;

  SpscReader(MemorySegment writerPart, MemorySegment readerPart) {
    super(writerPart, readerPart, Part.HEAD, new Session(Part.READER, readerPart, writerPart, 0));
    join(); // so that a writer that is there need not wait for the first call
  }

  @Override
  Joining joining() {
    return joining;
  }

  /** The writer gets room back whenever it is a quarter of the ring. */
  @Override
  int drainJoined(MessageHandler handler, int limit) {
    int count = read(handler, limit);
    if (count == 0 && session.breach().isPresent()) {
      return Answer.PEER_BROKEN;
    }
    // A writer that has started anew stores nothing before this side has joined it, so what the
    // old one had published, even between these loads, is still there, and comes first.
    return count == 0 && session.hasPeerChanged() && isAtEnd() ? join() : count;
  }

  @Override
  int handOver(MessageHandler handler, int limit) {
    // Plain locals: what the loop needs does not go through the fields for each message.
    MemorySegment records = data;
    int mask = capacity - 1;
    long end = read + capacity;
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

  /** Gives back to the writer what is read. */
  @Override
  void endOfCall() {
    if (read != released) {
      released = read;
      Words.LONG.setRelease(own, Part.POSITION_AT, read | Part.PRESENT);
    }
  }

  @Override
  boolean hasNews() {
    return session.hasNews() || (session.isConnected() && header(index(read)) != 0);
  }

  /** Nothing follows, not even behind padding: there it is so while the part is being cleared. */
  private boolean isAtEnd() {
    long header = header(index(read));
    return header == 0 || (Records.type(header) == Records.PADDING && header(0) == 0);
  }

  private long header(int index) {
    return (long) Words.LONG.getAcquire(data, (long) index);
  }

  /** Bytes of the record with that header; 0 if it is none, and then the breach is noted. */
  private int check(int index, long header) {
    int type = Records.type(header);
    int length = Records.length(header);
    int toEnd = capacity - index;
    if (type == Records.PADDING) {
      // Published by the same store as the message behind it, at the data area's start. So a call
      // meets at most one padding for each message, and ends.
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
