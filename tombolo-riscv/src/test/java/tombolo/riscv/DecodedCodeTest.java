// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.MachineCode.A0;
import static tombolo.riscv.MachineCode.A1;
import static tombolo.riscv.MachineCode.RA;
import static tombolo.riscv.MachineCode.T0;
import static tombolo.riscv.MachineCode.T1;
import static tombolo.riscv.MachineCode.T2;
import static tombolo.riscv.MachineCode.T3;
import static tombolo.riscv.MachineCode.ZERO;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.FlatImage;
import tombolo.machine.power.StopReason;
import tombolo.riscv.hart.CodeBudget;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Hart;

/**
 * A guest whose harts enter pages of code at every even offset, each of which begins a block of its
 * own: 2.5 MB of decoded code for a page and a hart.
 *
 * <p>{@code -Dtombolo.harts=8 -Dtombolo.pages=26} in a JVM with {@code -Xmx512m} is what once
 * filled the heap: it asks for 550 MB.
 */
@DisplayName("Code that a guest has decoded")
class DecodedCodeTest {
  private static final int HARTS = Integer.getInteger("tombolo.harts", 2);
  private static final int PAGES = Integer.getInteger("tombolo.pages", 4);

  private static final int PAGE = 4096;
  private static final int A4 = 14;
  private static final int A5 = 15;
  private static final short ADD_A4_TO_A5 = (short) 0x97ba;
  private static final short RETURN = (short) 0x8082;

  /** What a hart has added up when it has entered a page everywhere: 2047 + 2046 + … + 0. */
  private static final long SUM_OF_PAGE = 2047L * 2048 / 2;

  private static GuestRun guest(int harts, int pages) {
    long first = MachineCode.ENTRY + PAGE;
    MachineCode code = new MachineCode();
    int start = worker(harts, new MachineCode(), 0, first, pages).size();
    for (int pass = 0; pass < 2; pass++) { // the first one tells how long it is
      MachineCode attempt = new MachineCode();
      for (int hart = 1; hart < harts; hart++) {
        attempt.sbi(0x48534d, 0, hart, MachineCode.ENTRY + start, 0);
      }
      attempt.li(A0, 0);
      start = attempt.size();
      code = worker(harts, attempt, start, first, pages);
    }
    ByteBuffer image =
        ByteBuffer.allocate(PAGE * (pages + 1)).order(ByteOrder.LITTLE_ENDIAN).put(code.bytes());
    for (int page = 1; page <= pages; page++) {
      image.position(PAGE * page);
      for (int i = 0; i < PAGE / 2 - 1; i++) {
        image.putShort(ADD_A4_TO_A5);
      }
      image.putShort(RETURN);
    }
    return GuestRun.of("decoded", FlatImage.parse(image.array(), MachineCode.ENTRY, "decoded"))
        .vcpus(harts);
  }

  /** Enters all pages, leaves its sum behind, and waits for the others if it is hart 0. */
  private static MachineCode worker(int harts, MachineCode code, int start, long first, int pages) {
    assertThat(code.size()).isEqualTo(start);
    code.li(A5, 0).li(A4, 1).li(T3, first).li(T2, first + (long) pages * PAGE);
    code.word(T3 << 15 | RA << 7 | 0x67); // jalr ra, (t3)
    code.addi(T3, T3, 2).branch(1, T3, T2, -8);
    code.word(3 << 20 | A0 << 15 | 1 << 12 | T1 << 7 | 0x13); // slli t1, a0, 3
    code.li(T0, GuestRun.SHARED_WORDS);
    code.word(T0 << 20 | T1 << 15 | T1 << 7 | 0x33); // add t1, t1, t0
    code.store(3, A5, 8, T1);
    code.word(0x0ff0000f); // fence
    code.word(A4 << 20 | T0 << 15 | 2 << 12 | 0x2f); // amoadd.w zero, a4, (t0)
    code.branch(0, A0, ZERO, 12).word(MachineCode.WFI).jump(-4);
    code.load(2, A1, 0, T0).li(T1, harts).branch(1, A1, T1, -8);
    return code.powerOff();
  }

  private static void assertRight(Vm vm, int harts, int pages) {
    for (int hart = 0; hart < harts; hart++) {
      assertThat(vm.memory().readLong(GuestRun.SHARED_WORDS + 8 + 8L * hart))
          .as("sum of hart %d", hart)
          .isEqualTo(pages * SUM_OF_PAGE);
    }
  }

  /** Notes the most that was used whenever a hart comes back. */
  private static final class Watching implements Engine {
    private final Engine engine = TestedEngine.make();
    private final CodeBudget budget;
    private final AtomicLong most = new AtomicLong();

    Watching(CodeBudget budget) {
      this.budget = budget;
    }

    @Override
    public void run(Hart hart, long limit) {
      engine.run(hart, limit);
      most.accumulateAndGet(budget.used(), Math::max);
    }

    @Override
    public void runExactly(Hart hart, long limit) {
      engine.runExactly(hart, limit);
      most.accumulateAndGet(budget.used(), Math::max);
    }
  }

  @Test
  @DisplayName("stays within the budget, whatever all harts enter, and goes with the run")
  void staysWithinTheBudget() throws InterruptedException {
    boolean fullSize = Integer.getInteger("tombolo.pages") != null;
    long bytes = fullSize ? Runtime.getRuntime().maxMemory() / 4 : 4L << 20;
    CodeBudget budget = new CodeBudget(bytes);
    Watching engine = new Watching(budget);
    BufferConsole console = new BufferConsole(HostServices.system());
    try (Vm vm = guest(HARTS, PAGES).create(console, HostServices.system(), engine, budget)) {
      vm.boot();
      assertThat(GuestRun.awaitStop(vm, console)).isEqualTo(new StopReason.PowerOff());
      assertRight(vm, HARTS, PAGES);
      assertThat(engine.most.get()).isBetween(bytes / 4, bytes + HARTS * (1L << 15));
      assertThat(vm.statistics().evictedCodePages()).isPositive();
      assertThat(budget.used()).as("a VM that has stopped").isZero();
    }
  }

  @Test
  @DisplayName("is dropped without a trace that the guest could see")
  void isDroppedWithoutATrace() {
    GuestRun guest = guest(2, 1).memory(32 << 20);
    String scarce = end(guest, new CodeBudget(CodeBudget.LEAST), true);
    String plenty = end(guest, new CodeBudget(64 * CodeBudget.MOST), false);
    assertThat(scarce).isEqualTo(plenty);
  }

  private static String end(GuestRun guest, CodeBudget budget, boolean evicts) {
    try (SteppedVm stepped = new SteppedVm(guest, 7, TestedEngine.make(), budget)) {
      stepped.vm.boot();
      assertThat(stepped.step(1_000_000)).isTrue();
      assertRight(stepped.vm, guest.vcpus(), 1);
      assertThat(stepped.vm.statistics().evictedCodePages() > 0).isEqualTo(evicts);
      return stepped.end() + stepped.host.steps();
    }
  }
}
