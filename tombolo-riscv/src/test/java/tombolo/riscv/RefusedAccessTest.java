// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import tombolo.machine.ExitKind;
import tombolo.machine.Vm;
import tombolo.machine.VmStatistics;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;
import tombolo.riscv.isa.Cause;

/**
 * Accesses that memory alone can answer, where the memory does not allow them: the guest gets its
 * access fault, the memory stays as it is, and the VM counts it as it counts plain ones.
 */
class RefusedAccessTest {
  private static final long ROM = 0x5000_0000L;
  private static final int STVEC = 0x105;
  private static final int SCAUSE = 0x142;
  private static final int STVAL = 0x143;
  private static final int SATP = 0x180;

  /** Runs what begins with T2 = ROM; the trap handler ends the run. */
  private VmStatistics faults(MachineCode body, long cause, long value)
      throws InterruptedException {
    MachineCode code = new MachineCode();
    int handler = 0x200;
    code.li(MachineCode.T0, MachineCode.ENTRY + handler).csrw(STVEC, MachineCode.T0);
    code.li(MachineCode.T2, ROM);
    ByteBuffer words = ByteBuffer.wrap(body.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    while (words.hasRemaining()) {
      code.word(words.getInt());
    }
    code.jump(0);
    while (code.size() < handler) {
      code.word(MachineCode.EBREAK);
    }
    code.csrr(MachineCode.A0, SCAUSE).csrr(MachineCode.A1, STVAL);
    code.li(MachineCode.T3, GuestRun.SHARED_WORDS);
    code.store(3, MachineCode.A0, 0, MachineCode.T3).store(3, MachineCode.A1, 8, MachineCode.T3);
    code.powerOff();
    BufferConsole console = new BufferConsole(HostServices.system());
    try (HostMemory rom = HostMemory.allocate(2 * HostMemory.PAGE_SIZE);
        Vm vm = code.guest("refused").create(console)) {
      vm.memory().map(ROM, rom.size(), rom, 0, Access.READ);
      vm.boot();
      assertThat(GuestRun.awaitStop(vm, console)).isEqualTo(new StopReason.PowerOff());
      assertThat(vm.memory().readLong(GuestRun.SHARED_WORDS)).isEqualTo(cause);
      assertThat(vm.memory().readLong(GuestRun.SHARED_WORDS + 8)).isEqualTo(value);
      assertThat(vm.memory().readLong(ROM)).isZero();
      assertThat(vm.memory().readLong(ROM + 4088)).isZero();
      assertThat(vm.statistics().exits(ExitKind.MMIO_REFUSED)).isEqualTo(1);
      return vm.statistics();
    }
  }

  private void expectReadOnlyStore(MachineCode body, long cause, long value)
      throws InterruptedException {
    VmStatistics statistics = faults(body, cause, value);
    assertThat(statistics.readOnlyStores()).isEqualTo(1);
    assertThat(statistics.unknownAccesses()).isZero();
  }

  private static int atomic(int function, int width, int address) {
    int registers = function == 2 ? 0 : MachineCode.A1 << 20;
    return function << 27 | registers | address << 15 | width << 12 | MachineCode.A0 << 7 | 0x2f;
  }

  @Test
  void anAtomicOperationOnMemoryThatMayOnlyBeRead() throws InterruptedException {
    MachineCode swap = new MachineCode().word(atomic(1, 3, MachineCode.T2));
    expectReadOnlyStore(swap, Cause.STORE_ACCESS, ROM);
  }

  @Test
  void aStoreConditionalToMemoryThatMayOnlyBeRead() throws InterruptedException {
    MachineCode pair = new MachineCode();
    pair.word(atomic(2, 2, MachineCode.T2)).word(atomic(3, 2, MachineCode.T2));
    expectReadOnlyStore(pair, Cause.STORE_ACCESS, ROM);
  }

  @Test
  void aMisalignedStoreToMemoryThatMayOnlyBeRead() throws InterruptedException {
    MachineCode store = new MachineCode().store(3, MachineCode.T2, 1, MachineCode.T2);
    expectReadOnlyStore(store, Cause.STORE_ACCESS, ROM + 1);
  }

  @Test
  void aStoreAcrossTwoPagesThatMayOnlyBeRead() throws InterruptedException {
    MachineCode store = new MachineCode().li(MachineCode.T1, ROM + 4092);
    store.store(3, MachineCode.T2, 0, MachineCode.T1);
    expectReadOnlyStore(store, Cause.STORE_ACCESS, ROM + 4092);
  }

  @Test
  void anAccessedBitInAPageTableThatMayOnlyBeRead() throws InterruptedException {
    // Entry 2 maps the RAM as one page that was not accessed yet; so nothing can be fetched.
    MachineCode code = new MachineCode();
    code.li(MachineCode.T0, 8L << 60 | ROM >> 12).csrw(SATP, MachineCode.T0);
    code.word(MachineCode.SFENCE_VMA).jump(0);
    BufferConsole console = new BufferConsole(HostServices.system());
    try (HostMemory rom = HostMemory.allocate(HostMemory.PAGE_SIZE);
        Vm vm = code.guest("table").create(console)) {
      rom.segment().set(ValueLayout.JAVA_LONG, 16, 0x8000_0000L >> 2 | 0xf);
      vm.memory().map(ROM, rom.size(), rom, 0, Access.READ);
      vm.boot();
      assertThat(GuestRun.awaitStop(vm, console)).isInstanceOf(StopReason.Fault.class);
      assertThat(vm.statistics().readOnlyStores()).isPositive();
      assertThat(vm.memory().readLong(ROM + 16)).isEqualTo(0x8000_0000L >> 2 | 0xf);
    }
  }

  @Test
  void aMisalignedLoadWhereNothingIs() throws InterruptedException {
    MachineCode load = new MachineCode().li(MachineCode.T1, 0x0800_0001L);
    load.load(3, MachineCode.A0, 0, MachineCode.T1);
    VmStatistics statistics = faults(load, Cause.LOAD_ACCESS, 0x0800_0001L);
    assertThat(statistics.unknownAccesses()).isEqualTo(1);
    assertThat(statistics.readOnlyStores()).isZero();
  }
}
