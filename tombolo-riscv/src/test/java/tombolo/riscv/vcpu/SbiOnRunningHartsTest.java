// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.riscv.MachineCode.A0;
import static tombolo.riscv.MachineCode.A1;
import static tombolo.riscv.MachineCode.T0;
import static tombolo.riscv.MachineCode.T1;
import static tombolo.riscv.MachineCode.WFI;
import static tombolo.riscv.MachineCode.ZERO;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.BootImage;
import tombolo.machine.power.StopReason;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;
import tombolo.riscv.GuestRun;
import tombolo.riscv.MachineCode;
import tombolo.riscv.TestedEngine;
import tombolo.riscv.hart.Hart;

/** Calls of the firmware by which harts act on each other. */
class SbiOnRunningHartsTest {
  private static final long IPI = 0x735049;
  private static final long RFENCE = 0x52464e43;
  private static final long HSM = 0x48534d;
  private static final int S0 = 8;
  private static final int S1 = 9;
  private static final int SIP = 0x144;
  private static final int SIE = 0x104;

  /** Where the code of hart 1 is: far enough behind that of hart 0. */
  private static final int SECOND = 0x1000;

  private static void assertPowersOff(GuestRun guest) throws InterruptedException {
    assertThat(guest.memory(8 << 20).run().reason()).isEqualTo(new StopReason.PowerOff());
  }

  /** Waits until hart 1 is in a state, by its number. */
  private static MachineCode awaitState(MachineCode code, int state) {
    int again = code.size();
    code.sbi(HSM, 2, 1).addi(T0, ZERO, state);
    return code.branch(1, A1, T0, again - code.size());
  }

  private static MachineCode fillTo(MachineCode code, int size) {
    while (code.size() < size) {
      code.addi(0, 0, 0);
    }
    return code;
  }

  @Test
  void anInterruptThatFollowsAStartIsNotLost() throws InterruptedException {
    MachineCode code = new MachineCode().li(S1, 500);
    int round = code.size();
    code.sbi(HSM, 0, 1, MachineCode.ENTRY + SECOND, 0).sbi(IPI, 0, 1, 1);
    awaitState(code, 1).addi(S1, S1, -1);
    code.branch(1, S1, ZERO, round - code.size()).powerOff();
    // Hart 1 stops once it has seen the interrupt.
    fillTo(code, SECOND).csrr(T0, SIP).branch(0, T0, ZERO, -4).sbi(HSM, 1);
    assertPowersOff(code.guest("start-and-interrupt").vcpus(2));
  }

  @Test
  void anInterruptEndsASuspensionThatOthersCanSee() throws InterruptedException {
    MachineCode code = new MachineCode();
    code.sbi(HSM, 0, 1, MachineCode.ENTRY + SECOND, 0);
    awaitState(code, 4).sbi(IPI, 0, 1, 1);
    awaitState(code, 1).powerOff();
    fillTo(code, SECOND).addi(T0, ZERO, Hart.SSIP).csrw(SIE, T0);
    code.sbi(HSM, 3, 0, 0, 0).sbi(HSM, 1);
    assertPowersOff(code.guest("suspend").vcpus(2));
  }

  @Test
  void aHartResumesFromANonRetentiveSuspensionWhereItSaid() throws InterruptedException {
    int resumed = SECOND + 0x100;
    MachineCode code = new MachineCode();
    code.sbi(HSM, 0, 1, MachineCode.ENTRY + SECOND, 0);
    awaitState(code, 4).sbi(IPI, 0, 1, 1).word(WFI).jump(-4);
    fillTo(code, SECOND).addi(T0, ZERO, Hart.SSIP).csrw(SIE, T0);
    code.sbi(HSM, 3, 0x8000_0000L, MachineCode.ENTRY + resumed, 77);
    // It comes there with its id in a0, 1, and what it gave in a1.
    fillTo(code, resumed).addi(T0, ZERO, 77).branch(1, A1, T0, 0);
    code.addi(T1, ZERO, 1).branch(1, A0, T1, 0).powerOff();
    assertPowersOff(code.guest("non-retentive").vcpus(2));
  }

  @Test
  void hartsThatFenceEachOtherAtOnceDoNotDeadlock() throws InterruptedException {
    int rounds = 20_000;
    MachineCode code = new MachineCode();
    code.sbi(HSM, 0, 1, MachineCode.ENTRY + SECOND, 0);
    code.sbi(HSM, 0, 2, MachineCode.ENTRY + SECOND, 0);
    fences(code, rounds);
    awaitState(code, 1).powerOff();
    fences(fillTo(code, SECOND), rounds).sbi(HSM, 1);
    assertPowersOff(code.guest("fences").vcpus(3));
  }

  private static MachineCode fences(MachineCode code, int rounds) {
    code.li(S0, rounds);
    int again = code.size();
    code.sbi(RFENCE, 0, 0, -1).sbi(RFENCE, 1, 0b111, 0, 0, -1).addi(S0, S0, -1);
    return code.branch(1, S0, ZERO, again - code.size());
  }

  @Test
  void aConsoleThatBlocksHoldsUpNoUnmap() throws InterruptedException {
    CountDownLatch printing = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Console blocked =
        new Console() {
          @Override
          public void write(byte octet) {
            printing.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }

          @Override
          public int read() {
            return -1;
          }

          @Override
          public void onInput(Runnable listener) {
            // There is never any.
          }
        };
    BootImage image =
        new BootImage(new MachineCode().print('x').jump(0).guest("x").kernel(), null, "");
    try (HostMemory channel = HostMemory.allocate(HostMemory.PAGE_SIZE);
        Vm vm =
            Vm.create(
                VmConfig.of("x", image, blocked, HostServices.system()),
                TestedEngine.accelerator())) {
      vm.memory().map(0x5000_0000L, channel.size(), channel, 0, Access.READ_WRITE);
      vm.boot();
      assertThat(printing.await(1, TimeUnit.MINUTES)).isTrue();
      Thread unmap =
          Thread.ofPlatform().start(() -> vm.memory().unmap(0x5000_0000L, channel.size()));
      assertThat(unmap.join(java.time.Duration.ofMinutes(1))).isTrue();
      release.countDown();
    }
  }
}
