// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.guest;

import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;
import tombolo.ivc.GuestOperations;
import tombolo.ivc.VmEndpoint;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.pci.PciFunction;

/** Front ends without a guest before them, for tests that act as its vCPU thread. */
public final class BareFrontEnds {
  /** Bytes of the device's registers. */
  public static final int REGISTERS = IvcDevice.REGISTERS;

  private BareFrontEnds() {}

  /** Returns what does the request in a slot of this mailbox. */
  public static IntConsumer requests(VmEndpoint endpoint, MemorySegment mailbox) {
    return new Requests(endpoint, GuestOperations.withEvents(endpoint), mailbox)::execute;
  }

  /** Returns the registers of a device that is behind no bridge; {@link #close} closes it. */
  public static MmioDevice registers(VmEndpoint endpoint) {
    return new IvcDevice(endpoint);
  }

  /** Closes the device of these registers. */
  public static void close(MmioDevice registers) {
    ((PciFunction) registers).close();
  }
}
