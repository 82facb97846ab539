// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import tombolo.guest.Device;
import tombolo.machine.Vm;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.pci.GpaWindow;
import tombolo.memory.HostMemory;
import tombolo.memory.MemoryRegion;

/**
 * The IVC device of a VM on a {@link TestBoard}, as a process of the VM's Linux has it: registers
 * by exits, the window by what stage 2 maps there now, and Bus Master Enable while it is open.
 */
final class BoardDevice implements Device {
  private static final long COMMAND = (1 << 15) + 4;
  private static final int MEMORY = 2;
  private static final int MEMORY_AND_MASTER = 6;

  private final Vm vm;
  private final TestBoard board;
  private final DeviceBus.Slot registers;
  private final GpaWindow window;
  private final Semaphore sleeps = new Semaphore(0);
  private final AtomicReference<Runnable> beforeSleep = new AtomicReference<>(() -> {});
  private volatile boolean forEver;

  BoardDevice(VmEndpoint endpoint) {
    vm = endpoint.vm();
    board = IvcFixture.board(endpoint);
    window = endpoint.window();
    board.pci().write(COMMAND, Short.BYTES, MEMORY);
    board.pci().write(COMMAND, Short.BYTES, MEMORY_AND_MASTER);
    registers =
        LongStream.iterate(TestBoard.PCI_BASE, base -> base + HostMemory.PAGE_SIZE)
            .limit(1 << 16)
            .mapToObj(base -> vm.mmio().find(base, Integer.BYTES))
            .filter(slot -> slot != null && slot.device().name().equals("ivc"))
            .findFirst()
            .orElseThrow();
  }

  @Override
  public int readInt(int offset) {
    return (int) registers.device().read(offset, Integer.BYTES);
  }

  @Override
  public void writeInt(int offset, int value) {
    registers.device().write(offset, Integer.BYTES, value);
  }

  @Override
  public void writeLong(int offset, long value) {
    registers.device().write(offset, Long.BYTES, value);
  }

  /** Maps what is host memory without a gap, as all channels are. */
  @Override
  public MemorySegment map(long offset, long size, Arena arena) {
    long gpa = window.base().orElseThrow() + offset;
    MemoryRegion region = Objects.requireNonNull(vm.memory().regionAt(gpa));
    return region.host().view(region.hostOffsetOf(gpa), size, arena);
  }

  /** From now on waits have no end but an interrupt or {@link #wakeUp}. */
  void waitsForEver() {
    forEver = true;
  }

  /** Has the next thread that is about to sleep do something first. */
  void beforeNextSleep(Runnable action) {
    beforeSleep.set(action);
  }

  @Override
  public void awaitInterrupt(long limit) {
    beforeSleep.getAndSet(() -> {}).run();
    sleeps.release();
    boolean interrupted = false;
    long nanos = forEver ? TimeUnit.HOURS.toNanos(1) : limit;
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      try {
        board.awaitInterrupt(left);
        break;
      } catch (InterruptedException e) {
        interrupted = true; // a native call does not notice
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until a thread begins to sleep on the interrupt. */
  void awaitSleeper() throws InterruptedException {
    sleeps.drainPermits();
    sleeps.acquire();
  }

  @Override
  public void wakeUp() {
    board.wakeUp();
  }

  @Override
  public void close() {
    board.pci().write(COMMAND, Short.BYTES, MEMORY);
  }
}
