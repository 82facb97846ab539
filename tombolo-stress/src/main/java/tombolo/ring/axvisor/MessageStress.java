// SPDX-License-Identifier: Apache-2.0

package tombolo.ring.axvisor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import tombolo.ring.Answer;
import tombolo.ring.SpscReader;
import tombolo.ring.SpscRing;
import tombolo.ring.SpscWriter;

/**
 * A message is seen as a whole or not at all, and so is what was read before it was overwritten.
 */
public final class MessageStress {
  private static final int CAPACITY = 64;

  private MessageStress() {}

  private static MemorySegment ring() {
    return Arena.ofAuto().allocate(SpscRing.size(CAPACITY), 8);
  }

  /** Joins two sides, so that the next message is the first. */
  private static void connect(SpscWriter writer, SpscReader reader) {
    reader.poll((type, data, at, length) -> {});
    writer.tryClaim(1, 0);
    writer.abort();
    reader.poll((type, data, at, length) -> {});
  }

  /** A message that holds one number. */
  private static int offer(SpscWriter writer, int number) {
    int at = writer.tryClaim(1, 4);
    if (at < 0) {
      return at;
    }
    writer.data().set(ValueLayout.JAVA_INT, at, number);
    writer.commit();
    return Answer.OK;
  }

  /** One writes, the other looks. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not there yet.")
  @Outcome(id = "1, 42", expect = Expect.ACCEPTABLE, desc = "There, and whole.")
  @State
  public static class Publication {
    private final MemorySegment ring = ring();
    private final SpscWriter writer = SpscRing.writer(ring, CAPACITY);
    private final SpscReader reader = SpscRing.reader(ring);

    /** Connects the two. */
    public Publication() {
      connect(writer, reader);
    }

    /** Writes. */
    @Actor
    public void write() {
      offer(writer, 42);
    }

    /** Looks. */
    @Actor
    public void read(II_Result result) {
      result.r1 =
          reader.poll((type, data, at, length) -> result.r2 = data.get(ValueLayout.JAVA_INT, at));
    }
  }

  /** The same where the message goes behind padding, over what was there before. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not there yet.")
  @Outcome(id = "1, 42", expect = Expect.ACCEPTABLE, desc = "There, and whole.")
  @Outcome(id = "2, 42", expect = Expect.ACCEPTABLE, desc = "And the next one.")
  @State
  public static class Padded {
    private final MemorySegment ring = ring();
    private final SpscWriter writer = SpscRing.writer(ring, CAPACITY);
    private final SpscReader reader = SpscRing.reader(ring);

    /** Leaves 8 bytes to the end. */
    public Padded() {
      connect(writer, reader);
      for (int length : new int[] {24, 16}) {
        writer.tryClaim(7, length);
        writer.commit();
        reader.poll((type, data, at, found) -> {});
      }
    }

    /** Writes twice, each time over what has been read. */
    @Actor
    public void write() {
      offer(writer, 42);
      offer(writer, 42);
    }

    /** Looks. */
    @Actor
    public void read(II_Result result) {
      result.r1 =
          reader.drain(
              (type, data, at, length) ->
                  result.r2 = type == 1 ? data.get(ValueLayout.JAVA_INT, at) : -type,
              2);
    }
  }

  /** The ring is full of ones; what is read is still one when the writer has had room again. */
  @JCStressTest
  @Outcome(id = "-1, 1", expect = Expect.ACCEPTABLE, desc = "No room yet.")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Room, behind the reader.")
  @State
  public static class Reuse {
    private final MemorySegment ring = ring();
    private final SpscWriter writer = SpscRing.writer(ring, CAPACITY);
    private final SpscReader reader = SpscRing.reader(ring);

    /** Fills the ring. */
    public Reuse() {
      connect(writer, reader);
      while (offer(writer, 1) == Answer.OK) {
        // until it is full
      }
    }

    /** Wants room. */
    @Actor
    public void write(II_Result result) {
      result.r1 = offer(writer, 2);
    }

    /** Makes room by reading. */
    @Actor
    public void read(II_Result result) {
      reader.poll((type, data, at, length) -> result.r2 = data.get(ValueLayout.JAVA_INT, at));
    }
  }
}
