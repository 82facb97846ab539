// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * A {@link BroadcastWriter}'s knowledge of its readers: which it has admitted, and the progress of
 * those that it holds back for. Belongs to the writer's thread.
 *
 * <p>It reads the readers' parts and writes what it finds into its own table: the generation that
 * it has dealt with, and whether it holds back for it. If a reader breaks the format, the writer
 * stops holding back for it and ignores it until it begins another life.
 */
final class Readers {
  private final MemorySegment own;
  private final MemorySegment[] parts;
  private final long generation;

  /** The life of each reader that has been dealt with; 0 if none. */
  private final long[] seen;

  /** The position, when last seen, of each reader that the writer holds back for. */
  private final long[] positions;

  /** The number of the sleep that each reader was last rung for; below, the life that slept. */
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

  /** Returns how many readers the writer holds back for. */
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
   * Returns whether nobody reads any more what an earlier life of the writer has published: each
   * reader of that life has joined this life, started anew, or left. A reader stores this with
   * release after its last loads.
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

  /** Begins a stream without admitted readers. Those that have died meanwhile are let go of. */
  void begin() {
    for (int i = 0; i < BroadcastRing.MAX_READERS; i++) {
      boolean dead = i < parts.length && seen[i] != 0;
      Words.LONG.setOpaque(own, BroadcastPart.holdAt(i), dead ? BroadcastPart.LET_GO : 0L);
    }
  }

  /** Looks at one reader, the next one each time, and notices whether its life has changed. */
  void lookAtNext(long written) {
    int i = turn;
    turn = i + 1 == parts.length ? 0 : i + 1;
    if ((long) Words.LONG.getAcquire(parts[i], Part.GENERATION_AT) != seen[i]) {
      look(i, written);
    }
  }

  /**
   * Looks at all readers.
   *
   * @param written the writer's position
   * @return the lowest position of the readers that the writer holds back for, or the writer's
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

  /** Stops holding back for the present life of a reader, which the directory says is dead. */
  void isDead(int reader) {
    ofEarlierLife &= ~(1L << reader);
    doNotHold(reader, (long) Words.LONG.getAcquire(parts[reader], Part.GENERATION_AT));
  }

  /**
   * Returns whether a reader sleeps that has not been rung for this sleep yet. Readers that this
   * side has not looked at yet count, too: a lossy one may sleep before that.
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

  /** Deals with a reader that has begun another life or left: admits it, if it is ready. */
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
      return; // it is being written: a later call looks again
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
        doNotHold(i, found); // a lossy reader needs no permission
      }
    }
  }

  /**
   * Holds back for that life of a reader from now on. The reader looks for its generation first.
   */
  private void admit(int i, long life, long written) {
    seen[i] = life;
    positions[i] = written;
    holding |= 1L << i;
    Words.LONG.setRelease(own, BroadcastPart.holdAt(i), written | Part.PRESENT);
    Words.LONG.setRelease(own, BroadcastPart.generationAt(i), life);
  }

  /** Notes a life of a reader without holding back for it. The next life has another number. */
  private void doNotHold(int i, long life) {
    letGo(i);
    seen[i] = life;
    if (life != 0) {
      Words.LONG.setRelease(own, BroadcastPart.generationAt(i), life);
    }
  }

  /** Notes a reader's progress, or throws the reader out. */
  private void follow(int i, long written) {
    long found = (long) Words.LONG.getAcquire(parts[i], Part.POSITION_AT);
    if (found == 0) {
      return; // it has not begun yet, or it begins another life
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
   * Stops holding back for a reader. The reader finds out: this store precedes the claim of the
   * room that the writer was held back from, and the claim precedes the first store there.
   */
  private void letGo(int i) {
    holding &= ~(1L << i);
    Words.LONG.setRelease(own, BroadcastPart.holdAt(i), BroadcastPart.LET_GO);
  }
}
