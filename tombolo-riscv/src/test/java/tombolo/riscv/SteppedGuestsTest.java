// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.machine.power.StopReason;

/** Guests whose harts are all stepped on the test's own thread, in virtual time. */
@DisplayName("Stepped on one thread, a guest")
class SteppedGuestsTest {
  private static final long MOST_STEPS = 5_000_000;

  private static SteppedVm run(GuestRun guest, long seed) {
    SteppedVm stepped = new SteppedVm(guest, seed);
    stepped.vm.boot();
    assertThat(stepped.step(MOST_STEPS)).as("the guest ends").isTrue();
    assertThat(stepped.vm.stopReason()).contains(new StopReason.PowerOff());
    return stepped;
  }

  private static List<String> linesThatDoNotDependOnChance(String text) {
    return text.lines().map(line -> line.replaceAll("\\d+", "N")).toList();
  }

  @ParameterizedTest
  @DisplayName("says what it says on threads")
  @CsvSource({"hello, 4", "selftest, 1", "selftest, 3", "litmus, 4"})
  void asOnThreads(String name, int harts) throws InterruptedException {
    GuestRun guest = GuestRun.of(name).vcpus(harts).append("rounds=50");
    try (SteppedVm stepped = run(guest, 7)) {
      assertThat(linesThatDoNotDependOnChance(stepped.console.text()))
          .isEqualTo(linesThatDoNotDependOnChance(guest.run().text()));
    }
  }

  @ParameterizedTest
  @DisplayName("runs the same way again with the same seed")
  @CsvSource({"hello, 4", "selftest, 3", "litmus, 4"})
  void repeatable(String name, int harts) {
    GuestRun guest = GuestRun.of(name).vcpus(harts).append("rounds=50");
    try (SteppedVm first = run(guest, 3);
        SteppedVm second = run(guest, 3);
        SteppedVm other = run(guest, 4)) {
      assertThat(second.console.text()).isEqualTo(first.console.text());
      assertThat(second.end()).isEqualTo(first.end());
      assertThat(second.host.steps()).isEqualTo(first.host.steps());
      assertThat(other.end()).as("another seed is another schedule").isNotEqualTo(first.end());
    }
  }
}
