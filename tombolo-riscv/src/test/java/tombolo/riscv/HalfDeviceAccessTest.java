// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.riscv.board.BoardLayout;

/** Loads and stores of halves that a device answers: the PCI host bridge's configuration space. */
class HalfDeviceAccessTest {
  private static final int COMMAND = 4;
  private static final int LOAD_FP = 0x07;
  private static final int STORE_FP = 0x27;
  private static final int FMV_X_D = 0xe2000053;
  private static final int FMV_D_X = 0xf2000053;
  private static final int SSTATUS = 0x100;

  @Test
  void aDeviceSeesTwoBytesAndTheRegisterIsBoxed() throws InterruptedException {
    MachineCode code = new MachineCode();
    code.li(MachineCode.T0, 0x2000).csrw(SSTATUS, MachineCode.T0); // FS is Initial
    code.li(MachineCode.T2, BoardLayout.PCI_CONFIG_BASE);
    code.li(MachineCode.T3, GuestRun.SHARED_WORDS);
    code.word(MachineCode.T2 << 15 | 1 << 12 | 1 << 7 | LOAD_FP); // flh f1, 0(t2)
    code.word(FMV_X_D | 1 << 15 | MachineCode.A0 << 7);
    code.store(3, MachineCode.A0, 0, MachineCode.T3);
    code.load(1, MachineCode.A0, 0, MachineCode.T2).store(3, MachineCode.A0, 8, MachineCode.T3);
    code.li(MachineCode.A0, 0xffff_0406).word(FMV_D_X | MachineCode.A0 << 15 | 1 << 7);
    // fsh f1, COMMAND(t2)
    code.word(1 << 20 | MachineCode.T2 << 15 | 1 << 12 | COMMAND << 7 | STORE_FP);
    code.load(6, MachineCode.A0, COMMAND, MachineCode.T2);
    code.store(3, MachineCode.A0, 16, MachineCode.T3);
    code.powerOff();
    BufferConsole console = new BufferConsole(HostServices.system());
    try (Vm vm = code.guest("halves").create(console)) {
      vm.boot();
      assertThat(GuestRun.awaitStop(vm, console)).isEqualTo(new StopReason.PowerOff());
      long half = vm.memory().readLong(GuestRun.SHARED_WORDS);
      long integer = vm.memory().readLong(GuestRun.SHARED_WORDS + 8);
      assertThat(half).isEqualTo(0xffff_ffff_ffff_0000L | integer);
      assertThat(integer).as("the vendor, sign-extended").isPositive();
      assertThat(vm.memory().readLong(GuestRun.SHARED_WORDS + 16)).as("command").isEqualTo(0x0406);
    }
  }
}
