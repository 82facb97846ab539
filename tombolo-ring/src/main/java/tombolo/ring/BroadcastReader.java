// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import tombolo.ring.word.Words;

/**
 * A reader of a {@link BroadcastRing} that misses nothing, because the writer holds back for it.
 * One thread at a time may use it. No call waits, and none allocates except those that join a
 * writer. Messages are read in place.
 *
 * <p>When the writer admits this reader, it holds back from the next message on. It stops holding
 * back if it is told that this reader is dead, or if somebody else breaks this reader's part. Then
 * a call answers {@link Answer#CUT_OFF} once. The messages that this call handled may have been
 * overwritten meanwhile; those of earlier calls were whole. After that this object is another life
 * of the reader, which asks to be admitted.
 */
public final class BroadcastReader extends RecordReader implements RetainingReader {
  private final int reader;
  private final Joining joining = new Beginning();

  /** The entry in the writer's table for as long as the writer holds back for this reader. */
  private long hold;

  /** The position of the next record. */
  private long read;

  /**
   * The reader's position in memory; behind {@link #read} while messages are handled or retained.
   */
  private long released;

  private boolean retains;

  private boolean cutOff;

  BroadcastReader(MemorySegment writerPart, MemorySegment readerPart, int reader) {
    super(writerPart, readerPart, BroadcastPart.DATA_AT, life(readerPart, writerPart, reader));
    this.reader = reader;
    join(); // so that a writer that is already there need not wait for the first call
  }

  private static Session life(MemorySegment own, MemorySegment peers, int reader) {
    return new Session(
        Part.BROADCAST_READER, own, peers, BroadcastPart.HOLDS, BroadcastPart.generationAt(reader));
  }

  @Override
  Joining joining() {
    return joining;
  }

  /** Gives room back to the writer whenever a quarter of the ring has been read. */
  @Override
  int drainJoined(MessageHandler handler, int limit) {
    int count = cutOff || !isHeldFor() ? Answer.CUT_OFF : read(handler, limit);
    if (cutOff || count == Answer.CUT_OFF) {
      return beginAnotherLife();
    }
    if (count == 0 && session.breach().isPresent()) {
      return Answer.PEER_BROKEN;
    }
    // A restarted writer stores nothing before this side has joined it. So the old writer's
    // messages, even those published between these loads, are still there and come first.
    // So do retained ones, whose room the new stream would take.
    boolean isOver =
        count == 0 && read == released && session.hasPeerChanged() && header(index(read)) == 0;
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
    // Plain locals, so that the loop does not load the fields for each message.
    MemorySegment records = data;
    int size = capacity;
    int mask = size - 1;
    long end = released + size;
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

  /**
   * Gives the room of the messages read back to the writer, if it still holds back and they are not
   * retained.
   */
  @Override
  void endOfCall() {
    if (read == released) {
      return;
    }
    if (!isHeldFor()) {
      cutOff = true;
    } else if (!retains) {
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
      int bytes = header == 0 ? 0 : BroadcastRecords.check(data, capacity, index, header);
      if (bytes == 0) {
        break;
      }
      position += bytes;
      if (Records.type(header) != Records.PADDING) {
        count++;
      }
    }
    if (position == released) {
      return count;
    }
    if (!isHeldFor()) {
      cutOff = true;
      return 0;
    }
    giveBack(position);
    return count;
  }

  @Override
  public void rewind() {
    read = released;
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
   * Returns whether the writer still holds back. Before the writer stores into room that it was
   * held back from, it says that it no longer holds back. So if its table still says that it does
   * after some loads, these have loaded no such store.
   */
  private boolean isHeldFor() {
    VarHandle.loadLoadFence();
    return entry() == hold;
  }

  /** Returns whether that generation of the writer has admitted or refused that reader's life. */
  private boolean isDealtWith(long writer, long life) {
    return (long) Words.LONG.getAcquire(peers, BroadcastPart.STREAM_AT) == writer
        && (long) Words.LONG.getAcquire(peers, BroadcastPart.generationAt(reader)) == life
        && entry() != 0;
  }

  /** Handles a record that is wrong, or overwritten because the writer no longer holds back. */
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
