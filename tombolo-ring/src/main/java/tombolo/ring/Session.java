// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * One side's connection with the other side. Belongs to that side's thread.
 *
 * <p>Each side has a generation, another one for each of its lives. Its part says which generation
 * of the other side it has joined. The two are connected when each has joined the other's
 * generation. A stream is a pair of generations: it begins, empty, when both sides have joined, and
 * neither touches the data area for it earlier.
 *
 * <p>So a restarting side does not disturb the other side's work. A new writer stores nothing into
 * the data area until the reader has joined it, and the reader joins it only after reading all of
 * the old writer's messages. A new reader reads nothing until the writer has begun at position 0
 * for it.
 */
final class Session {
  /** The work of a side that begins a stream, before it says that it has joined. */
  interface Start {
    /** Checks the other side's part beyond magic and version; returns null if it is right. */
    @Nullable Breach check();

    void begin();

    /** Returns, for a reader, whether the writer has accepted this life, so that it may read. */
    default boolean isAccepted(Session session) {
      return session.isJoined();
    }
  }

  private final Part peersKind;
  private final MemorySegment own;
  private final MemorySegment peers;
  private final long generation;

  /** The other side's generation when last seen. */
  private long peer;

  /** For the reader: the generation that it has joined. Its part says so, but is not trusted. */
  private long joined;

  private boolean connected;

  /** Whether it was connected and has not reported since then that this is over. */
  private boolean owesRestart;

  private boolean owesGone;
  private boolean closed;
  private int rung;

  /** A generation of the other side that is dead although its memory does not say so, or 0. */
  private long dead;

  private @Nullable Breach breach;

  Session(Part kind, MemorySegment own, MemorySegment peers, long capacity) {
    this(kind, own, peers, capacity, Part.PEER_AT);
  }

  /**
   * Begins another life.
   *
   * @param rememberedAt offset, in the other side's part, of the generation that it has joined
   */
  Session(Part kind, MemorySegment own, MemorySegment peers, long capacity, long rememberedAt) {
    this.peersKind = kind.peer();
    this.own = own;
    this.peers = peers;
    this.generation = kind.format(own, capacity, (long) Words.LONG.getOpaque(peers, rememberedAt));
  }

  /** Returns the generation of this side. */
  long generation() {
    return generation;
  }

  /** Returns the generation of the other side that was seen last, or 0 if none. */
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

  /** Returns whether the other side is still in the life that this side is connected with. */
  boolean holds() {
    return connected && (long) Words.LONG.getAcquire(peers, Part.GENERATION_AT) == peer;
  }

  /** Notes that the other side has broken the format; it is never looked at again. */
  int broken(Breach how) {
    breach = how;
    connected = false;
    return Answer.PEER_BROKEN;
  }

  /** Returns whether the next call would report something or continue joining. */
  boolean hasNews() {
    return hasNews(isJoined());
  }

  /** Returns the same for a side whose acceptance by the other side is stored elsewhere. */
  boolean hasNews(boolean accepted) {
    if (breach != null || hasPeerChanged()) {
      return true;
    }
    if (connected || peer == 0 || peer == dead) {
      return owesGone;
    }
    return accepted || (peersKind != Part.READER && joined != peer);
  }

  /** Returns whether the other side, in the life that was seen, has joined this life. */
  private boolean isJoined() {
    return (long) Words.LONG.getAcquire(peers, Part.PEER_AT) == generation
        && (peersKind == Part.READER
            || (long) Words.LONG.getAcquire(peers, Part.JOINED_AS_AT) == peer);
  }

  /** Returns whether the other side has restarted or left. */
  boolean hasPeerChanged() {
    return (long) Words.LONG.getAcquire(peers, Part.GENERATION_AT) != peer;
  }

  /**
   * Continues joining as far as possible, for the writer. Whatever the other side does meanwhile,
   * the reader of the old stream has ended when this begins a new stream, because the reader's part
   * says so.
   *
   * @return {@link Answer#OK} if the two are connected now, otherwise the reason
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
   * Continues joining as far as possible, for the reader. The reader first says that it is ready,
   * then waits for the writer. If a writer has joined and ended meanwhile, its messages come first.
   *
   * @return {@link Answer#OK} if the two are connected now, otherwise the reason
   */
  int joinAsReader(Start start) {
    boolean waits = !connected && !closed && breach == null && peer != 0 && peer != dead;
    if (waits && joined == peer) {
      boolean ended = hasPeerChanged(); // first, so that what it says of joining is its last word
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
      // Checked again: a life that this side has not yet joined may have ended, and another one may
      // have taken its number with another capacity.
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

  /** Notes the other side's generation. OK means that there is one to join. */
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
          return Answer.NOT_CONNECTED; // it is being written: the next call looks again
        }
        if (wrong != null && peersKind.isBlank(peers)) {
          return Answer.NOT_CONNECTED; // it is being cleared, from its start on
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
   * Notes that the other side is dead, as somebody outside the ring knows. Its memory may say that
   * it is there until another one comes.
   */
  void peerIsDead() {
    if (peer != 0 && peer != dead) {
      dead = peer;
      owesGone = connected;
      connected = false;
    }
  }

  /**
   * Says that this side sleeps. The fence orders this store before the loads of this side's last
   * look. The other side has the matching fence in {@link #peerSleeps}. So when one side falls
   * asleep while the other makes something ready, at least one sees what the other has done.
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

  /** Returns whether the other side sleeps and has not been rung for this sleep yet. */
  boolean peerSleeps() {
    VarHandle.fullFence();
    int number = (int) Words.INT.getAcquire(peers, Part.SLEEP_AT);
    if ((number & 1) == 0 || number == rung) {
      return false;
    }
    rung = number;
    return true;
  }

  /** Leaves the ring: the other side then finds nobody here. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    connected = false;
    Words.LONG.setRelease(own, Part.GENERATION_AT, 0L);
  }
}
