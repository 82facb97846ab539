// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.testing.Allocations;

@Tag(Allocations.OWN_JVM)
@DisplayName("A region v3's calls")
final class MessageAllocationTest {
  private static final int MESSAGES = 400_000;

  private final MemorySegment source = RegionFixture.message(1, 2000);
  private long bytes;

  @ParameterizedTest
  @EnumSource
  void allocateNothingPerMessageOrFragment(AxvisorLayout layout) throws Exception {
    RegionFixture region = new RegionFixture(layout, Direction.TO_SUBSCRIBER);
    long allocated = Allocations.whenWarm(MESSAGES / 100L, () -> bytes += pass(region));

    assertThat(allocated).isBetween(0L, MESSAGES / 100L);
    assertThat(bytes).isPositive();
    assertThat(region.tail()).isGreaterThan(MESSAGES);
  }

  /** Gets every answer of every call, except poison. */
  private long pass(RegionFixture region) {
    long bytes = 0;
    for (int i = 0; i < MESSAGES; i++) {
      long length = i % 16 == 0 ? 2000 : i % 100;
      long size = i % 5 == 0 ? length / 2 : 2000;
      SendProgress sent;
      ReceiveProgress received;
      do {
        sent = region.sender.send(source, 0, length);
        if (sent == SendProgress.BACK_PRESSURED && i % 3 == 0) {
          sent = region.sender.abort();
        }
        received = region.receiver.receive(region.buffer, 0, size);
      } while (sent == SendProgress.BACK_PRESSURED || received == ReceiveProgress.EMPTY);
      bytes += region.receiver.length();
    }
    return bytes;
  }
}
