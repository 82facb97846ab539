// SPDX-License-Identifier: Apache-2.0

package tombolo.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Readers of a broadcast ring that see a message see all of it, while the writer overwrites it as
 * soon as it may. A message is one number, twice; two messages fill the ring.
 */
public final class BroadcastStress {
  private static final int CAPACITY = 64;

  private BroadcastStress() {}

  private static MemorySegment ring() {
    return Arena.ofAuto().allocate(BroadcastRing.size(1, CAPACITY), 8);
  }

  private static void offer(BroadcastWriter writer, int number) {
    int at = writer.tryClaim(1, 16);
    if (at >= 0) {
      writer.data().set(ValueLayout.JAVA_LONG, at, number);
      writer.data().set(ValueLayout.JAVA_LONG, at + 8L, number);
      writer.commit();
    }
  }

  private static int poll(RingReader reader, II_Result result) {
    return reader.poll(
        (type, data, at, length) -> {
          result.r1 = (int) data.get(ValueLayout.JAVA_LONG, at);
          result.r2 = (int) data.get(ValueLayout.JAVA_LONG, at + 8L);
        });
  }

  /** The writer laps a lossy reader. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "All that was there is overwritten.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Not overtaken.")
  @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "Overtaken, went on with this one.")
  @Outcome(id = "3, 3", expect = Expect.ACCEPTABLE, desc = "Or with this one.")
  @State
  public static class Overtaking {
    private final MemorySegment ring = ring();
    private final BroadcastWriter writer = BroadcastRing.writer(ring, 1, CAPACITY);
    private final LossyReader reader;

    /** Publishes the first message behind the reader's place. */
    public Overtaking() {
      writer.admit();
      reader = BroadcastRing.lossyReader(ring, 1, 0);
      offer(writer, 1);
    }

    /** Writes over it. */
    @Actor
    public void write() {
      offer(writer, 2);
      offer(writer, 3);
    }

    /** Reads what it gets. */
    @Actor
    public void read(II_Result result) {
      if (poll(reader, result) == Answer.LOST) {
        poll(reader, result);
      }
    }
  }

  /** A reader joins while the writer goes on. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not admitted yet, or nothing since.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Admitted before the first.")
  @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "Before the second.")
  @Outcome(id = "3, 3", expect = Expect.ACCEPTABLE, desc = "Before the third.")
  @Outcome(id = "4, 4", expect = Expect.ACCEPTABLE, desc = "Before the last.")
  @State
  public static class Admission {
    private final MemorySegment ring = ring();
    private final BroadcastWriter writer = BroadcastRing.writer(ring, 1, CAPACITY);

    /** The stream has begun. */
    public Admission() {
      writer.admit();
    }

    /** Writes as much as it may. */
    @Actor
    public void write() {
      for (int i = 1; i <= 4; i++) {
        offer(writer, i);
      }
    }

    /** Joins. */
    @Actor
    public void read(II_Result result) {
      BroadcastReader reader = BroadcastRing.reader(ring, 1, 0);
      for (int look = 0; look < 4 && poll(reader, result) == 0; look++) {
        Thread.onSpinWait();
      }
    }
  }

  /** The writer is told that a reader is dead which is not. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Read before it was overwritten.")
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "It says that it was cut off.")
  @State
  public static class CuttingOff {
    private final MemorySegment ring = ring();
    private final BroadcastWriter writer = BroadcastRing.writer(ring, 1, CAPACITY);
    private final BroadcastReader reader;

    /** A message for an admitted reader. */
    public CuttingOff() {
      writer.admit();
      reader = BroadcastRing.reader(ring, 1, 0);
      writer.admit();
      offer(writer, 1);
    }

    /** Holds back no longer. */
    @Actor
    public void write() {
      writer.readerIsDead(0);
      offer(writer, 2);
      offer(writer, 3);
    }

    /** Reads in place. */
    @Actor
    public void read(II_Result result) {
      if (poll(reader, result) == Answer.CUT_OFF) {
        result.r1 = 0;
        result.r2 = 0;
      }
    }
  }

  /** The writer publishes a message and ends, and another one starts. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Nothing yet.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The old one's message.")
  @State
  public static class LastMessage {
    private final MemorySegment ring = ring();
    private final BroadcastWriter writer = BroadcastRing.writer(ring, 1, CAPACITY);
    private final LossyReader reader;

    /** The stream has begun, and the reader has joined it. */
    public LastMessage() {
      writer.admit();
      reader = BroadcastRing.lossyReader(ring, 1, 0);
    }

    /** Publishes, and starts anew. */
    @Actor
    public void write() {
      offer(writer, 1);
      BroadcastRing.writer(ring, 1, CAPACITY);
    }

    /** Reads until something is said. */
    @Actor
    public void read(II_Result result) {
      int answer = 0;
      for (int look = 0; look < 4 && answer == 0; look++) {
        answer = poll(reader, result);
      }
      if (answer == Answer.PEER_RESTARTED) {
        result.r2 = answer; // before the message
      }
    }
  }
}
