// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.jmh;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import tombolo.machine.Board;
import tombolo.machine.BoardContext;
import tombolo.machine.Vcpu;
import tombolo.machine.VcpuExit;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.FlatImage;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;
import tombolo.riscv.RiscvAccelerator;

/**
 * One hart with a program of a few instructions, run by the benchmark's own thread instead of a
 * VM's. The program starts in S-mode at {@link #ENTRY}. A device has a register at {@link #DEVICE}.
 * Used by one thread.
 */
final class BareHart implements AutoCloseable {
  static final long RAM = 0x8000_0000L;
  static final long ENTRY = RAM + 0x20_0000;
  static final long DEVICE = 0x2000_0000L;
  private static final long RAM_BYTES = 32 << 20;

  private final HostMemory ram = HostMemory.allocate(RAM_BYTES);
  private final GuestMemory memory = new GuestMemory();
  private final DeviceBus bus = new DeviceBus();
  private final Board board;
  private final Vcpu vcpu;

  /**
   * @param code the encoded instructions
   */
  BareHart(int... code) {
    BoardContext context =
        new BoardContext(
            "bench",
            1,
            memory,
            ram,
            bus,
            new DeviceBus(),
            new BufferConsole(HostServices.system()),
            reason -> {},
            new HostServices(Clock.system(), Scheduler.system(), RandomSource.system()));
    RiscvAccelerator accelerator = new RiscvAccelerator();
    board = accelerator.createBoard(accelerator.boards().getFirst(), context);
    vcpu = board.vcpus().getFirst();
    bus.attach(DEVICE, HostMemory.PAGE_SIZE, new Register());
    ByteBuffer bytes = ByteBuffer.allocate(4 * code.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(code);
    board.load(new BootImage(FlatImage.parse(bytes.array(), ENTRY, "benchmark"), null, ""));
  }

  GuestMemory memory() {
    return memory;
  }

  /** Runs to the next access of the device, and completes it as a VM does. */
  VcpuExit runToDevice() {
    VcpuExit exit = vcpu.run(Long.MAX_VALUE);
    switch (exit) {
      case VcpuExit.MmioRead(long gpa, int size) ->
          vcpu.completeRead(slot(gpa, size).device().read(gpa - DEVICE, size));
      case VcpuExit.MmioWrite(long gpa, int size, long value) ->
          slot(gpa, size).device().write(gpa - DEVICE, size, value);
      default ->
          throw new IllegalStateException("unexpected exit of the benchmark's guest: " + exit);
    }
    return exit;
  }

  private DeviceBus.Slot slot(long gpa, int size) {
    DeviceBus.Slot slot = bus.find(gpa, size);
    if (slot == null || slot.base() != DEVICE) {
      throw new IllegalStateException(
          "unexpected access of the benchmark's guest at 0x%x".formatted(gpa));
    }
    return slot;
  }

  @Override
  public void close() {
    board.close();
    memory.unmapAll();
    ram.close();
  }

  /** A minimal device, which remembers the last stored value. */
  private static final class Register implements MmioDevice {
    private volatile long last;

    @Override
    public String name() {
      return "register";
    }

    @Override
    public long read(long offset, int size) {
      return last;
    }

    @Override
    public void write(long offset, int size, long value) {
      last = value;
    }
  }
}
