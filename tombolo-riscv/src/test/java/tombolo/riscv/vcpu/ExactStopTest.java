// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.VcpuExit;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.image.BootImage;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.GuestRun;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.interrupt.InterruptController;

/** A hart stops at exactly the instruction that it is told to, with the state that it has there. */
@DisplayName("A vCPU with a budget")
class ExactStopTest {
  private static final int INSTRUCTIONS = Integer.getInteger("tombolo.instructions", 10_000);

  private static BoardFixture load(String guest, String words) {
    BoardFixture board = new BoardFixture(1, InterruptController.PLIC, () -> 0);
    board.board.load(new BootImage(GuestRun.of(guest).kernel(), null, words));
    return board;
  }

  /** Runs on until so many instructions are retired; acts on exits as a VM does. */
  private static void runTo(BoardFixture board, long target) {
    RiscvVcpu vcpu = board.vcpus().getFirst();
    while (vcpu.hart.retired < target) {
      long before = vcpu.hart.retired;
      long budget = target - before;
      VcpuExit exit = vcpu.run(budget);
      assertThat(vcpu.hart.retired).isBetween(before, target);
      assertThat(vcpu.retiredInstructions()).isEqualTo(vcpu.hart.retired);
      switch (exit) {
        case VcpuExit.BudgetUsed _ -> assertThat(vcpu.hart.retired).isEqualTo(target);
        case VcpuExit.MmioRead(long gpa, int size) -> {
          DeviceBus.Slot slot = board.mmio.find(gpa, size);
          if (slot == null) {
            vcpu.rejectAccess();
          } else {
            vcpu.completeRead(slot.device().read(gpa - slot.base(), size));
          }
        }
        case VcpuExit.MmioWrite(long gpa, int size, long value) -> {
          DeviceBus.Slot slot = board.mmio.find(gpa, size);
          if (slot == null) {
            vcpu.rejectAccess();
          } else {
            slot.device().write(gpa - slot.base(), size, value);
          }
        }
        case VcpuExit.MmioRefused _ -> vcpu.rejectAccess();
        default -> throw new AssertionError(exit + " after " + vcpu.hart.retired);
      }
    }
  }

  private static long state(Hart hart) {
    return Arrays.hashCode(
        new long[] {
          hart.pc,
          Arrays.hashCode(Arrays.copyOf(hart.x, 32)),
          Arrays.hashCode(hart.f),
          hart.sstatus,
          hart.sepc,
          hart.scause,
          hart.stval,
          hart.satp,
          hart.privilege
        });
  }

  @ParameterizedTest
  @DisplayName("stops at every one of a guest's first instructions as if it had stepped there")
  @ValueSource(strings = {"selftest"})
  void everyInstruction(String guest) {
    long[] expected = new long[INSTRUCTIONS + 1];
    try (BoardFixture board = load(guest, "")) {
      for (int n = 1; n <= INSTRUCTIONS; n++) {
        runTo(board, n);
        expected[n] = state(board.hart(0));
      }
    }
    for (int n = 1; n <= INSTRUCTIONS; n++) {
      try (BoardFixture board = load(guest, "")) {
        runTo(board, n);
        assertThat(state(board.hart(0))).as("after %d instructions", n).isEqualTo(expected[n]);
      }
    }
  }

  @Test
  @DisplayName("goes on from a stop as if there had been none")
  void manyStops() {
    int end = 20 * INSTRUCTIONS;
    try (BoardFixture whole = load("tlb-miss", "n=1000000");
        BoardFixture pieces = load("tlb-miss", "n=1000000")) {
      SplittableRandom random = new SplittableRandom(5);
      for (long at = 0; at < end; ) {
        at = Math.min(end, at + 1 + random.nextInt(300));
        runTo(pieces, at);
      }
      runTo(whole, end);
      assertThat(state(pieces.hart(0))).isEqualTo(state(whole.hart(0)));
    }
  }
}
