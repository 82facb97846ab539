// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.machine.GuestReset;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.ImageException;
import tombolo.machine.power.StopReason;
import tombolo.riscv.interrupt.InterruptController;

/**
 * Whatever an image holds, its VM ends by what the guest did or because it was stopped, never by an
 * error of the host.
 *
 * <p>{@code -Dtombolo.fuzz.images=100000} tries more images of each kind, {@code
 * -Dtombolo.fuzz.seed=} others; a failure names the seed of its image.
 */
class FuzzTest {
  private static final int IMAGES = Integer.getInteger("tombolo.fuzz.images", 200);
  private static final long SEED = Long.getLong("tombolo.fuzz.seed", 1);
  private static final long ENOUGH_INSTRUCTIONS = 200_000;
  private static final int LOOKS = 40;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);
  private static final Logger LOG = Logger.getLogger("tombolo.machine");

  @BeforeAll
  static void doNotLogEveryWildAccess() {
    LOG.setLevel(Level.SEVERE);
  }

  @AfterAll
  static void logAgain() {
    LOG.setLevel(null);
  }

  @ParameterizedTest
  @EnumSource
  void noImageBreaksTheHost(RandomImage kind) throws InterruptedException {
    Map<String, Integer> ends = new TreeMap<>();
    long instructions = 0;
    for (int i = 0; i < IMAGES; i++) {
      long seed = SEED * 1_000_000_007L + i;
      GuestReset onReset = (i & 1) == 0 ? GuestReset.STOP : GuestReset.REBOOT;
      BufferConsole console = new BufferConsole(HostServices.system());
      console.type("typed\n");
      StopReason reason;
      try (Vm vm =
          kind.make(new SplittableRandom(seed))
              .memory(RandomImage.RAM)
              .onReset(onReset)
              .interrupts((i & 2) == 0 ? InterruptController.PLIC : InterruptController.AIA)
              .create(console)) {
        vm.boot();
        reason = runForAWhile(vm);
        instructions += vm.statistics().retiredInstructions();
      } catch (ImageException refused) {
        ends.merge("refused", 1, Integer::sum);
        continue;
      }
      assertThat(reason)
          .as("%s, seed %d", kind, seed)
          .isNotInstanceOf(StopReason.InternalFailure.class);
      ends.merge(reason.getClass().getSimpleName(), 1, Integer::sum);
    }
    System.out.printf(
        "fuzz %s: %d images, %d instructions: %s%n", kind, IMAGES, instructions, ends);
    assertThat(ends.getOrDefault("refused", 0)).isLessThan(IMAGES / 2);
    assertThat(instructions).isPositive();
  }

  /** Until it ends, has executed enough, or only waits. */
  private static StopReason runForAWhile(Vm vm) throws InterruptedException {
    for (int i = 0; i < LOOKS; i++) {
      Optional<StopReason> reason = vm.awaitStop(BETWEEN_LOOKS);
      if (reason.isPresent()) {
        return reason.get();
      }
      if (vm.statistics().retiredInstructions() > ENOUGH_INSTRUCTIONS) {
        break;
      }
    }
    vm.stop();
    return vm.stopReason().orElseThrow();
  }
}
