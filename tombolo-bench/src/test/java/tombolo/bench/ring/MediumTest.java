// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What needs no JVM with flags of its own delivers every message of a measurement, in order. The
 * others show it in a run of the suite.
 */
class MediumTest {
  private static final ThreadPair PAIR =
      new ThreadPair(Effort.QUICK, Size.BYTES_96, Pinning.none("a test"));

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(names = {"TOMBOLO", "TOMBOLO_CLAIM", "UNIX_SOCKET", "PIPE"})
  void itJoinsTwoThreadsOfAProcess(Contender contender) throws InterruptedException {
    Medium medium = contender.open(new Place(directory, false), PAIR.size());

    assertAllIsMeasured(PAIR.measure(medium));
  }

  /** As two processes do it: each makes a medium of its own and uses one end. */
  @ParameterizedTest
  @EnumSource(names = {"TOMBOLO", "TOMBOLO_CLAIM", "UNIX_SOCKET", "PIPE"})
  void itJoinsTwoProcesses(Contender contender) throws InterruptedException {
    Medium senders = contender.open(new Place(directory, true), PAIR.size());
    Medium receivers = contender.open(new Place(directory, true), PAIR.size());
    Medium both =
        new Medium() {
          @Override
          public Sender sender() {
            return senders.sender();
          }

          @Override
          public Receiver receiver(Arrivals arrivals) {
            return receivers.receiver(arrivals);
          }
        };

    assertAllIsMeasured(PAIR.measure(both));
  }

  private static void assertAllIsMeasured(Measured measured) {
    assertThat(measured.rate()).isPositive();
    assertThat(Stream.of(measured.p50(), measured.p99(), measured.p999())).isSorted();
    assertThat(measured.p50()).isPositive();
  }
}
