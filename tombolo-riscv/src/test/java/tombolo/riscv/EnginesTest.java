// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.machine.VmState;
import tombolo.machine.image.ImageException;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Interpreter;

/** Runs guests in lockstep on the interpreter and on {@link SingleStepEngine}. */
@DisplayName("Two engines leave the same registers after every step of")
class EnginesTest {
  private static final Logger LOG = Logger.getLogger("tombolo.machine");

  @BeforeAll
  static void doNotLogEveryWildAccess() {
    LOG.setLevel(Level.SEVERE);
  }

  @AfterAll
  static void logAgain() {
    LOG.setLevel(null);
  }

  private static void lockstep(GuestRun guest, long seed, int steps) {
    lockstep(guest, seed, steps, new Interpreter());
    lockstep(guest, seed, steps, TestedEngine.translator());
  }

  private static void lockstep(GuestRun guest, long seed, int steps, Engine engine) {
    try (SteppedVm one = new SteppedVm(guest, seed, engine);
        SteppedVm two = new SteppedVm(guest, seed, new SingleStepEngine())) {
      one.vm.boot();
      two.vm.boot();
      for (int step = 0; step < steps && one.vm.state() != VmState.STOPPED; step++) {
        boolean stepped = one.host.step();
        assertThat(two.host.step()).isEqualTo(stepped);
        if (!stepped) {
          break; // the guest waits for ever
        }
        for (int hart = 0; hart < guest.vcpus(); hart++) {
          assertThat(two.registers(hart))
              .as("%s, seed %d, step %d", guest.name(), seed, step)
              .isEqualTo(one.registers(hart));
        }
      }
      assertThat(two.console.text()).isEqualTo(one.console.text());
      assertThat(two.end()).isEqualTo(one.end());
      if (one.vm.state() == VmState.RUNNING) {
        one.vm.suspend();
        two.vm.suspend();
        assertThat(two.save()).as("all of the VM, its memory too").isEqualTo(one.save());
      }
    }
  }

  @ParameterizedTest
  @DisplayName("a guest")
  @CsvSource({"selftest, 1, 2000", "selftest, 2, 1500", "litmus, 2, 600", "tlb-miss, 1, 200"})
  void guests(String name, int harts, int steps) {
    lockstep(GuestRun.of(name).vcpus(harts).memory(16 << 20).append("n=3"), 11, steps);
  }

  @ParameterizedTest
  @DisplayName("a random image")
  @EnumSource
  void randomImages(RandomImage kind) {
    for (int i = 0; i < 40; i++) {
      try {
        lockstep(kind.make(new SplittableRandom(i)).memory(RandomImage.RAM), i, 12);
      } catch (ImageException e) {
        // no image at all, or none that fits into RAM
      }
    }
  }
}
