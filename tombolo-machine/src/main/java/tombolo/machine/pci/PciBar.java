// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.MmioDevice;

/**
 * A base address register that a PCI function has: how much address space it wants, and what
 * answers there.
 *
 * @param index 0 to 5; a 64-bit BAR takes the next index, too
 * @param size bytes, a power of two of at least 16 (4096 is a good least: guests map whole pages)
 * @param wide whether it can be placed above 4 GiB
 * @param prefetchable whether reading it has no side effects
 * @param target what is behind it
 */
public record PciBar(int index, long size, boolean wide, boolean prefetchable, Target target) {
  /**
   * The registers or the memory behind a BAR. Called under the host bridge's lock, by the vCPU
   * thread whose guest programs the bridge or by the thread that adds the function; it must not
   * call the bridge back.
   */
  public interface Target {
    /**
     * Makes the target answer at gpa to gpa + size.
     *
     * @return false if it can't be there, for example because something else is; the BAR then
     *     answers nowhere
     */
    boolean place(long gpa);

    /** Makes the target answer there no longer. Called only for where it was placed. */
    void remove(long gpa);
  }

  /** Checks the numbers against the specification. */
  public PciBar {
    if (index < 0 || index > (wide ? 4 : 5)) {
      throw new IllegalArgumentException("no BAR has index " + index);
    }
    if (size < 16 || Long.bitCount(size) != 1 || (!wide && size > 1L << 31)) {
      throw new IllegalArgumentException("no size of a BAR: 0x" + Long.toHexString(size));
    }
  }

  /** Returns a 32-bit BAR with registers, which answer through the bus. */
  public static PciBar registers(int index, long size, DeviceBus mmio, MmioDevice device) {
    return new PciBar(index, size, false, false, new OnBus(mmio, size, device));
  }

  private record OnBus(DeviceBus mmio, long size, MmioDevice device) implements Target {
    @Override
    public boolean place(long gpa) {
      return mmio.tryAttach(gpa, size, device);
    }

    @Override
    public void remove(long gpa) {
      mmio.detach(gpa);
    }
  }
}
