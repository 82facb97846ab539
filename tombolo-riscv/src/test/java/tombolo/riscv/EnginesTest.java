// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.MachineCode.A0;
import static tombolo.riscv.MachineCode.A1;
import static tombolo.riscv.MachineCode.T0;
import static tombolo.riscv.MachineCode.T1;
import static tombolo.riscv.MachineCode.T2;
import static tombolo.riscv.MachineCode.T3;
import static tombolo.riscv.MachineCode.ZERO;

import java.util.SplittableRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.VmState;
import tombolo.machine.image.ImageException;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Interpreter;

/** Runs guests in lockstep on the interpreter and on {@link SingleStepEngine}. */
@DisplayName("Two engines leave the same registers after every step of")
class EnginesTest {
  private static final int STVEC = 0x105;
  private static final int SEPC = 0x141;
  private static final int SSTATUS = 0x100;
  private static final int VSTART = 0x008;
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

  /** The beginning of a guest whose trap handler goes on behind the instruction that trapped. */
  private static MachineCode skippingWhatTraps() {
    MachineCode code = new MachineCode();
    code.jump(5 * Integer.BYTES);
    code.csrr(T1, SEPC).addi(T1, T1, Integer.BYTES).csrw(SEPC, T1).word(MachineCode.SRET);
    return code.li(T0, MachineCode.ENTRY + Integer.BYTES).csrw(STVEC, T0);
  }

  /** What is checked for both accesses at once must hold for the one behind the page's end, too. */
  @ParameterizedTest
  @DisplayName("accesses by one register, the second of which is beyond RAM")
  @ValueSource(booleans = {true, false})
  void accessesAcrossTheEndOfMemory(boolean stores) {
    long end = RiscvAccelerator.RAM_BASE + RandomImage.RAM;
    MachineCode code = skippingWhatTraps();
    code.li(T2, 100_000);
    int loop = code.size();
    code.li(T0, end - Long.BYTES);
    if (stores) {
      code.store(3, T2, 0, T0).store(3, T2, Long.BYTES, T0);
    } else {
      code.load(3, A0, 0, T0).load(3, A1, Long.BYTES, T0);
    }
    code.addi(T2, T2, -1);
    code.branch(1, T2, ZERO, loop - code.size());
    lockstep(code.powerOff().guest("edge").memory(RandomImage.RAM), 1, 200);
  }

  /**
   * Each round copies to 24 bytes further on: within a page, across pages, across the end of RAM
   * and beyond it. Lengths change, a group begins with a register that it may not begin with, and
   * some begin with their fourth element.
   */
  @ParameterizedTest
  @DisplayName("copies by vectors of")
  @ValueSource(strings = {"e8, m8", "e16, m1", "e32, mf2", "e64, m2"})
  void copiesByVectors(String type) {
    long end = RiscvAccelerator.RAM_BASE + RandomImage.RAM;
    MachineCode code = skippingWhatTraps();
    code.li(T0, 1 << 9).csrw(SSTATUS, T0); // vectors: initial
    code.li(A0, end - (1 << 16));
    code.li(A1, MachineCode.ENTRY).li(T2, 256).setVectorLength(T2, T2, "e8, m8");
    code.loadVector(8, A1, 0).storeVector(8, A0, 0);
    int again = code.size();
    code.li(A0, end - (1 << 16));
    code.li(T0, end - 3 * 4096 - 20);
    code.li(T2, 700);
    int loop = code.size();
    code.setVectorLength(A1, T2, type);
    for (int width = 0; width < 4; width++) {
      code.loadVector(8, A0, width).storeVector(8, T0, width);
      code.loadVector(9, T0, width).storeVector(1, A0, width);
      code.csrr(T3, VSTART).csrw(VSTART, ZERO);
    }
    code.addi(T0, T0, 24).addi(A0, A0, 1).addi(T2, T2, -1);
    code.li(T3, 3).csrw(VSTART, T3).storeVector(8, A0, 0);
    code.csrw(VSTART, T3).loadVector(16, A0, 0).csrw(VSTART, ZERO);
    code.branch(1, T2, ZERO, loop - code.size());
    code.jump(again - code.size());
    lockstep(code.guest("copies").memory(RandomImage.RAM), 1, 250);
  }
}
