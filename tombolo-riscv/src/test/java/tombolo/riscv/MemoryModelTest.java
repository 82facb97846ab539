// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;

/**
 * What harts see of each other's stores, and of the host's.
 *
 * <p>{@code -Dtombolo.litmus.rounds=10000000} runs the litmus tests longer, {@code
 * -Dtombolo.spin.rounds=} the test of the spinning guest.
 */
class MemoryModelTest {
  private static final long ROUNDS = Long.getLong("tombolo.litmus.rounds", 1_000_000);
  private static final int SPINS = Integer.getInteger("tombolo.spin.rounds", 200);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spin-lrsc",
        "spin-amo",
        "message-passing",
        "store-buffering",
        "load-buffering",
        "coherence",
        "iriw-fenced"
      })
  void noForbiddenOutcome(String test) throws InterruptedException {
    GuestRun.Outcome litmus =
        GuestRun.of("litmus")
            .vcpus(4)
            .append("test=%s rounds=%d".formatted(test, ROUNDS))
            .run(Duration.ofMinutes(5));
    System.out.print(litmus.text());
    assertThat(litmus.lines())
        .singleElement()
        .asString()
        .startsWith("litmus %s: %d rounds, 0 forbidden".formatted(test, ROUNDS));
    assertThat(litmus.reason()).isEqualTo(new StopReason.PowerOff());
  }

  /**
   * The later rounds spin in code that C2 has compiled, which must not hoist the load out of the
   * guest's loop.
   */
  @Test
  void aGuestThatSpinsOnAWordAlwaysSeesTheHostSetIt() throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    try (Vm vm = GuestRun.of("spin-word").create(console)) {
      for (int round = 1; round <= SPINS; round++) {
        long spun = vm.statistics().retiredInstructions();
        vm.boot();
        // Some rounds set the word while the guest is still on its way, most when it spins.
        while (vm.statistics().retiredInstructions() - spun < round % 8 * 50_000L) {
          Thread.onSpinWait();
        }
        vm.memory().setReleaseInt(GuestRun.SHARED_WORDS, round);
        assertThat(GuestRun.awaitStop(vm, console))
            .as("round %d", round)
            .isEqualTo(new StopReason.PowerOff());
      }
    }
    assertThat(console.text().lines().filter(line -> line.startsWith("spin-word: it is 0x")))
        .hasSize(SPINS);
  }
}
