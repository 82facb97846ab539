// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
public final class BroadcastReader extends Spaced implements RingReader {
  private final MemorySegment own;
  private final MemorySegment peers;
  private final int reader;
  private final Session.Start start = new Beginning();
  private Session session;

  // Of the writer that this side has joined.
  private MemorySegment data;
  private int capacity;

  /** What the writer's table says as long as it holds back for this reader. */
  private long hold;

  /** Where the next record begins. */
  private long read;

  /** What the reader's position in memory says; behind {@link #read} while messages are handled. */
  private long released;

  private boolean handling;
  private boolean cutOff;

  BroadcastReader(MemorySegment writerPart, MemorySegment readerPart, int reader) {
    this.own = readerPart;
    this.peers = writerPart;
    this.reader = reader;
    this.data = writerPart.asSlice(BroadcastPart.DATA_AT, 0);
    this.session = another();
    session.joinAsReader(start); // so that a writer that is there need not wait for the first call
  }

  private Session another() {
    return new Session(
        Part.BROADCAST_READER, own, peers, BroadcastPart.HOLDS, BroadcastPart.generationAt(reader));
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
      int answer = join();
      if (!session.isConnected()) {
        return answer;
      }
    }
    int count = cutOff || !isHeldFor() ? Answer.CUT_OFF : read(handler, limit);
    if (cutOff || count == Answer.CUT_OFF) {
      return beginAnotherLife();
    }
    if (count == 0 && session.breach().isPresent()) {
      return Answer.PEER_BROKEN;
    }
    // A writer that has started anew stores nothing before this side has joined it, so what the
    // old one had published, even between these loads, is still there, and comes first.
    if (count == 0 && session.hasPeerChanged() && header(index(read)) == 0 && isHeldFor()) {
      return join();
    }
    return count;
  }

  private int join() {
    int answer = session.joinAsReader(start);
    if (cutOff) {
      return beginAnotherLife();
    }
    return answer == Answer.NOT_CONNECTED ? 0 : answer;
  }

  private int beginAnotherLife() {
    cutOff = false;
    session = another();
    return Answer.CUT_OFF;
  }

  private int read(MessageHandler handler, int limit) {
    // Plain locals: what the loop needs does not go through the fields for each message.
    MemorySegment records = data;
    int size = capacity;
    int mask = size - 1;
    long end = read + size;
    int count = 0;
    handling = true;
    try {
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
              Records.type(header),
              records,
              index + BroadcastRecords.HEADER,
              Records.length(header));
          if (read - released >= size / 4 && !release()) {
            break;
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

  /** The number of bytes of the data area; 0 as long as no writer was there. */
  public int capacity() {
    return capacity;
  }

  @Override
  public Optional<Breach> breach() {
    return session.breach();
  }

  /** Whether a writer holds back for this reader. What the next call says may differ. */
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
    session.close();
  }

  private boolean hasNews() {
    return cutOff
        || session.hasNews(isDealtWith(session.peer(), session.generation()))
        || (session.isConnected() && (header(index(read)) != 0 || !isHeldFor()));
  }

  private int index(long position) {
    return (int) position & (capacity - 1);
  }

  private long header(int index) {
    return BroadcastRecords.header(data, index);
  }

  private long entry() {
    return (long) Part.LONG.getAcquire(peers, BroadcastPart.holdAt(reader));
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
    return (long) Part.LONG.getAcquire(peers, BroadcastPart.STREAM_AT) == writer
        && (long) Part.LONG.getAcquire(peers, BroadcastPart.generationAt(reader)) == life
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

  private boolean release() {
    if (!isHeldFor()) {
      cutOff = true;
      return false;
    }
    released = read;
    Part.LONG.setRelease(own, Part.POSITION_AT, read | Part.PRESENT);
    return true;
  }

  private final class Beginning implements Session.Start {
    private long found;

    @Override
    public @Nullable Breach check() {
      found = (long) Part.LONG.getOpaque(peers, Part.CAPACITY_AT);
      boolean right =
          SpscRing.isCapacity(found)
              && peers.byteSize() >= BroadcastRing.writerPartSize((int) found);
      return right ? null : Breach.CAPACITY;
    }

    @Override
    public void begin() {
      capacity = (int) found;
      data = peers.asSlice(BroadcastPart.DATA_AT, found).asReadOnly();
      Part.LONG.setOpaque(own, Part.POSITION_AT, 0L);
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
      Part.LONG.setRelease(own, Part.POSITION_AT, hold);
      return true;
    }
  }
}
