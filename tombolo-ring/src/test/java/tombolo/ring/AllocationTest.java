// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tombolo.testing.Allocations;

@Tag(Allocations.OWN_JVM)
@DisplayName("A ring's calls")
final class AllocationTest {
  private static final int MESSAGES = 1_000_000;

  private final RingFixture ring = RingFixture.of(4096);
  private final MemorySegment source = RingFixture.payload(1, 100);
  private long sum;
  private final MessageHandler handler = (_, _, _, length) -> sum += length;

  @Test
  void allocateNothingPerMessage() throws Exception {
    long allocated = Allocations.whenWarm(MESSAGES / 100L, () -> pass(MESSAGES));

    assertThat(allocated).isBetween(0L, MESSAGES / 100L);
    assertThat(sum).isPositive();
  }

  /** Makes every call, gets both of its answers, and causes padding. */
  private void pass(int messages) {
    for (int i = 0; i < messages; i += 2) {
      boolean offered = ring.writer.offer(1, source, 0, i % 100) == Answer.OK;
      boolean claimed = ring.writer.tryClaim(2, i % 100) >= 0;
      if (claimed && i % 10 == 0) {
        ring.writer.abort();
      } else if (claimed) {
        ring.writer.commit();
      }
      if (!offered || !claimed) {
        ring.reader.poll(handler);
        ring.reader.drain(handler, 1000);
        ring.reader.poll(handler);
      }
    }
  }
}
