// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import tombolo.ring.word.Words;

/**
 * A reader of a {@link BroadcastRing} that the writer never waits for. A reader that is overtaken
 * misses messages, and knows exactly how many. One thread at a time may use it. No call waits.
 * Calls that join a writer, and those that meet a longer message than ever before, allocate; no
 * others do.
 *
 * <p>It begins with the newest message that is there when it joins. It copies each message into
 * memory of its own, then looks whether the writer has begun to overwrite it, and hands over the
 * copy if not. Otherwise it continues with the newest message: one call answers {@link
 * Answer#LOST}, the next hands that message over. So the messages handed over and those counted by
 * {@link #lost} are together all messages from the first one on.
 *
 * <p>If a new writer begins its stream before this reader has read all of the old writer's
 * messages, the rest is not counted: nobody can tell how many there were. {@link
 * Answer#PEER_RESTARTED} reports this.
 */
public final class LossyReader extends RecordReader {
  private static final int SHORTEST_BUFFER = 256;

  /** The result of looking for a record. */
  private enum Found {
    NOTHING,
    MESSAGE,
    OVERTAKEN,
    WRONG
  }

  private final Joining joining = new Beginning();

  // These five describe the message that was copied last.
  private MemorySegment buffer = MemorySegment.NULL;
  private MemorySegment handed = MemorySegment.NULL;
  private long header;
  private long sequence;
  private long end;

  /** Whether that message is still to be handed over. */
  private boolean pending;

  /** Number of messages lost before that one, to be reported first. */
  private long gap;

  /** The position of the next record. */
  private long next;

  /** The number of the next message. */
  private long expected;

  /** The number of the last message handed over. */
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
    join(); // so that from now on it knows of every message that it misses
  }

  @Override
  Joining joining() {
    return joining;
  }

  @Override
  int drainJoined(MessageHandler handler, int limit) {
    int count = saidOr(read(handler, limit));
    if (count == 0 && session.breach().isEmpty() && session.hasPeerChanged()) {
      // The old writer's messages, even those published between these loads, come first.
      count = saidOr(read(handler, limit));
      return count == 0 && session.breach().isEmpty() ? join() : count;
    }
    return count;
  }

  /** Returns how many messages this reader has missed since it first joined a writer, from 0. */
  public long lost() {
    return lost;
  }

  /**
   * Returns the number, in its stream, of the message that was handed over last or is being handed
   * over. A stream's first message has number 0. Returns −1 before the first message.
   */
  public long sequence() {
    return number;
  }

  /** Returns false: no writer waits for this reader. */
  @Override
  public boolean peerSleeps() {
    return false;
  }

  /** Returns the count, or what must be reported if nothing was read. */
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
      // This load follows that of the writer's claim. Before the writer claimed that far, it had
      // published a record at this position or a later one.
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
   * Copies the message whose record, or the padding before it, is at a position. Loads everything
   * first and checks it afterwards: if the writer has not claimed any of it by then, the loads have
   * found what was published there.
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
   * Returns whether everything loaded from a position on belongs to the stream that this side has
   * joined, and the writer had not begun to overwrite it. The writer claims what it will overwrite
   * before it stores there. Before it changes the claim for another stream, it stores that there is
   * no stream. So the stream's name is loaded last.
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

    /** Returns whether the writer's stream has begun and its newest message could be copied. */
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
