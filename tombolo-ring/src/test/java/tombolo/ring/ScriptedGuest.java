// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.machine.Board;
import tombolo.machine.BoardContext;
import tombolo.machine.Vcpu;
import tombolo.machine.VcpuExit;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.KernelImage;
import tombolo.machine.power.StopReason;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;
import tombolo.riscv.RiscvAccelerator;
import tombolo.testing.WorkTree;

/**
 * The guest {@code guests/src/ring-script.c}, or {@code guests/src/broadcast-script.c}, on a hart
 * that the test itself runs. To the machine the ring is a device, not memory. So the hart stops
 * before each of its loads and stores there, and the test decides whether the access takes place.
 * Nobody else can see anything between two accesses, so this stops a side wherever it makes a
 * difference. For one thread.
 */
final class ScriptedGuest implements AutoCloseable {
  /** The kinds of steps that the guest takes. */
  enum Kind {
    OPEN_WRITER,
    OPEN_READER,
    CLOSE,
    OFFER,
    CLAIM,
    ABORT,
    DRAIN,
    PEEK,
    ADMIT
  }

  /**
   * A step of the guest.
   *
   * @param value a writer's capacity, a message's length, how many to drain, or how many readers to
   *     hold back for
   */
  record Step(Kind kind, int value) {}

  /** A message that the guest has read. */
  record Read(boolean right, int life, int type, int length) {}

  private static final KernelImage RING_SCRIPT = image("ring-script");
  private static final KernelImage BROADCAST_SCRIPT = image("broadcast-script");

  private static final List<Kind> KINDS = List.of(Kind.values());
  private static final long RING = 0x2000_0000L;
  private static final long BLOCK = 0x8100_0000L;
  private static final long STEPS = BLOCK + 0x40;
  private static final long LOG = BLOCK + 0x800;
  private static final long RAM_BYTES = 32 << 20;

  private final MemorySegment ring;
  private final HostMemory ram = HostMemory.allocate(RAM_BYTES);
  private final GuestMemory memory = new GuestMemory();
  private final DeviceBus bus = new DeviceBus();
  private final BufferConsole console = new BufferConsole(HostServices.system());
  private final Board board;
  private final Vcpu vcpu;
  private @Nullable StopReason end;

  /** The access to the ring before which the hart stopped. */
  private @Nullable VcpuExit access;

  /** Creates a side of a ring: the reader's part, then the writer's. */
  ScriptedGuest(MemorySegment ring, List<Step> steps) {
    this(RING_SCRIPT, ring, 0, steps);
  }

  /** Creates the writer of a broadcast ring: the readers' parts, then the writer's. */
  ScriptedGuest(MemorySegment ring, int readers, List<Step> steps) {
    this(BROADCAST_SCRIPT, ring, readers, steps);
  }

  private ScriptedGuest(KernelImage image, MemorySegment ring, int readers, List<Step> steps) {
    this.ring = ring;
    BoardContext context =
        new BoardContext(
            "ring-script",
            1,
            memory,
            ram,
            bus,
            new DeviceBus(),
            console,
            reason -> end = reason,
            new HostServices(Clock.system(), Scheduler.system(), RandomSource.seeded(1)));
    RiscvAccelerator accelerator = new RiscvAccelerator();
    board = accelerator.createBoard(accelerator.boards().getFirst(), context);
    vcpu = board.vcpus().getFirst();
    board.load(new BootImage(image, null, ""));
    memory.writeLong(BLOCK, RING);
    memory.writeLong(BLOCK + 8, ring.byteSize());
    memory.writeLong(BLOCK + 16, steps.size());
    memory.writeLong(BLOCK + 40, readers);
    for (int i = 0; i < steps.size(); i++) {
      memory.writeInt(STEPS + 8L * i, KINDS.indexOf(steps.get(i).kind));
      memory.writeInt(STEPS + 8L * i + 4, steps.get(i).value);
    }
  }

  private static KernelImage image(String name) {
    return ElfImage.parse(
        KernelImage.readFile(WorkTree.path("guests/bin/" + name + ".elf")), ElfMachine.RISCV, name);
  }

  /** Makes the last access and runs on to the next one; returns false at the end. */
  boolean runToAccess() {
    switch (access) {
      case VcpuExit.MmioRead(long gpa, int size) -> vcpu.completeRead(load(gpa - RING, size));
      case VcpuExit.MmioWrite(long gpa, int size, long value) -> store(gpa - RING, size, value);
      case null, default -> {}
    }
    access = null;
    while (end == null) {
      VcpuExit exit = vcpu.run(Long.MAX_VALUE);
      switch (exit) {
        case VcpuExit.MmioRead(long gpa, int size) -> {
          if (isRing(gpa)) {
            access = exit;
            return true;
          }
          vcpu.completeRead(slot(gpa, size).device().read(gpa - slot(gpa, size).base(), size));
        }
        case VcpuExit.MmioWrite(long gpa, int size, long value) -> {
          if (isRing(gpa)) {
            access = exit;
            return true;
          }
          slot(gpa, size).device().write(gpa - slot(gpa, size).base(), size, value);
        }
        case VcpuExit.SystemEvent(StopReason reason) -> end = reason;
        default -> throw new AssertionError(exit + ": " + console.text());
      }
    }
    if (!end.equals(new StopReason.PowerOff())) {
      throw new AssertionError(end + ", answer " + memory.readLong(BLOCK + 32) + console.text());
    }
    return false;
  }

  /** Returns whether the access before which the hart stopped is a store. */
  boolean isAtStore() {
    return access instanceof VcpuExit.MmioWrite;
  }

  /** Returns the number of messages committed or read, which the guest counts afterwards. */
  int done() {
    return (int) memory.readLong(BLOCK + 24);
  }

  Read read(int index) {
    long entry = memory.readLong(LOG + 8L * index);
    return new Read(
        entry >= 0, (int) (entry >>> 48) & 0x7fff, (int) (entry >>> 16), (int) entry & 0xffff);
  }

  private boolean isRing(long gpa) {
    return gpa >= RING && gpa < RING + ring.byteSize();
  }

  private DeviceBus.Slot slot(long gpa, int size) {
    DeviceBus.Slot slot = bus.find(gpa, size);
    if (slot == null) {
      throw new AssertionError("an access to 0x%x: %s".formatted(gpa, console.text()));
    }
    return slot;
  }

  private long load(long at, int size) {
    return switch (size) {
      case 1 -> Byte.toUnsignedLong(ring.get(ValueLayout.JAVA_BYTE, at));
      case 4 -> Integer.toUnsignedLong(ring.get(ValueLayout.JAVA_INT, at));
      case 8 -> ring.get(ValueLayout.JAVA_LONG, at);
      default -> throw new AssertionError("a load of " + size + " bytes");
    };
  }

  private void store(long at, int size, long value) {
    switch (size) {
      case 1 -> ring.set(ValueLayout.JAVA_BYTE, at, (byte) value);
      case 4 -> ring.set(ValueLayout.JAVA_INT, at, (int) value);
      case 8 -> ring.set(ValueLayout.JAVA_LONG, at, value);
      default -> throw new AssertionError("a store of " + size + " bytes");
    }
  }

  @Override
  public void close() {
    board.close();
    memory.unmapAll();
    ram.close();
  }
}
