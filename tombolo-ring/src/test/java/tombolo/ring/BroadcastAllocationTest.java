// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tombolo.testing.Allocations;

@Tag(Allocations.OWN_JVM)
@DisplayName("A broadcast ring's calls")
final class BroadcastAllocationTest {
  private static final int MESSAGES = 1_000_000;

  private final BroadcastFixture ring = new BroadcastFixture(2, 4096);
  private final BroadcastReader reader = ring.admitted(0);
  private final LossyReader lossy = ring.lossyReader(1);
  private final MemorySegment source = RingFixture.payload(1, 100);
  private long sum;
  private final MessageHandler handler = (_, _, _, length) -> sum += length;

  @Test
  void allocateNothingPerMessage() throws Exception {
    long allocated = Allocations.whenWarm(MESSAGES / 100L, () -> pass(MESSAGES));

    assertThat(allocated).isBetween(0L, MESSAGES / 100L);
    assertThat(sum).isPositive();
    assertThat(lossy.lost()).isPositive();
  }

  /** Makes every call, gets both of its answers, and causes padding and gaps. */
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
        reader.poll(handler);
        reader.drain(handler, 1000);
        reader.poll(handler);
        ring.writer.peerSleeps();
      }
      if (i % 200 == 0) {
        lossy.drain(handler, 10);
      }
    }
  }
}
