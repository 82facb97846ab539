// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * A generic PCI host bridge ("pci-host-ecam-generic"): configuration space as memory (ECAM, PCI
 * Express Base Specification 7.2.2), 32 devices of one function on bus 0, the bridge itself at
 * 00:00.0. What is not there reads all ones.
 *
 * <p>Functions are added with their BARs assigned and answering, as firmware would leave them. A
 * guest moves a BAR by writing it; outside the bridge's windows, or on top of another one, it
 * answers nowhere until it is moved again.
 *
 * <p>Thread-safe: one lock guards configuration and placement. BAR targets are called under it;
 * interrupts have a lock of their own, so a device may raise its pin at any time.
 */
public final class PciHost implements MmioDevice, Stateful {
  /** Bytes of configuration space that one bus takes. */
  public static final long BUS_LENGTH = 1 << 20;

  private static final int DEVICES = 32;
  private static final PciIdentity BRIDGE = new PciIdentity(0x1b36, 0x0008, 0x060000, 0);

  private final PciWindow low;
  private final PciWindow high;
  private final PciInterrupts interrupts;
  private final Object lock = new Object();

  // Guarded by lock.
  private final @Nullable PciSlot[] slots = new PciSlot[DEVICES];
  private long lowUsed;
  private long highUsed;

  /**
   * Makes a bridge without devices. The board attaches it to its bus where configuration space is
   * to be, with a length of {@link #BUS_LENGTH} or, if its device tree says so, more.
   *
   * @param low window below 4 GiB
   * @param high window above 4 GiB for 64-bit BARs, or {@link PciWindow#NONE}
   * @param intx the wires INTA to INTD at the interrupt controller
   */
  public PciHost(PciWindow low, PciWindow high, List<? extends InterruptLine> intx) {
    this.low = low;
    this.high = high;
    this.interrupts = new PciInterrupts(intx);
    PciConfig config = new PciConfig(BRIDGE, false, List.of());
    slots[0] = new PciSlot(config, List.of(), new long[0], interrupts.pin(0), null);
  }

  @Override
  public String name() {
    return "pci";
  }

  /**
   * Puts a function into a slot, assigns its BARs and lets it answer.
   *
   * @param device 1 to 31
   * @return the function's interrupt pin
   * @throws IllegalArgumentException if the slot is taken or the windows are full
   */
  public InterruptLine add(int device, PciFunction function) {
    synchronized (lock) {
      if (device < 1 || device >= DEVICES || slots[device] != null) {
        throw new IllegalArgumentException(
            "%s: no free slot 00:%02x.0".formatted(function.name(), device));
      }
      List<PciBar> bars = new ArrayList<>(function.bars());
      List<PciCapability> capabilities = new ArrayList<>(function.capabilities());
      Msix msix = function.msix();
      if (msix != null) {
        bars.add(msix.bar());
        bars.sort(
            Comparator.comparingInt(PciBar::index)); // a large one comes last, and leaves room
        capabilities.add(msix.capability());
      }
      long[] assigned = bars.stream().mapToLong(bar -> allocate(bar, function.name())).toArray();
      PciInterrupts.Pin pin = interrupts.pin(device);
      PciConfig config = new PciConfig(function.identity(), true, capabilities);
      slots[device] = new PciSlot(config, bars, assigned, pin, function);
      settle();
      return pin;
    }
  }

  /** Gives every function the BAR addresses and the registers of power-on. */
  public void reset() {
    synchronized (lock) {
      for (PciSlot slot : slots) {
        if (slot != null) {
          slot.assign();
        }
      }
      settle();
      for (PciSlot slot : slots) {
        if (slot != null) {
          slot.reset();
        }
      }
    }
  }

  /** Brings every function to rest: none of its workers is in a step until {@link #resume}. */
  public void pause() {
    functions().forEach(PciFunction::pause);
  }

  /** Ends {@link #pause}. */
  public void resume() {
    functions().forEach(PciFunction::resume);
  }

  /**
   * Writes all slots: first configuration space and the places of the BARs, then the functions. The
   * bridge has to be at rest, see {@link #pause}.
   */
  @Override
  public void save(StateWriter out) {
    synchronized (lock) {
      for (int device = 0; device < DEVICES; device++) {
        PciSlot slot = slots[device];
        out.flag(slot != null);
        if (slot != null) {
          slot.savePlaces(out);
        }
      }
      for (PciSlot slot : slots) {
        if (slot != null) {
          slot.saveFunction(out);
        }
      }
    }
  }

  /**
   * Restores all slots, into a bridge at rest with the same functions, and then drives its four
   * wires, so the interrupt controller is restored before. Guest memory is, too: a device may look
   * at its rings.
   */
  @Override
  public void restore(StateReader in) {
    synchronized (lock) {
      boolean[][] answering = new boolean[DEVICES][];
      for (int device = 0; device < DEVICES; device++) {
        PciSlot slot = slots[device];
        if (in.flag() != (slot != null)) {
          throw in.wrong("slot 00:%02x.0 is empty there or here".formatted(device));
        }
        if (slot != null) {
          answering[device] = slot.restoreConfig(in);
        }
      }
      for (int device = 0; device < DEVICES; device++) {
        PciSlot slot = slots[device];
        if (slot != null) {
          slot.restorePlaces(in, answering[device], this::isFree);
        }
      }
      for (PciSlot slot : slots) {
        if (slot != null) {
          slot.restoreFunction(in);
        }
      }
      interrupts.drive();
    }
  }

  private List<PciFunction> functions() {
    synchronized (lock) {
      return Arrays.stream(slots)
          .filter(Objects::nonNull)
          .flatMap(slot -> Objects.requireNonNull(slot).function().stream())
          .toList();
    }
  }

  /** Makes every function give up what it holds. For the board, when it closes. */
  public void close() {
    synchronized (lock) {
      for (PciSlot slot : slots) {
        if (slot != null) {
          slot.close();
        }
      }
    }
  }

  @Override
  public long read(long offset, int size) {
    synchronized (lock) {
      PciSlot slot = slotAt(offset, size);
      return slot == null
          ? -1L >>> (64 - 8 * size)
          : slot.config.read((int) offset & 0xfff, size, slot.pin.level());
    }
  }

  @Override
  public void write(long offset, int size, long value) {
    synchronized (lock) {
      PciSlot slot = slotAt(offset, size);
      if (slot != null) {
        slot.configure((int) offset & 0xfff, size, value);
        settle();
      }
    }
  }

  /** Returns the function at an offset (bus, device, function: bits 20, 15 and 12 up), or null. */
  private @Nullable PciSlot slotAt(long offset, int size) {
    boolean functionZeroOfBusZero = offset >> 20 == 0 && (offset >> 12 & 7) == 0;
    boolean inOneFunction = (offset & 0xfff) + size <= 0x1000;
    return functionZeroOfBusZero && inOneFunction ? slots[(int) (offset >> 15)] : null;
  }

  private long allocate(PciBar bar, String name) {
    if (bar.wide() && high.size() > 0) {
      long offset = alignUp(high.base() + highUsed, bar.size()) - high.base();
      check(high, offset, bar, name);
      highUsed = offset + bar.size();
      return high.base() + offset;
    }
    long offset = alignUp(low.base() + lowUsed, bar.size()) - low.base();
    check(low, offset, bar, name);
    lowUsed = offset + bar.size();
    return low.base() + offset;
  }

  private static void check(PciWindow window, long offset, PciBar bar, String name) {
    if (!window.holds(window.base() + offset, bar.size())) {
      throw new IllegalArgumentException(
          "%s: no room for BAR %d of 0x%x bytes".formatted(name, bar.index(), bar.size()));
    }
  }

  private static long alignUp(long address, long alignment) {
    return (address + alignment - 1) & -alignment;
  }

  /**
   * Makes placement follow configuration. All removals come first, so that two BARs can change
   * places. A BAR that another one was in the way of is tried again.
   */
  private void settle() {
    for (PciSlot slot : slots) {
      if (slot != null) {
        slot.removeMoved();
      }
    }
    for (PciSlot slot : slots) {
      if (slot != null) {
        slot.placeMissing(this::isFree);
      }
    }
  }

  /**
   * Returns whether the bridge forwards these addresses and no BAR answers there. The targets
   * cannot tell: one that is memory would hide one that is registers.
   */
  private boolean isFree(long gpa, long size) {
    return (low.holds(gpa, size) || high.holds(gpa, size))
        && Arrays.stream(slots).noneMatch(slot -> slot != null && slot.answersIn(gpa, size));
  }
}
