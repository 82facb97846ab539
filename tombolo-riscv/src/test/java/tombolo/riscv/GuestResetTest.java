// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.machine.GuestReset;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;

/** A guest asks for a reset, by the firmware or by the test finisher. */
class GuestResetTest {
  /** Prints "z" where RAM is fresh, "n" where it is not, dirties it, and asks for a reset. */
  private static MachineCode dirtyRam() {
    MachineCode code = new MachineCode();
    code.li(MachineCode.T2, GuestRun.SHARED_WORDS).load(3, MachineCode.T3, 0, MachineCode.T2);
    code.addi(MachineCode.A0, MachineCode.ZERO, 'z');
    code.branch(0, MachineCode.T3, MachineCode.ZERO, 8);
    code.addi(MachineCode.A0, MachineCode.ZERO, 'n');
    code.li(MachineCode.A7, 1).word(MachineCode.ECALL);
    return code.store(3, MachineCode.A7, 0, MachineCode.T2);
  }

  static Stream<MachineCode> resets() {
    return Stream.of(
        dirtyRam().sbi(0x53525354, 0, 1, 0),
        dirtyRam().sbi(0x53525354, 0, 2, 0),
        dirtyRam()
            .li(MachineCode.T0, 0x10_0000)
            .li(MachineCode.T1, 0x7777)
            .store(2, MachineCode.T1, 0, MachineCode.T0)
            .jump(0));
  }

  @ParameterizedTest
  @MethodSource("resets")
  void itStopsTheVmWhereThatIsTheAnswer(MachineCode code) throws InterruptedException {
    GuestRun.Outcome outcome = code.guest("reset").run();
    assertThat(outcome.reason()).isEqualTo(new StopReason.ResetRequested());
    assertThat(outcome.text()).isEqualTo("z");
  }

  @ParameterizedTest
  @MethodSource("resets")
  void itBootsTheGuestAgainWithFreshMemoryWhereThatIsTheAnswer(MachineCode code)
      throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    GuestRun guest = code.guest("reboot").vcpus(2).onReset(GuestReset.REBOOT);
    try (Vm vm = guest.create(console)) {
      vm.boot();
      assertThat(console.await("z".repeat(20), GuestRun.DEADLINE)).isTrue();
    }
    assertThat(console.text()).doesNotContain("n");
  }
}
