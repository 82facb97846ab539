// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.MachineCode.T0;
import static tombolo.riscv.MachineCode.WFI;
import static tombolo.riscv.MachineCode.ZERO;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.VcpuExit;
import tombolo.machine.image.BootImage;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.MachineCode;
import tombolo.riscv.hart.Hart;

@DisplayName("A vCPU that waits")
@Timeout(60)
class VcpuWaitingTest {
  private static final VcpuExit UNTIL_WOKEN = new VcpuExit.Waiting(Long.MAX_VALUE);
  private static final VcpuExit BUDGET_USED = new VcpuExit.BudgetUsed();
  private static final int SIE = 0x104;
  private static final int STIMECMP = 0x14d;

  private final BoardFixture board = new BoardFixture(2);
  private final RiscvVcpu first = board.vcpus().get(0);
  private final RiscvVcpu second = board.vcpus().get(1);
  private final AtomicInteger wakes = new AtomicInteger();

  @BeforeEach
  void countWakes() {
    first.onWake(wakes::incrementAndGet);
    second.onWake(wakes::incrementAndGet);
  }

  @AfterEach
  void close() {
    board.close();
  }

  private void load(MachineCode code) {
    board.board.load(new BootImage(code.guest("waiting").kernel(), null, ""));
    wakes.set(0);
  }

  /** Enables interrupts of one kind, waits, then counts in t0. */
  private void loadSleeper(int interrupts) {
    load(
        new MachineCode()
            .addi(T0, ZERO, interrupts)
            .csrw(SIE, T0)
            .word(WFI)
            .addi(T0, T0, 1)
            .jump(-4));
  }

  @Test
  @DisplayName("comes back at once, again and again, and retires nothing")
  void comesBack() {
    loadSleeper(Hart.SSIP);
    assertThat(first.run(1_000)).isEqualTo(UNTIL_WOKEN);
    long retired = first.retiredInstructions();
    for (int i = 0; i < 100; i++) {
      assertThat(first.run(1_000)).isEqualTo(UNTIL_WOKEN);
    }
    assertThat(first.retiredInstructions()).isEqualTo(retired).isEqualTo(3);
    assertThat(wakes).hasValue(0);
  }

  @Test
  @DisplayName("is woken by an interrupt that it has enabled, and by no other")
  void interrupt() {
    loadSleeper(Hart.SSIP);
    assertThat(first.run(1_000)).isEqualTo(UNTIL_WOKEN);
    first.setInterrupt(Hart.SEIP, true);
    assertThat(first.run(1_000)).as("SEIP is not enabled").isEqualTo(UNTIL_WOKEN);
    wakes.set(0);
    first.setInterrupt(Hart.SSIP, true);
    assertThat(wakes).hasValue(1);
    assertThat(first.run(1_000)).isEqualTo(BUDGET_USED);
  }

  @Test
  @DisplayName("is woken by a kick, and waits on afterwards")
  void kick() {
    loadSleeper(Hart.SSIP);
    assertThat(first.run(1_000)).isEqualTo(UNTIL_WOKEN);
    first.kick();
    assertThat(wakes).hasValue(1);
    assertThat(first.run(1_000)).isEqualTo(new VcpuExit.Kicked());
    assertThat(first.run(1_000)).isEqualTo(UNTIL_WOKEN);
  }

  @Test
  @DisplayName("for its timer says until when")
  void timer() {
    load(
        new MachineCode()
            .li(T0, 0x7000_0000)
            .csrw(STIMECMP, T0)
            .addi(T0, ZERO, Hart.STIP)
            .csrw(SIE, T0)
            .word(WFI)
            .jump(0));
    assertThat(first.run(1_000))
        .isEqualTo(new VcpuExit.Waiting(first.timer.deadlineNanos()))
        .isNotEqualTo(UNTIL_WOKEN);
  }

  @Test
  @DisplayName("because it is not started is woken by hart_start")
  void start() {
    loadSleeper(Hart.SSIP);
    assertThat(second.run(1_000)).isEqualTo(UNTIL_WOKEN);
    assertThat(second.start(new RiscvVcpu.Entry(MachineCode.ENTRY, 7))).isTrue();
    assertThat(wakes).hasValue(1);
    assertThat(second.run(2)).isEqualTo(BUDGET_USED);
    assertThat(second.hart.x[MachineCode.A1]).isEqualTo(7);
  }
}
