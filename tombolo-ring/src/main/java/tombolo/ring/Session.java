// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * One side's view of whom it is joined with. Belongs to that side's thread.
 *
 * <p>Each side has a generation, another one for each of its lives, and says in its part which
 * generation of the other side it has joined. The two are connected when each has joined the
 * other's generation. A stream is a pair of generations: it begins, empty, when both sides have
 * said so, and neither touches the data area for it before.
 *
 * <p>So nobody who starts anew disturbs what the other still does: a new writer stores nothing into
 * the data area until the reader has joined it, which the reader does when it has read what the old
 * one had published; a new reader reads nothing until the writer has begun at position 0 for it.
 */
final class Session {
  /** What a side does to begin a stream, before it says that it has joined. */
  interface Start {
    /** Checks what the other side's part says beyond magic and version; null is right. */
    @Nullable Breach check();

    void begin();

    /** For a reader: whether the writer has accepted this life of it, so that it may read. */
    default boolean isAccepted(Session session) {
      return session.isJoined();
    }
  }

  private final Part peersKind;
  private final MemorySegment own;
  private final MemorySegment peers;
  private final long generation;

  /** The other side's generation as last seen. */
  private long peer;

  /** For the reader: what its part says it has joined. Others may write to the part. */
  private long joined;

  private boolean connected;

  /** Was connected and has not said since that this is over. */
  private boolean owesRestart;

  private boolean owesGone;
  private boolean closed;
  private int rung;

  /** A generation of the other side which is dead, although its memory does not say so; or 0. */
  private long dead;

  private @Nullable Breach breach;

  Session(Part kind, MemorySegment own, MemorySegment peers, long capacity) {
    this(kind, own, peers, capacity, Part.PEER_AT);
  }

  /**
   * Begins another life.
   *
   * @param rememberedAt where the other side's part says which life of this side it has joined
   */
  Session(Part kind, MemorySegment own, MemorySegment peers, long capacity, long rememberedAt) {
    this.peersKind = kind.peer();
    this.own = own;
    this.peers = peers;
    this.generation = kind.format(own, capacity, (long) Words.LONG.getOpaque(peers, rememberedAt));
  }

  /** This life of this side. */
  long generation() {
    return generation;
  }

  /** The life of the other side that was seen last; 0 none. */
  long peer() {
    return peer;
  }

  boolean isConnected() {
    return connected;
  }

  boolean isClosed() {
    return closed;
  }

  Optional<Breach> breach() {
    return Optional.ofNullable(breach);
  }

  /** Whether the other side is still in the life that this side is connected with. */
  boolean holds() {
    return connected && (long) Words.LONG.getAcquire(peers, Part.GENERATION_AT) == peer;
  }

  /** The other side has broken the format: it is never looked at again. */
  int broken(Breach how) {
    breach = how;
    connected = false;
    return Answer.PEER_BROKEN;
  }

  /** Whether the next call would say something or get on with joining, rather than wait. */
  boolean hasNews() {
    return hasNews(isJoined());
  }

  /** The same, where the other side says elsewhere whether it has accepted this one. */
  boolean hasNews(boolean accepted) {
    if (breach != null || hasPeerChanged()) {
      return true;
    }
    if (connected || peer == 0 || peer == dead) {
      return owesGone;
    }
    return accepted || (peersKind != Part.READER && joined != peer);
  }

  /** Whether the other side, in the life that was seen, says that it has joined this life. */
  private boolean isJoined() {
    return (long) Words.LONG.getAcquire(peers, Part.PEER_AT) == generation
        && (peersKind == Part.READER
            || (long) Words.LONG.getAcquire(peers, Part.JOINED_AS_AT) == peer);
  }

  /** Whether the other side has started anew, or gone. */
  boolean hasPeerChanged() {
    return (long) Words.LONG.getAcquire(peers, Part.GENERATION_AT) != peer;
  }

  /**
   * Goes on with joining, as far as it can. For the writer: whatever the other side does meanwhile,
   * the reader of the old stream has ended when this begins a new one, because it says so.
   *
   * @return {@link Answer#OK} if the two are connected now, else why not
   */
  int joinAsWriter(Start start) {
    int answer = look(start);
    if (answer != Answer.OK || connected) {
      return answer;
    }
    if (!isJoined()) {
      return Answer.NOT_CONNECTED;
    }
    start.begin();
    Words.LONG.setRelease(own, Part.JOINED_AS_AT, generation);
    Words.LONG.setRelease(own, Part.PEER_AT, peer);
    connect();
    return Answer.OK;
  }

  /**
   * The same for the reader, who says first that it is ready, and then waits for the writer. Of a
   * writer that has joined and ended meanwhile, what it has published comes first.
   */
  int joinAsReader(Start start) {
    boolean waits = !connected && !closed && breach == null && peer != 0 && peer != dead;
    if (waits && joined == peer) {
      boolean ended = hasPeerChanged(); // first: then what it says of joining is its last word
      if (start.isAccepted(this)) {
        connect();
        return Answer.OK;
      }
      if (breach != null || !ended) {
        return breach == null ? Answer.NOT_CONNECTED : Answer.PEER_BROKEN;
      }
    }
    int answer = look(start);
    if (answer != Answer.OK || connected) {
      return answer;
    }
    if (joined != peer) {
      // Again: a life that this side has not said it joined may have ended, and another one have
      // taken its number, and another capacity.
      @Nullable Breach wrong = start.check();
      VarHandle.loadLoadFence();
      if (hasPeerChanged()) {
        return Answer.NOT_CONNECTED;
      }
      if (wrong != null) {
        return broken(wrong);
      }
      start.begin();
      joined = peer;
      Words.LONG.setRelease(own, Part.PEER_AT, peer);
    }
    if (!start.isAccepted(this)) {
      return breach == null ? Answer.NOT_CONNECTED : Answer.PEER_BROKEN;
    }
    connect();
    return Answer.OK;
  }

  private void connect() {
    connected = true;
    owesRestart = true;
  }

  /** Takes note of the other side's generation. OK means that there is one to be joined with. */
  private int look(Start start) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    if (breach != null) {
      return Answer.PEER_BROKEN;
    }
    if (owesGone) {
      owesGone = false;
      return Answer.PEER_GONE;
    }
    long found = (long) Words.LONG.getAcquire(peers, Part.GENERATION_AT);
    if (found != peer) {
      connected = false;
      rung = 0;
      if (found != 0) {
        @Nullable Breach wrong = peersKind.validate(peers);
        if (wrong == null) {
          wrong = start.check();
        }
        VarHandle.loadLoadFence();
        if ((long) Words.LONG.getOpaque(peers, Part.GENERATION_AT) != found) {
          return Answer.NOT_CONNECTED; // being written: the next call looks again
        }
        if (wrong != null && peersKind.isBlank(peers)) {
          return Answer.NOT_CONNECTED; // being cleared, from its start on
        }
        if (wrong != null) {
          return broken(wrong);
        }
      }
      boolean saidGone = found == 0 && dead != 0;
      peer = found;
      dead = 0;
      if (owesRestart && !saidGone) {
        owesRestart = found == 0;
        return found == 0 ? Answer.PEER_GONE : Answer.PEER_RESTARTED;
      }
    }
    return peer == 0 || peer == dead ? Answer.NOT_CONNECTED : Answer.OK;
  }

  /**
   * The other side is dead, as somebody knows who is not in the ring. Its memory may say that it is
   * there until another one comes.
   */
  void peerIsDead() {
    if (peer != 0 && peer != dead) {
      dead = peer;
      owesGone = connected;
      connected = false;
    }
  }

  /**
   * Says that this side sleeps. The fence orders this store before the loads of whoever looks once
   * more before it sleeps; {@link #peerSleeps} has the other one. So of a side that falls asleep
   * and a side that makes something ready, at least one sees what the other has done.
   */
  void sleep() {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    sleep(own);
  }

  static void sleep(MemorySegment own) {
    int number = (int) Words.INT.getOpaque(own, Part.SLEEP_AT);
    Words.INT.setOpaque(own, Part.SLEEP_AT, number | 1);
    VarHandle.fullFence();
  }

  /** Says that this side is awake. */
  void wake() {
    wake(own);
  }

  static void wake(MemorySegment own) {
    int number = (int) Words.INT.getOpaque(own, Part.SLEEP_AT);
    Words.INT.setOpaque(own, Part.SLEEP_AT, (number | 1) + 1);
  }

  /** Whether the other side sleeps and has not been rung for this sleep yet. */
  boolean peerSleeps() {
    VarHandle.fullFence();
    int number = (int) Words.INT.getAcquire(peers, Part.SLEEP_AT);
    if ((number & 1) == 0 || number == rung) {
      return false;
    }
    rung = number;
    return true;
  }

  /** Leaves: the other side finds that nobody is here any more. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    connected = false;
    Words.LONG.setRelease(own, Part.GENERATION_AT, 0L);
  }
}
