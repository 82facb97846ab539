// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.util.List;
import tombolo.machine.device.InterruptLine;

/**
 * The four INTx wires of a host bridge: pin A of device d goes to wire d modulo 4 (PCI-to-PCI
 * Bridge Architecture Specification 9.1), where it is or-ed with the other devices of that wire.
 *
 * <p>Thread-safe. Its lock is the last one before the interrupt controller's: devices raise their
 * pins while they hold their own locks, and the bridge masks pins while it holds its own.
 */
final class PciInterrupts {
  private final List<InterruptLine> wires;
  // For each wire, a bit for each device that asserts it; guarded by this.
  private final int[] asserted = new int[4];

  PciInterrupts(List<? extends InterruptLine> wires) {
    if (wires.size() != 4) {
      throw new IllegalArgumentException("INTA to INTD are four wires, not " + wires.size());
    }
    this.wires = List.copyOf(wires);
  }

  Pin pin(int device) {
    return new Pin(device);
  }

  /** Sets all four wires as they are, for an interrupt controller that has been restored. */
  synchronized void drive() {
    for (int wire = 0; wire < asserted.length; wire++) {
      wires.get(wire).set(asserted[wire] != 0);
    }
  }

  /** Pin A of one device. */
  final class Pin implements InterruptLine {
    private final int device;
    // Guarded by PciInterrupts.this.
    private boolean level;
    private boolean masked;

    private Pin(int device) {
      this.device = device;
    }

    @Override
    public void raise() {
      synchronized (PciInterrupts.this) {
        level = true;
        update();
      }
    }

    @Override
    public void lower() {
      synchronized (PciInterrupts.this) {
        level = false;
        update();
      }
    }

    /** Follows the Interrupt Disable bit of the command register. */
    void mask(boolean disabled) {
      synchronized (PciInterrupts.this) {
        masked = disabled;
        update();
      }
    }

    /** Returns the Interrupt Status bit: what the device asserts, masked or not. */
    boolean level() {
      synchronized (PciInterrupts.this) {
        return level;
      }
    }

    private void update() {
      int wire = device & 3;
      int bit = 1 << device;
      int before = asserted[wire];
      int now = level && !masked ? before | bit : before & ~bit;
      asserted[wire] = now;
      if ((before == 0) != (now == 0)) {
        wires.get(wire).set(now != 0);
      }
    }
  }
}
