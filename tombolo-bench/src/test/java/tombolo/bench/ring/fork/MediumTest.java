// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Medium;
import tombolo.bench.ring.contender.Place;
import tombolo.bench.ring.contender.Size;

/**
 * Each medium that needs no flags of the JVM delivers every message of a measurement in order. A
 * run of the suite shows that of the others.
 */
class MediumTest {
  private static final Ends ENDS = new Ends(Size.BYTES_96, Effort.QUICK, Pinning.none("a test"));

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(names = {"TOMBOLO", "TOMBOLO_CLAIM", "UNIX_SOCKET", "PIPE"})
  void itJoinsTwoThreadsOfAProcess(Contender contender) {
    Medium medium = contender.open(new Place(directory, false), ENDS.size());

    assertAllIsMeasured(medium, medium);
  }

  /** Works as two processes do: each makes a medium of its own and uses one end. */
  @ParameterizedTest
  @EnumSource(names = {"TOMBOLO", "TOMBOLO_CLAIM", "UNIX_SOCKET", "PIPE"})
  void itJoinsTwoProcesses(Contender contender) {
    Medium senders = contender.open(new Place(directory, true), ENDS.size());
    Medium receivers = contender.open(new Place(directory, true), ENDS.size());

    assertAllIsMeasured(senders, receivers);
  }

  private static void assertAllIsMeasured(Medium senders, Medium receivers) {
    End both = new ThreadPair(ENDS.sending(senders), ENDS.receiving(receivers));

    assertThat(both.take(Turn.STREAM).numbers()).hasSize(1);
    both.take(Turn.TIMED);
    assertThat(both.take(Turn.FORGET).numbers()).isEmpty();
    assertThat(both.take(Turn.STREAM).numbers().getFirst()).isPositive();
    double p50 = both.take(Turn.TIMED).numbers().getFirst();
    assertThat(p50).isPositive();
    List<Double> tail = both.take(Turn.SUMMARY).numbers();
    assertThat(tail).hasSize(2).isSorted();
    assertThat(tail.getFirst()).isGreaterThanOrEqualTo(p50);
  }
}
