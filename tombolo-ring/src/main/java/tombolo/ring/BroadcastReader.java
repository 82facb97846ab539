// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import tombolo.ring.word.Words;

/**
 * A reader of a {@link BroadcastRing} that misses nothing, because the writer holds back for it.
 * For one thread at a time. No call allocates or waits, but for those that join a writer. Messages
 * are read where they lie.
 *
 * <p>The writer holds back from the message on that comes next when it admits this reader. It
 * ceases to if it is told that this reader is dead, or if this reader's part was broken by somebody
 * else. Then a call answers {@link Answer#CUT_OFF}, once; the messages that were handled in that
 * call may have been overwritten meanwhile, those of earlier calls were whole. After that this is
 * another life of the reader, which asks to be admitted.
 */
public final class BroadcastReader extends RecordReader {
  private final int reader;
  private final Joining joining = new Beginning();

  /** What the writer's table says as long as it holds back for this reader. */
  private long hold;

  /** Where the next record begins. */
  private long read;

  /** What the reader's position in memory says; behind {@link #read} while messages are handled. */
  private long released;

  private boolean cutOff;

  BroadcastReader(MemorySegment writerPart, MemorySegment readerPart, int reader) {
    super(writerPart, readerPart, BroadcastPart.DATA_AT, life(readerPart, writerPart, reader));
    this.reader = reader;
    join(); // so that a writer that is there need not wait for the first call
  }

  private static Session life(MemorySegment own, MemorySegment peers, int reader) {
    return new Session(
        Part.BROADCAST_READER, own, peers, BroadcastPart.HOLDS, BroadcastPart.generationAt(reader));
  }

  @Override
  Joining joining() {
    return joining;
  }

  /** The writer gets room back whenever it is a quarter of the ring. */
  @Override
  int drainJoined(MessageHandler handler, int limit) {
    int count = cutOff || !isHeldFor() ? Answer.CUT_OFF : read(handler, limit);
    if (cutOff || count == Answer.CUT_OFF) {
      return beginAnotherLife();
    }
    if (count == 0 && session.breach().isPresent()) {
      return Answer.PEER_BROKEN;
    }
    // A writer that has started anew stores nothing before this side has joined it, so what the
    // old one had published, even between these loads, is still there, and comes first.
    boolean isOver = count == 0 && session.hasPeerChanged() && header(index(read)) == 0;
    return isOver && isHeldFor() ? join() : count;
  }

  @Override
  int join() {
    int answer = super.join();
    return cutOff ? beginAnotherLife() : answer;
  }

  private int beginAnotherLife() {
    cutOff = false;
    session = life(own, peers, reader);
    return Answer.CUT_OFF;
  }

  @Override
  int handOver(MessageHandler handler, int limit) {
    // Plain locals: what the loop needs does not go through the fields for each message.
    MemorySegment records = data;
    int size = capacity;
    int mask = size - 1;
    long end = read + size;
    int count = 0;
    while (count < limit && read - end < 0) {
      int index = (int) read & mask;
      long header = BroadcastRecords.header(records, index);
      if (header == 0) {
        break;
      }
      int bytes = BroadcastRecords.check(records, size, index, header);
      if (bytes == 0) {
        refuse(header);
        break;
      }
      read += bytes;
      if (Records.type(header) != Records.PADDING) {
        count++;
        handler.onMessage(
            Records.type(header), records, index + BroadcastRecords.HEADER, Records.length(header));
        if (read - released >= size / 4) {
          endOfCall();
          if (cutOff) {
            break;
          }
        }
      }
    }
    return count;
  }

  /** Gives back to the writer what is read, if it still holds back. */
  @Override
  void endOfCall() {
    if (read == released) {
      return;
    }
    if (!isHeldFor()) {
      cutOff = true;
      return;
    }
    released = read;
    Words.LONG.setRelease(own, Part.POSITION_AT, read | Part.PRESENT);
  }

  @Override
  boolean hasNews() {
    return cutOff
        || session.hasNews(isDealtWith(session.peer(), session.generation()))
        || (session.isConnected() && (header(index(read)) != 0 || !isHeldFor()));
  }

  private long header(int index) {
    return BroadcastRecords.header(data, index);
  }

  private long entry() {
    return (long) Words.LONG.getAcquire(peers, BroadcastPart.holdAt(reader));
  }

  /**
   * Whether the writer still holds back. The writer says that it no longer does before it stores
   * anything that it was held back from; so if it is said so still, after some loads, those have
   * loaded nothing of the kind.
   */
  private boolean isHeldFor() {
    VarHandle.loadLoadFence();
    return entry() == hold;
  }

  /** Whether the writer of that generation has admitted or refused that life of this reader. */
  private boolean isDealtWith(long writer, long life) {
    return (long) Words.LONG.getAcquire(peers, BroadcastPart.STREAM_AT) == writer
        && (long) Words.LONG.getAcquire(peers, BroadcastPart.generationAt(reader)) == life
        && entry() != 0;
  }

  /** A record is wrong, or was overwritten when the writer held back no longer. */
  private void refuse(long header) {
    if (isHeldFor()) {
      session.broken(BroadcastRecords.wrong(header));
    } else {
      cutOff = true;
    }
  }

  private final class Beginning extends Joining {
    @Override
    void beginStream() {
      Words.LONG.setOpaque(own, Part.POSITION_AT, 0L);
    }

    @Override
    public boolean isAccepted(Session joining) {
      if (!isDealtWith(joining.peer(), joining.generation())) {
        return false;
      }
      hold = entry();
      if (hold == BroadcastPart.LET_GO) {
        cutOff = true;
        return false;
      }
      read = hold - Part.PRESENT;
      released = read;
      if (!Records.isAligned(read)) {
        session.broken(Breach.WRITER_POSITION);
        return false;
      }
      Words.LONG.setRelease(own, Part.POSITION_AT, hold);
      return true;
    }
  }
}
