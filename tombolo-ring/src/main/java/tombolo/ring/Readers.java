// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * What a {@link BroadcastWriter} knows of its readers: whom it has admitted, and how far those have
 * got that it holds back for. Belongs to the writer's thread.
 *
 * <p>It looks at a reader's part only, and says in its own table what it has found: the generation
 * that it has dealt with, and whether it holds back for it. A reader that breaks the format is no
 * longer held back for, and is not looked at again before it begins another life.
 */
final class Readers {
  private final MemorySegment own;
  private final MemorySegment[] parts;
  private final long generation;

  /** The life of each reader that is dealt with; 0 none. */
  private final long[] seen;

  /** How far each reader has got that is held back for, as last seen. */
  private final long[] positions;

  /** The sleep of each reader that it was rung for last, and whose sleep that was. */
  private final int[] rung;

  private final long[] rungLife;
  private final @Nullable Breach[] breaches;

  /** A bit for each reader that the writer holds back for. */
  private long holding;

  /** A bit for each reader that may still read what an earlier life of the writer has published. */
  private long ofEarlierLife;

  private int turn;

  /** Begins another life of the writer. */
  Readers(MemorySegment own, List<MemorySegment> parts, int capacity) {
    int count = parts.size();
    this.own = own;
    this.parts = parts.toArray(MemorySegment[]::new);
    this.seen = new long[count];
    this.positions = new long[count];
    this.rung = new int[count];
    this.rungLife = new long[count];
    this.breaches = new Breach[count];
    long[] remembered = new long[count];
    for (int i = 0; i < count; i++) {
      remembered[i] = (long) Words.LONG.getOpaque(this.parts[i], Part.PEER_AT);
    }
    this.generation = BroadcastPart.formatWriter(own, capacity, remembered);
    for (int i = 0; i < count; i++) {
      if (((long) Words.LONG.getOpaque(own, BroadcastPart.holdAt(i)) & Part.PRESENT) != 0) {
        ofEarlierLife |= 1L << i;
      }
    }
  }

  int count() {
    return parts.length;
  }

  long generation() {
    return generation;
  }

  /** For how many readers the writer holds back. */
  int held() {
    return Long.bitCount(holding);
  }

  boolean isHeld(int reader) {
    return (holding >>> reader & 1) != 0;
  }

  Optional<Breach> breach(int reader) {
    return Optional.ofNullable(breaches[reader]);
  }

  /**
   * Whether nobody reads any more what an earlier life of the writer has published: each of its
   * readers has joined this life, started anew, or gone. A reader says so with release when it has
   * done its loads.
   */
  boolean haveLeftEarlierLife() {
    for (long bits = ofEarlierLife; bits != 0; bits &= bits - 1) {
      int i = Long.numberOfTrailingZeros(bits);
      long admitted = (long) Words.LONG.getOpaque(own, BroadcastPart.generationAt(i));
      if ((long) Words.LONG.getAcquire(parts[i], Part.GENERATION_AT) != admitted
          || (long) Words.LONG.getAcquire(parts[i], Part.PEER_AT) == generation) {
        ofEarlierLife &= ~(1L << i);
      }
    }
    return ofEarlierLife == 0;
  }

  /** Begins a stream, in which nobody is admitted yet; who has died meanwhile never is. */
  void begin() {
    for (int i = 0; i < BroadcastRing.MAX_READERS; i++) {
      boolean dead = i < parts.length && seen[i] != 0;
      Words.LONG.setOpaque(own, BroadcastPart.holdAt(i), dead ? BroadcastPart.LET_GO : 0L);
    }
  }

  /** Looks at one reader, another one each time, whether it is another one than before. */
  void lookAtNext(long written) {
    int i = turn;
    turn = i + 1 == parts.length ? 0 : i + 1;
    if ((long) Words.LONG.getAcquire(parts[i], Part.GENERATION_AT) != seen[i]) {
      look(i, written);
    }
  }

  /**
   * Looks at all of them.
   *
   * @param written the writer's position
   * @return the least position of those that are held back for, or the writer's
   */
  long lookAtAll(long written) {
    long behind = 0;
    for (int i = 0; i < parts.length; i++) {
      if ((long) Words.LONG.getAcquire(parts[i], Part.GENERATION_AT) != seen[i]) {
        look(i, written);
      }
      if (isHeld(i)) {
        follow(i, written);
      }
      if (isHeld(i)) {
        behind = Math.max(behind, written - positions[i]);
      }
    }
    return written - behind;
  }

  /** The directory says that this reader is dead: its present life is not held back for. */
  void isDead(int reader) {
    ofEarlierLife &= ~(1L << reader);
    doNotHold(reader, (long) Words.LONG.getAcquire(parts[reader], Part.GENERATION_AT));
  }

  /**
   * Whether somebody sleeps and has not been rung for this sleep yet. Readers that were not looked
   * at yet count, too: a lossy one may sleep before that.
   */
  boolean anySleeps() {
    VarHandle.fullFence();
    boolean any = false;
    for (int i = 0; i < parts.length; i++) {
      int number = (int) Words.INT.getAcquire(parts[i], Part.SLEEP_AT);
      if ((number & 1) != 0) {
        any |= isNewSleep(i, number);
      }
    }
    return any;
  }

  private boolean isNewSleep(int i, int number) {
    long life = (long) Words.LONG.getOpaque(parts[i], Part.GENERATION_AT);
    boolean isNew = number != rung[i] || life != rungLife[i];
    rung[i] = number;
    rungLife[i] = life;
    return isNew;
  }

  /** Another life of a reader, or it has gone: admits it, if it is ready. */
  private void look(int i, long written) {
    long found = (long) Words.LONG.getAcquire(parts[i], Part.GENERATION_AT);
    if (isHeld(i)) {
      letGo(i);
    }
    seen[i] = 0;
    if (found == 0) {
      return;
    }
    @Nullable Breach wrong = Part.BROADCAST_READER.validate(parts[i]);
    long mode = (long) Words.LONG.getOpaque(parts[i], BroadcastPart.MODE_AT);
    boolean joined = (long) Words.LONG.getAcquire(parts[i], Part.PEER_AT) == generation;
    if ((long) Words.LONG.getOpaque(parts[i], Part.GENERATION_AT) != found) {
      return; // being written: looked at again
    }
    if (wrong == null && mode != BroadcastPart.HOLDS && mode != BroadcastPart.LOSSY) {
      wrong = Breach.MODE;
    }
    if (wrong != null) {
      breaches[i] = wrong;
      doNotHold(i, found);
    } else if (joined) {
      breaches[i] = null;
      if (mode == BroadcastPart.HOLDS) {
        admit(i, found, written);
      } else {
        doNotHold(i, found); // reads what it finds, and needs no leave for it
      }
    }
  }

  /** Holds back for that life of a reader from now on. It looks for its generation here first. */
  private void admit(int i, long life, long written) {
    seen[i] = life;
    positions[i] = written;
    holding |= 1L << i;
    Words.LONG.setRelease(own, BroadcastPart.holdAt(i), written | Part.PRESENT);
    Words.LONG.setRelease(own, BroadcastPart.generationAt(i), life);
  }

  /** Deals with a life of a reader otherwise. The next one will differ from what stands here. */
  private void doNotHold(int i, long life) {
    letGo(i);
    seen[i] = life;
    if (life != 0) {
      Words.LONG.setRelease(own, BroadcastPart.generationAt(i), life);
    }
  }

  /** Takes note of how far a reader has got, or throws it out. */
  private void follow(int i, long written) {
    long found = (long) Words.LONG.getAcquire(parts[i], Part.POSITION_AT);
    if (found == 0) {
      return; // has not begun yet, or begins another life
    }
    long position = found - Part.PRESENT;
    long most = written - positions[i];
    if (Records.isAligned(position) && Long.compareUnsigned(position - positions[i], most) <= 0) {
      positions[i] = position;
    } else {
      breaches[i] = Breach.READER_POSITION;
      letGo(i);
    }
  }

  /**
   * Holds back no longer for a reader. It finds that out, because this store comes before the one
   * that claims what it was held back from, and that before the first store into it.
   */
  private void letGo(int i) {
    holding &= ~(1L << i);
    Words.LONG.setRelease(own, BroadcastPart.holdAt(i), BroadcastPart.LET_GO);
  }
}
