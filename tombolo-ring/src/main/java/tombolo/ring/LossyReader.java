// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import tombolo.ring.word.Words;

/**
 * A reader of a {@link BroadcastRing} that the writer never waits for. Where it is overtaken it
 * misses messages, and knows exactly how many. For one thread at a time. No call waits; none
 * allocates, but those that join a writer and those that meet a longer message than ever before.
 *
 * <p>It begins with the newest message that is there when it joins. It copies each message into
 * memory of its own, then looks whether the writer has begun to overwrite it, and hands over the
 * copy if not. Otherwise it goes on with the newest message: one call answers {@link Answer#LOST},
 * the next hands it over. So the messages handed over and {@link #lost} are together all that were
 * published from the first one on.
 *
 * <p>What an old writer had published and this reader had not read when a new one began its stream
 * is not counted: nobody can tell how much it was. {@link Answer#PEER_RESTARTED} says so.
 */
public final class LossyReader extends RecordReader {
  private static final int SHORTEST_BUFFER = 256;

  /** What was found where a record was looked for. */
  private enum Found {
    NOTHING,
    MESSAGE,
    OVERTAKEN,
    WRONG
  }

  private final Joining joining = new Beginning();

  // The message that was copied last.
  private MemorySegment buffer = MemorySegment.NULL;
  private MemorySegment handed = MemorySegment.NULL;
  private long header;
  private long sequence;
  private long end;

  /** Whether that message is still to be handed over. */
  private boolean pending;

  /** How many are lost before that one, which must be said first. */
  private long gap;

  /** Where the next record begins. */
  private long next;

  /** The number of the next message. */
  private long expected;

  /** That of the last one handed over. */
  private long number = -1;

  private long lost;

  LossyReader(MemorySegment writerPart, MemorySegment readerPart, int reader) {
    super(
        writerPart,
        readerPart,
        BroadcastPart.DATA_AT,
        new Session(
            Part.BROADCAST_READER,
            readerPart,
            writerPart,
            BroadcastPart.LOSSY,
            BroadcastPart.generationAt(reader)));
    join(); // so that it misses nothing from now on without knowing
  }

  @Override
  Joining joining() {
    return joining;
  }

  @Override
  int drainJoined(MessageHandler handler, int limit) {
    int count = saidOr(read(handler, limit));
    if (count == 0 && session.breach().isEmpty() && session.hasPeerChanged()) {
      // What the old writer published before it ended, even between these loads, comes first.
      count = saidOr(read(handler, limit));
      return count == 0 && session.breach().isEmpty() ? join() : count;
    }
    return count;
  }

  /** How many messages this reader has missed since it first joined a writer. */
  public long lost() {
    return lost;
  }

  /**
   * The number, in its stream, of the message that was handed over last, or is being handed over. A
   * stream's first message has number 0; −1 if there was none yet.
   */
  public long sequence() {
    return number;
  }

  /** False: no writer waits for this reader. */
  @Override
  public boolean peerSleeps() {
    return false;
  }

  /** A count, or what must be said where nothing was read. */
  private int saidOr(int count) {
    if (count == 0 && gap != 0) {
      lost += gap;
      gap = 0;
      Words.LONG.setOpaque(own, BroadcastPart.LOST_AT, lost);
      return Answer.LOST;
    }
    return count == 0 && session.breach().isPresent() ? Answer.PEER_BROKEN : count;
  }

  @Override
  int handOver(MessageHandler handler, int limit) {
    long last = next + capacity;
    int count = 0;
    while (count < limit && next - last < 0 && gap == 0) {
      if (!pending && (fetch() != Found.MESSAGE || gap != 0)) {
        break;
      }
      pending = false;
      number = sequence;
      expected = sequence + 1;
      count++;
      handler.onMessage(Records.type(header), handed, 0, Records.length(header));
    }
    return count;
  }

  @Override
  void endOfCall() {
    Words.LONG.setOpaque(own, Part.POSITION_AT, next | Part.PRESENT);
  }

  /** Copies the next message, or, if it has been overwritten, the newest one. */
  private Found fetch() {
    Found found = copy(next);
    if (found == Found.OVERTAKEN) {
      // This load comes after that of how far the writer has claimed. Before it claimed that, it
      // had published a record here or behind.
      long latest = (long) Words.LONG.getAcquire(peers, BroadcastPart.LATEST_AT);
      if (!Records.isAligned(latest)) {
        return wrong(Breach.WRITER_POSITION);
      }
      if (latest - next < 0) {
        return Found.NOTHING;
      }
      found = copy(latest);
    } else if (found == Found.MESSAGE && sequence != expected) {
      return wrong(Breach.SEQUENCE);
    }
    if (found != Found.MESSAGE) {
      return found;
    }
    long missed = sequence - expected;
    if (missed < 0) {
      return wrong(Breach.SEQUENCE);
    }
    gap = missed;
    next = end;
    pending = true;
    return Found.MESSAGE;
  }

  /**
   * Copies the message whose record, or padding before it, is at a position. Everything is loaded
   * first, then looked at: if the writer has not claimed any of it by then, it is what was
   * published there.
   */
  private Found copy(long from) {
    long begin = from;
    int index = index(from);
    header = BroadcastRecords.header(data, index);
    int size = header == 0 ? 0 : BroadcastRecords.check(data, capacity, index, header);
    if (size != 0 && Records.type(header) == Records.PADDING) {
      begin += size;
      index = 0;
      header = BroadcastRecords.header(data, 0);
      size = header == 0 ? 0 : BroadcastRecords.check(data, capacity, 0, header);
    }
    if (size != 0) {
      int length = Records.length(header);
      if (length > buffer.byteSize()) {
        if (!isIntact(from)) {
          return Found.OVERTAKEN;
        }
        enlarge(length);
      }
      sequence = (long) Words.LONG.getOpaque(data, (long) index + BroadcastRecords.SEQUENCE);
      MemorySegment.copy(data, index + BroadcastRecords.HEADER, buffer, 0, length);
    }
    if (!isIntact(from)) {
      return Found.OVERTAKEN;
    }
    if (size == 0) {
      return header == 0 && begin == from
          ? Found.NOTHING
          : wrong(header == 0 ? Breach.PADDING : BroadcastRecords.wrong(header));
    }
    end = begin + size;
    return Found.MESSAGE;
  }

  /**
   * Whether what has been loaded from a position on is of the stream that this side has joined, and
   * nobody had begun to overwrite it. The writer says what it is about to overwrite before it does,
   * and names no stream before it says so for another one; so the stream's name is loaded last.
   */
  private boolean isIntact(long from) {
    VarHandle.loadLoadFence();
    long claimed = (long) Words.LONG.getAcquire(peers, BroadcastPart.CLAIMED_AT);
    return Long.compareUnsigned(claimed - from, capacity) <= 0
        && (long) Words.LONG.getAcquire(peers, BroadcastPart.STREAM_AT) == session.peer();
  }

  @Override
  boolean hasNews() {
    boolean begun = (long) Words.LONG.getAcquire(peers, BroadcastPart.STREAM_AT) == session.peer();
    if (pending || session.hasNews(begun)) {
      return true;
    }
    if (!session.isConnected()) {
      return false;
    }
    boolean isThere = BroadcastRecords.header(data, index(next)) != 0;
    long latest = (long) Words.LONG.getAcquire(peers, BroadcastPart.LATEST_AT);
    return isIntact(next) ? isThere : latest != next;
  }

  private void enlarge(int length) {
    long size = Math.max(SHORTEST_BUFFER, Math.min(2L * length, capacity / 2));
    buffer = Arena.ofAuto().allocate(size, Long.BYTES);
    handed = buffer.asReadOnly();
  }

  private Found wrong(Breach how) {
    session.broken(how);
    return Found.WRONG;
  }

  private final class Beginning extends Joining {
    @Override
    void beginStream() {
      if (buffer.byteSize() == 0) {
        enlarge(0);
      }
      next = 0;
    }

    /** Whether the writer's stream has begun, and its newest message was there long enough. */
    @Override
    public boolean isAccepted(Session joining) {
      if ((long) Words.LONG.getAcquire(peers, BroadcastPart.STREAM_AT) != session.peer()) {
        return false;
      }
      long latest = (long) Words.LONG.getAcquire(peers, BroadcastPart.LATEST_AT);
      if (!Records.isAligned(latest)) {
        session.broken(Breach.WRITER_POSITION);
        return false;
      }
      next = latest;
      expected = 0;
      pending = false;
      return switch (copy(latest)) {
        case MESSAGE -> {
          expected = sequence;
          next = end;
          pending = true;
          yield true;
        }
        case NOTHING -> latest == 0;
        case OVERTAKEN, WRONG -> false;
      };
    }
  }
}
