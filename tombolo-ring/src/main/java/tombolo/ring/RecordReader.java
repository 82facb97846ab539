// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/** The common part of the reading sides of both kinds of rings: joining, and the public calls. */
abstract sealed class RecordReader extends Spaced implements RingReader
    permits SpscReader, BroadcastReader, LossyReader {
  final MemorySegment own;
  final MemorySegment peers;
  private final long dataAt;

  /** The session of this life of the reader; another life has another one. */
  Session session;

  // These two belong to the writer that this side has joined.
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

  /** Does what {@link #drain} does, once a writer is joined. */
  abstract int drainJoined(MessageHandler handler, int limit);

  /** Hands over messages until the limit is reached, none is left, or something is wrong. */
  abstract int handOver(MessageHandler handler, int limit);

  /** Stores this side's progress in its part. */
  abstract void endOfCall();

  /** Returns whether there is something to do or to read. */
  abstract boolean hasNews();

  @Override
  public final int drain(MessageHandler handler, int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException(
          "the limit is " + limit + " messages: it must be at least 1");
    }
    if (handling) {
      throw new IllegalStateException(
          "a handler cannot read from the ring that calls it: return first");
    }
    if (!session.isConnected()) {
      int answer = join();
      if (!session.isConnected()) {
        return answer;
      }
    }
    return drainJoined(handler, limit);
  }

  /** Continues joining. Returns 0 if there is nothing to report. */
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

  /** Returns the size of the data area in bytes, or 0 until a writer has been there. */
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
      throw new IllegalStateException(
          "a handler cannot close the ring that calls it: return first");
    }
    session.close();
  }

  /** Begins a stream with the data area that the writer claims to have. */
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
