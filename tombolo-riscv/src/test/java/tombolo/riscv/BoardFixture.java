// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.machine.BoardContext;
import tombolo.machine.VcpuExit;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;
import tombolo.riscv.board.RiscvBoard;
import tombolo.riscv.hart.CodeBudget;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.vcpu.RiscvVcpu;
import tombolo.riscv.vcpu.Sbi;

/** A board whose harts no thread runs, so that a test can act for them. */
public final class BoardFixture implements AutoCloseable {
  public static final long RAM_SIZE = 4 << 20;

  public final HostMemory ram = HostMemory.allocate(RAM_SIZE);
  public final GuestMemory memory = new GuestMemory();

  /** Bytes of a vector register. */
  public static final int VECTOR_LENGTH = 32;

  public final BufferConsole console = new BufferConsole(HostServices.system());
  public final DeviceBus mmio = new DeviceBus();
  public final BoardContext context;
  public final RiscvBoard board;
  public final Sbi sbi;

  public BoardFixture(int harts) {
    this(harts, InterruptController.PLIC);
  }

  public BoardFixture(int harts, InterruptController controller) {
    this(harts, controller, Clock.system());
  }

  public BoardFixture(int harts, InterruptController controller, Clock clock) {
    this(harts, controller, clock, CodeBudget.ofProcess());
  }

  public BoardFixture(int harts, InterruptController controller, Clock clock, CodeBudget budget) {
    context =
        new BoardContext(
            "fixture",
            harts,
            memory,
            ram,
            mmio,
            new DeviceBus(),
            console,
            reason -> {},
            new HostServices(clock, Scheduler.system(), RandomSource.seeded(1)));
    board = new RiscvBoard(context, controller, TestedEngine.make(), budget, VECTOR_LENGTH, null);
    sbi = new Sbi(memory, console, board.vcpus());
  }

  public List<RiscvVcpu> vcpus() {
    return board.vcpus();
  }

  public Hart hart(int index) {
    return vcpus().get(index).hart;
  }

  /** Hart 0 calls the firmware; the answer is in its a0 and a1. */
  public @Nullable VcpuExit call(long extension, long function, long... arguments) {
    long[] x = hart(0).x;
    x[MachineCode.A7] = extension;
    x[MachineCode.A6] = function;
    for (int i = 0; i < 6; i++) {
      x[MachineCode.A0 + i] = i < arguments.length ? arguments[i] : 0;
    }
    return sbi.call(vcpus().getFirst());
  }

  /** As {@link #call}; the error code that hart 0 gets. */
  public long error(long extension, long function, long... arguments) {
    call(extension, function, arguments);
    return hart(0).x[MachineCode.A0];
  }

  /** The value that hart 0 got with its last answer. */
  public long value() {
    return hart(0).x[MachineCode.A1];
  }

  @Override
  public void close() {
    board.close();
    memory.unmapAll();
    ram.close();
  }
}
