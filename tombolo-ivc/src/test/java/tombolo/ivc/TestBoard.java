// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import tombolo.machine.Accelerator;
import tombolo.machine.Availability;
import tombolo.machine.Board;
import tombolo.machine.BoardContext;
import tombolo.machine.BoardModel;
import tombolo.machine.Vcpu;
import tombolo.machine.VcpuExit;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.pci.PciHost;
import tombolo.machine.pci.PciWindow;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.memory.Access;

/** A board whose vCPUs never execute anything: RAM at 0, and a PCI bridge. */
final class TestBoard implements Board {
  static final long PCI_BASE = 0x4000_0000L;
  static final int IVC_INTERRUPT = 36;

  private final List<IdleVcpu> vcpus;
  private final boolean[] levels = new boolean[4];

  /** Guarded by {@link #levels}. */
  private boolean woken;

  private final PciHost pci =
      new PciHost(
          new PciWindow(PCI_BASE, 0x4000_0000),
          PciWindow.NONE,
          IntStream.range(0, 4).mapToObj(this::interruptLine).toList());

  /** Interrupts that were pulsed. */
  final List<Integer> pulses = new CopyOnWriteArrayList<>();

  TestBoard(BoardContext context) {
    vcpus = IntStream.range(0, context.vcpus()).mapToObj(IdleVcpu::new).toList();
    context.memory().map(0, context.ram().size(), context.ram(), 0, Access.READ_WRITE_EXECUTE);
  }

  /** Makes such boards. */
  static final Accelerator ACCELERATOR =
      new Accelerator() {
        @Override
        public String name() {
          return "idle";
        }

        @Override
        public Availability availability() {
          return new Availability.Available("does nothing");
        }

        @Override
        public int maxVcpus() {
          return 8;
        }

        @Override
        public List<BoardModel> boards() {
          return List.of(new BoardModel("test", ElfMachine.RISCV, 0, 1L << 30, IVC_INTERRUPT));
        }

        @Override
        public Board createBoard(BoardModel model, BoardContext context) {
          return new TestBoard(context);
        }
      };

  /** Whether one of the PCI interrupt lines is high. */
  boolean interrupted() {
    synchronized (levels) {
      return IntStream.range(0, levels.length).anyMatch(i -> levels[i]);
    }
  }

  /** Waits until one of the lines is high, or somebody calls {@link #wakeUp}. */
  void awaitInterrupt(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    synchronized (levels) {
      for (long left = nanos;
          !woken && !interrupted() && left > 0;
          left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(levels, left);
      }
      woken = false;
    }
  }

  void wakeUp() {
    synchronized (levels) {
      woken = true;
      levels.notifyAll();
    }
  }

  @Override
  public List<? extends Vcpu> vcpus() {
    return vcpus;
  }

  @Override
  public InterruptLine interruptLine(int number) {
    return new InterruptLine() {
      @Override
      public void raise() {
        synchronized (levels) {
          levels[number] = true;
          levels.notifyAll();
        }
      }

      @Override
      public void lower() {
        synchronized (levels) {
          levels[number] = false;
        }
      }
    };
  }

  @Override
  public void injectInterrupt(long mask, int number) {
    pulses.add(number);
  }

  @Override
  public PciHost pci() {
    return pci;
  }

  @Override
  public void load(BootImage image) {
    pci.reset();
  }

  @Override
  public void save(StateWriter out) {
    // Nothing that a guest could notice.
  }

  @Override
  public void restore(StateReader in) {
    // As above.
  }

  @Override
  public void close() {
    pci.close();
  }

  /** Waits until it is kicked, as a hart in WFI does. */
  private static final class IdleVcpu implements Vcpu {
    private final int index;
    private final AtomicBoolean kicked = new AtomicBoolean();
    private volatile Runnable waker = () -> {};

    IdleVcpu(int index) {
      this.index = index;
    }

    @Override
    public int index() {
      return index;
    }

    @Override
    public VcpuExit run(long budget) {
      return kicked.getAndSet(false) ? new VcpuExit.Kicked() : new VcpuExit.Waiting(Long.MAX_VALUE);
    }

    @Override
    public void onWake(Runnable newWaker) {
      waker = newWaker;
    }

    @Override
    public void kick() {
      kicked.set(true);
      waker.run();
    }

    @Override
    public void completeRead(long value) {}

    @Override
    public void rejectAccess() {}

    @Override
    public long hypercallArgument(int number) {
      return 0;
    }

    @Override
    public void completeHypercall(long result) {}

    @Override
    public long retiredInstructions() {
      return 0;
    }
  }
}
