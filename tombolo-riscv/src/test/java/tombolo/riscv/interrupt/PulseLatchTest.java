// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class PulseLatchTest {
  private static final int HARTS = 4;

  @RepeatedTest(20)
  void aPulseIsPendingForItsHartsUntilOneOfThemClaims(RepetitionInfo repetition) {
    SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
    PulseLatch latch = new PulseLatch();
    List<Long> unclaimed = new ArrayList<>(); // the definition: nothing is merged or dropped
    for (int i = 0; i < 500; i++) {
      if (random.nextBoolean()) {
        long harts = random.nextLong(1 << HARTS);
        latch.add(harts);
        unclaimed.add(harts);
      } else {
        int hart = random.nextInt(HARTS);
        latch.claim(hart);
        unclaimed.removeIf(pulse -> (pulse >> hart & 1) != 0);
      }
      for (int hart = 0; hart < HARTS; hart++) {
        long bit = 1L << hart;
        assertThat(latch.isFor(hart)).isEqualTo(unclaimed.stream().anyMatch(p -> (p & bit) != 0));
      }
    }
  }
}
