// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.GuestFault;
import tombolo.machine.power.StopReason;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;

/** What becomes of guests that go wrong: their own trap handler tells, or the VM does. */
class BrokenGuestsTest {
  private static final int UNHANDLED_TRAP = 99; // guests/lib/finish.h

  /** How a guest ended that can't go on. */
  private static GuestFault fault(String guest, String append) throws InterruptedException {
    StopReason reason = GuestRun.of(guest).append(append).run().reason();
    assertThat(reason).isInstanceOf(StopReason.Fault.class);
    return ((StopReason.Fault) reason).fault();
  }

  @ParameterizedTest
  @CsvSource({
    "wild-jump,       '',               instruction access fault, 0x1, 0x4000000000",
    "wild-jump,       to=0x10000000,    instruction access fault, 0x1, 0x10000000",
    "rom-write,       '',               store access fault,       0x7, 0x1000",
    "unknown-address, '',               load access fault,        0x5, 0x8000000",
    "unknown-address, store,            store access fault,       0x7, 0x8000000",
    "unknown-address, at=0x7ffffff8,    load access fault,        0x5, 0x7ffffff8",
  })
  void aTrapGoesToTheGuestsOwnHandler(
      String guest, String append, String cause, String scause, String address)
      throws InterruptedException {
    GuestRun.Outcome outcome = GuestRun.of(guest).append(append).run();
    assertThat(outcome.text())
        .contains("unhandled trap: hart 0, %s, scause %s".formatted(cause, scause))
        .endsWith("stval %s\n".formatted(address));
    assertThat(outcome.reason()).isEqualTo(new StopReason.GuestFailure(UNHANDLED_TRAP));
  }

  @ParameterizedTest
  @CsvSource({
    "rom-write,       '',               store access fault,       0x1000",
    "unknown-address, '',               load access fault,        0x8000000",
    "unknown-address, store,            store access fault,       0x8000000",
    "unknown-address, at=0x200000000,   load access fault,        0x200000000",
  })
  void withoutAHandlerTheFirstFaultIsReported(
      String guest, String append, String cause, long address) throws InterruptedException {
    GuestFault fault = fault(guest, append + " vector=0");
    assertThat(fault.vcpu()).isZero();
    assertThat(fault.pc()).isBetween(0x8020_0000L, 0x8021_0000L);
    assertThat(fault.symbol()).startsWith("main+0x");
    assertThat(fault.cause()).isEqualTo(cause);
    assertThat(fault.address()).isEqualTo(address);
    assertThat(fault.detail())
        .isEqualTo("its trap vector 0x0 faults without end (instruction access fault at 0x0)");
  }

  @Test
  void aStoreToMemoryThatMayOnlyBeReadChangesNothing() throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    try (HostMemory rom = HostMemory.allocate(HostMemory.PAGE_SIZE);
        Vm vm = GuestRun.of("rom-write").append("at=0x50000000").create(console)) {
      vm.memory().map(0x5000_0000L, rom.size(), rom, 0, Access.READ);
      vm.boot();
      assertThat(GuestRun.awaitStop(vm, console))
          .isEqualTo(new StopReason.GuestFailure(UNHANDLED_TRAP));
      assertThat(console.text()).contains("store access fault").endsWith("stval 0x50000000\n");
      assertThat(vm.statistics().readOnlyStores()).isEqualTo(1);
      assertThat(vm.statistics().unknownAccesses()).isZero();
      assertThat(vm.memory().readInt(0x5000_0000L)).isZero();
    }
  }

  @Test
  void aJumpToNowhereIsReportedThere() throws InterruptedException {
    GuestFault fault = fault("wild-jump", "to=0x4000000000 vector=0");
    assertThat(fault.pc()).isEqualTo(0x40_0000_0000L);
    assertThat(fault.address()).isEqualTo(0x40_0000_0000L);
    assertThat(fault.cause()).isEqualTo("instruction access fault");
    assertThat(fault.symbol()).isNull();
  }

  @Test
  void aTrapVectorThatFaultsIsReportedWithWhatBeganIt() throws InterruptedException {
    GuestFault fault = fault("fault-loop", "");
    assertThat(fault.cause()).isEqualTo("breakpoint");
    assertThat(fault.symbol()).startsWith("main+0x");
    assertThat(fault.detail())
        .matches("its trap vector (0x802\\w+) faults without end \\(illegal instruction at \\1\\)");
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3", "4"})
  void executedGarbageIsReportedOnceItFaults(int seed) throws InterruptedException {
    GuestFault fault = fault("garbage", "seed=%d vector=0".formatted(seed));
    assertThat(fault.describe()).startsWith("vCPU 0: ").contains(" at pc 0x");
  }

  @Test
  void aFaultOfASecondHartNamesThatHart() throws InterruptedException {
    // Hart 0 starts hart 1 at a place that holds no instruction, then sleeps.
    MachineCode code = new MachineCode();
    code.sbi(0x48534d, 0, 1, 0x8030_0000L, 0).word(MachineCode.WFI).jump(-4);
    StopReason reason = code.guest("second-hart").vcpus(2).run().reason();
    assertThat(reason)
        .asInstanceOf(type(StopReason.Fault.class))
        .extracting(StopReason.Fault::fault)
        .satisfies(
            fault -> {
              assertThat(fault.vcpu()).isEqualTo(1);
              assertThat(fault.pc()).isEqualTo(0x8030_0000L);
              assertThat(fault.cause()).isEqualTo("illegal instruction");
            });
  }
}
