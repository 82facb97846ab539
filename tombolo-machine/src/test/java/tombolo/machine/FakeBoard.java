// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.KernelImage;
import tombolo.machine.image.SymbolTable;
import tombolo.machine.pci.PciHost;
import tombolo.machine.pci.PciWindow;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.memory.Access;

/** A board of scripted vCPUs with RAM at 0, which counts what is done to it. */
final class FakeBoard implements Board {
  /** An image that nothing is loaded from. */
  static final BootImage NO_IMAGE =
      new BootImage(new KernelImage("none", List.of(), 0, SymbolTable.EMPTY), null, "");

  static final BoardModel MODEL = new BoardModel("fake", ElfMachine.RISCV, 0, 1L << 30, 36);

  final BoardContext context;
  final List<ScriptedVcpu> scripted;
  final AtomicInteger loads = new AtomicInteger();
  final AtomicInteger closes = new AtomicInteger();
  final List<String> lines = new ArrayList<>();
  final PciHost pci =
      new PciHost(
          new PciWindow(0x4000_0000, 0x1000_0000),
          PciWindow.NONE,
          IntStream.range(0, 4).mapToObj(this::interruptLine).toList());

  /** Set where the board was loaded while a vCPU was in run(), which must never be. */
  volatile boolean loadedWhileRunning;

  /** Called by each load; may fail, or may write a script anew. */
  volatile Consumer<FakeBoard> onLoad = board -> {};

  FakeBoard(BoardContext context) {
    this.context = context;
    this.scripted = IntStream.range(0, context.vcpus()).mapToObj(ScriptedVcpu::new).toList();
    context.memory().map(0, context.ram().size(), context.ram(), 0, Access.READ_WRITE_EXECUTE);
  }

  ScriptedVcpu vcpu(int index) {
    return scripted.get(index);
  }

  @Override
  public List<ScriptedVcpu> vcpus() {
    return scripted;
  }

  @Override
  public InterruptLine interruptLine(int number) {
    return new InterruptLine() {
      @Override
      public void raise() {
        lines.add("raise " + number);
      }

      @Override
      public void lower() {
        lines.add("lower " + number);
      }
    };
  }

  @Override
  public void injectInterrupt(long vcpus, int number) {
    if (number < 1 || number > 95) {
      throw new IllegalArgumentException("no input " + number);
    }
    lines.add("pulse %d for 0x%x".formatted(number, vcpus));
  }

  @Override
  public PciHost pci() {
    return pci;
  }

  @Override
  public void load(BootImage image) {
    loadedWhileRunning |= scripted.stream().anyMatch(ScriptedVcpu::inRun);
    loads.incrementAndGet();
    onLoad.accept(this);
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
    closes.incrementAndGet();
  }

  /** Makes boards and remembers the last one. */
  static class FakeAccelerator implements Accelerator {
    private volatile FakeBoard board;

    @SuppressWarnings("NullAway") // no board before the first VM
    FakeAccelerator() {}

    FakeBoard board() {
      return board;
    }

    @Override
    public String name() {
      return "fake";
    }

    @Override
    public Availability availability() {
      return new Availability.Available("scripts");
    }

    @Override
    public int maxVcpus() {
      return 8;
    }

    @Override
    public List<BoardModel> boards() {
      return List.of(MODEL);
    }

    @Override
    public Board createBoard(BoardModel model, BoardContext context) {
      board = new FakeBoard(context);
      return board;
    }
  }
}
