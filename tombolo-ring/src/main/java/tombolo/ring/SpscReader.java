// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reading side of an {@link SpscRing}. For one thread at a time. No call allocates or waits,
 * but for the one that joins another writer. Messages are read where they lie.
 */
public final class SpscReader extends Spaced implements RingReader {
  private final MemorySegment own;
  private final MemorySegment peers;
  private final Session session;
  private final Session.Start start = new Beginning();

  // Of the writer that this side has joined.
  private MemorySegment data;
  private int capacity;

  /** Where the next record begins. */
  private long read;

  /** What the reader's position in memory says; behind {@link #read} while messages are handled. */
  private long released;

  private boolean handling;

  SpscReader(MemorySegment writerPart, MemorySegment readerPart) {
    this.own = readerPart;
    this.peers = writerPart;
    this.data = writerPart.asSlice(Part.HEAD, 0);
    this.session = new Session(Part.READER, own, peers, 0);
    session.joinAsReader(start); // so that a writer that is there need not wait for the first call
  }

  /** As the interface says. The writer gets room back whenever it is a quarter of the ring. */
  @Override
  public int drain(MessageHandler handler, int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("a limit of " + limit + " messages");
    }
    if (handling) {
      throw new IllegalStateException("a handler cannot read on from the ring that calls it");
    }
    if (!session.isConnected()) {
      int answer = session.joinAsReader(start);
      if (answer != Answer.OK) {
        return answer == Answer.NOT_CONNECTED ? 0 : answer;
      }
    }
    int count = read(handler, limit);
    if (count == 0 && session.breach().isPresent()) {
      return Answer.PEER_BROKEN;
    }
    // A writer that has started anew stores nothing before this side has joined it, so what the
    // old one had published, even between these loads, is still there, and comes first.
    if (count == 0 && session.hasPeerChanged() && isAtEnd()) {
      int answer = session.joinAsReader(start);
      return answer == Answer.NOT_CONNECTED ? 0 : answer;
    }
    return count;
  }

  private int read(MessageHandler handler, int limit) {
    // Plain locals: what the loop needs does not go through the fields for each message.
    MemorySegment records = data;
    int mask = capacity - 1;
    long end = read + capacity;
    int count = 0;
    handling = true;
    try {
      while (count < limit && read - end < 0) {
        int index = (int) read & mask;
        long header = (long) Part.LONG.getAcquire(records, (long) index);
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
            release();
          }
        }
      }
    } finally {
      handling = false;
      if (read != released) {
        release();
      }
    }
    return count;
  }

  /** Bytes of the data area; 0 as long as no writer was there. */
  public int capacity() {
    return capacity;
  }

  @Override
  public Optional<Breach> breach() {
    return session.breach();
  }

  @Override
  public boolean isConnected() {
    return session.isConnected();
  }

  @Override
  public boolean peerSleeps() {
    return session.peerSleeps();
  }

  @Override
  public boolean sleep() {
    session.sleep();
    if (hasNews()) {
      session.wake();
      return false;
    }
    return true;
  }

  @Override
  public void wake() {
    session.wake();
  }

  @Override
  public void close() {
    if (handling) {
      throw new IllegalStateException("a handler cannot close the ring that calls it");
    }
    session.close();
  }

  private boolean hasNews() {
    return session.hasNews() || (session.isConnected() && header(index(read)) != 0);
  }

  /** Nothing follows, not even behind padding: there it is so while the part is being cleared. */
  private boolean isAtEnd() {
    long header = header(index(read));
    return header == 0 || (Records.type(header) == Records.PADDING && header(0) == 0);
  }

  private int index(long position) {
    return (int) position & (capacity - 1);
  }

  private long header(int index) {
    return (long) Part.LONG.getAcquire(data, (long) index);
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

  private void release() {
    released = read;
    Part.LONG.setRelease(own, Part.POSITION_AT, read | Part.PRESENT);
  }

  private final class Beginning implements Session.Start {
    private long found;

    @Override
    public @Nullable Breach check() {
      found = (long) Part.LONG.getOpaque(peers, Part.CAPACITY_AT);
      boolean right =
          SpscRing.isCapacity(found) && peers.byteSize() >= SpscRing.writerPartSize((int) found);
      return right ? null : Breach.CAPACITY;
    }

    @Override
    public void begin() {
      capacity = (int) found;
      data = peers.asSlice(Part.HEAD, found).asReadOnly();
      read = 0;
      released = 0;
      Part.LONG.setOpaque(own, Part.POSITION_AT, Part.PRESENT);
    }
  }
}
