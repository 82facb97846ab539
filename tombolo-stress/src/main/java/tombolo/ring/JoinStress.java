// SPDX-License-Identifier: Apache-2.0

package tombolo.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/** Streams do not mix when a side starts anew while the other one works. */
public final class JoinStress {
  private static final int CAPACITY = 64;

  private JoinStress() {}

  private static int offer(SpscWriter writer, int number) {
    int at = writer.tryClaim(1, 4);
    if (at < 0) {
      return at;
    }
    writer.data().set(ValueLayout.JAVA_INT, at, number);
    writer.commit();
    return Answer.OK;
  }

  /** A writer publishes and dies, and another one comes and tries to publish. */
  @JCStressTest
  @Outcome(
      id = "(0, )*1(, 0)*(, -5)?(, 0)*(, -4)?(, 0)*(, 2)?(, 0)*(, 2)?",
      expect = Expect.ACCEPTABLE,
      desc = "The first's message, then the news, then one or both of the second's.")
  @State
  public static class NewWriter {
    private final MemorySegment ring = Arena.ofAuto().allocate(SpscRing.size(CAPACITY), 8);
    private final SpscWriter first = SpscRing.writer(ring, CAPACITY);
    private final SpscReader reader = SpscRing.reader(ring);

    /** The first one publishes, and another one comes. */
    @Actor
    public void write() {
      offer(first, 1);
      SpscWriter second = SpscRing.writer(ring, CAPACITY);
      offer(second, 2);
      offer(second, 2);
    }

    /** Looks three times. */
    @Actor
    public void read(IIII_Result result) {
      result.r1 = look();
      result.r2 = look();
      result.r3 = look();
    }

    /** Looks once more. */
    @Arbiter
    public void rest(IIII_Result result) {
      result.r4 = look();
    }

    private int look() {
      int[] number = {0};
      int answer =
          reader.poll((type, data, at, length) -> number[0] = data.get(ValueLayout.JAVA_INT, at));
      return answer == 1 ? number[0] : answer;
    }
  }

  /** A reader starts anew while the writer writes. */
  @JCStressTest
  @Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Both to the old one.")
  @Outcome(id = "0, -4, 0", expect = Expect.ACCEPTABLE, desc = "The second learns of it.")
  @Outcome(id = "0, -5, 0", expect = Expect.ACCEPTABLE, desc = "The second finds nobody.")
  @Outcome(id = "-1, -4, 0", expect = Expect.ACCEPTABLE, desc = "Came while it looked for room.")
  @Outcome(id = "-1, -5, 0", expect = Expect.ACCEPTABLE, desc = "Went while it looked for room.")
  @Outcome(id = "-4, -3, 0", expect = Expect.ACCEPTABLE, desc = "The first learns of it.")
  @Outcome(id = "-4, 0, 2", expect = Expect.ACCEPTABLE, desc = "The second is for the new one.")
  @Outcome(id = "-5, -3, 0", expect = Expect.ACCEPTABLE, desc = "The first finds nobody.")
  @Outcome(id = "-5, -4, 0", expect = Expect.ACCEPTABLE, desc = "Nobody, and then another one.")
  @State
  public static class NewReader {
    private final MemorySegment ring = Arena.ofAuto().allocate(SpscRing.size(CAPACITY), 8);
    private final SpscWriter writer = SpscRing.writer(ring, CAPACITY);
    private SpscReader reader = SpscRing.reader(ring);

    /** Moves the old reader's position on, and fills the ring. */
    public NewReader() {
      offer(writer, 1);
      reader.poll((type, data, at, length) -> {});
      while (offer(writer, 1) == Answer.OK) {
        // until it is full
      }
      reader.poll((type, data, at, length) -> {});
      reader.poll((type, data, at, length) -> {});
    }

    /** Writes two messages, for which there is room. */
    @Actor
    public void write(III_Result result) {
      result.r1 = offer(writer, 1);
      result.r2 = offer(writer, 2);
    }

    /** Starts anew. */
    @Actor
    public void restart() {
      reader = SpscRing.reader(ring);
    }

    /** What the new reader gets. */
    @Arbiter
    public void rest(III_Result result) {
      reader.poll((type, data, at, length) -> result.r3 = data.get(ValueLayout.JAVA_INT, at));
    }
  }
}
