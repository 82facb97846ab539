// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tombolo.machine.power.StopReason;

final class TestFinisherTest {
  private final List<StopReason> reasons = new ArrayList<>();
  private final TestFinisher finisher = new TestFinisher(reasons::add);

  @Test
  void endsTheVmAsTheGuestSays() {
    finisher.write(0, 4, 0x5555);
    finisher.write(0, 4, 0x3333 | 42 << 16);
    finisher.write(0, 4, 0xffff_3333L);
    finisher.write(0, 4, 0x7777);
    assertThat(reasons)
        .containsExactly(
            new StopReason.PowerOff(),
            new StopReason.GuestFailure(42),
            new StopReason.GuestFailure(0xffff),
            new StopReason.ResetRequested());
  }

  @Test
  void ignoresWhatMeansNothing() {
    finisher.write(0, 4, 0);
    finisher.write(0, 4, 0x1234_0000L);
    finisher.write(4, 4, 0x5555);
    assertThat(finisher.read(0, 4)).isZero();
    assertThat(reasons).isEmpty();
  }
}
