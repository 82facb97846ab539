// SPDX-License-Identifier: Apache-2.0

package tombolo.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** No wake-up is lost: a side sleeps (1) only if the other rings (1) or has nothing for it. */
public final class SleepStress {
  private static final int CAPACITY = 64;

  private SleepStress() {}

  private static int one(boolean yes) {
    return yes ? 1 : 0;
  }

  private static MemorySegment ring() {
    return Arena.ofAuto().allocate(SpscRing.size(CAPACITY), 8);
  }

  private static int write(SpscWriter writer) {
    int at = writer.tryClaim(1, 8);
    if (at >= 0) {
      writer.commit();
    }
    return at;
  }

  private static int read(SpscReader reader) {
    return reader.poll((type, data, at, length) -> {});
  }

  /** The reader falls asleep while a message comes. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "It saw the message.")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Both saw the other.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Asleep, and rung for.")
  @Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "Asleep for ever.")
  @State
  public static class Reader {
    private final MemorySegment ring = ring();
    private final SpscWriter writer = SpscRing.writer(ring, CAPACITY);
    private final SpscReader reader = SpscRing.reader(ring);

    /** Connects the two. */
    public Reader() {
      write(writer);
      read(reader);
    }

    /** Falls asleep. */
    @Actor
    public void sleep(II_Result result) {
      result.r1 = one(reader.sleep());
    }

    /** Writes, and rings if asked. */
    @Actor
    public void wake(II_Result result) {
      write(writer);
      result.r2 = one(writer.peerSleeps());
    }
  }

  /** The writer falls asleep while room is made. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "It saw the room.")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Both saw the other.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Asleep, and rung for.")
  @Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "Asleep for ever.")
  @State
  public static class Writer {
    private final MemorySegment ring = ring();
    private final SpscWriter writer = SpscRing.writer(ring, CAPACITY);
    private final SpscReader reader = SpscRing.reader(ring);

    /** Fills the ring. */
    public Writer() {
      while (write(writer) >= 0) {
        // until it is full
      }
    }

    /** Falls asleep. */
    @Actor
    public void sleep(II_Result result) {
      result.r1 = one(writer.sleep(8));
    }

    /** Reads, and rings if asked. */
    @Actor
    public void wake(II_Result result) {
      read(reader);
      result.r2 = one(reader.peerSleeps());
    }
  }

  /** The writer falls asleep while a reader comes. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "It saw the reader.")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Both saw the other.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Asleep, and rung for.")
  @Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "Asleep for ever.")
  @State
  public static class Opening {
    private final MemorySegment ring = ring();
    private final SpscWriter writer = SpscRing.writer(ring, CAPACITY);

    /** Falls asleep. */
    @Actor
    public void sleep(II_Result result) {
      result.r1 = one(writer.sleep(8));
    }

    /** Comes, and rings if asked. */
    @Actor
    public void wake(II_Result result) {
      result.r2 = one(SpscRing.reader(ring).peerSleeps());
    }
  }
}
