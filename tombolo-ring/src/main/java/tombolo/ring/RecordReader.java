// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/** What the reading sides of the two kinds of rings of records share: joining, and being called. */
abstract sealed class RecordReader extends Spaced implements RingReader
    permits SpscReader, BroadcastReader, LossyReader {
  final MemorySegment own;
  final MemorySegment peers;
  private final long dataAt;

  /** Of this life of the reader; another one for another life. */
  Session session;

  // Of the writer that this side has joined.
  MemorySegment data;
  int capacity;

  private boolean handling;

  /**
   * @param dataAt where the data area begins in the writer's part
   */
  RecordReader(MemorySegment writerPart, MemorySegment readerPart, long dataAt, Session session) {
    this.own = readerPart;
    this.peers = writerPart;
    this.dataAt = dataAt;
    this.data = writerPart.asSlice(dataAt, 0);
    this.session = session;
  }

  abstract Joining joining();

  /** As {@link #drain}, of a writer that is joined. */
  abstract int drainJoined(MessageHandler handler, int limit);

  /** Hands messages over, until there are so many, or no more, or something is wrong. */
  abstract int handOver(MessageHandler handler, int limit);

  /** Says in this side's part how far it has got, and whatever else belongs there. */
  abstract void endOfCall();

  /** Whether there is something to do or to read. */
  abstract boolean hasNews();

  @Override
  public final int drain(MessageHandler handler, int limit) {
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
    return drainJoined(handler, limit);
  }

  /** Goes on with joining; 0 where there is nothing to say of it. */
  int join() {
    int answer = session.joinAsReader(joining());
    return answer == Answer.NOT_CONNECTED ? 0 : answer;
  }

  final int read(MessageHandler handler, int limit) {
    handling = true;
    try {
      return handOver(handler, limit);
    } finally {
      handling = false;
      endOfCall();
    }
  }

  final int index(long position) {
    return (int) position & (capacity - 1);
  }

  /** Bytes of the data area; 0 as long as no writer was there. */
  public final int capacity() {
    return capacity;
  }

  @Override
  public final Optional<Breach> breach() {
    return session.breach();
  }

  @Override
  public final boolean isConnected() {
    return session.isConnected();
  }

  @Override
  public boolean peerSleeps() {
    return session.peerSleeps();
  }

  @Override
  public final boolean sleep() {
    session.sleep();
    if (hasNews()) {
      session.wake();
      return false;
    }
    return true;
  }

  @Override
  public final void wake() {
    session.wake();
  }

  @Override
  public final void close() {
    if (handling) {
      throw new IllegalStateException("a handler cannot close the ring that calls it");
    }
    session.close();
  }

  /** Takes the data area that the writer says it has. */
  abstract class Joining implements Session.Start {
    private long found;

    @Override
    public final @Nullable Breach check() {
      found = (long) Words.LONG.getOpaque(peers, Part.CAPACITY_AT);
      boolean right = SpscRing.isCapacity(found) && peers.byteSize() >= dataAt + found;
      return right ? null : Breach.CAPACITY;
    }

    @Override
    public final void begin() {
      capacity = (int) found;
      data = peers.asSlice(dataAt, found).asReadOnly();
      beginStream();
    }

    abstract void beginStream();
  }
}
