// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.guest;

import tombolo.ivc.FrontEnd;
import tombolo.ivc.VmEndpoint;
import tombolo.machine.pci.PciSlots;

/** The ways by which a guest reaches its VM's endpoint; see docs/abi.md for what it finds there. */
public final class GuestFrontEnds {
  /** The IVC device, at slot 1 of the VM's PCI bridge, and AxVisor's hypercalls. */
  public static final FrontEnd ALL = GuestFrontEnds::plugInto;

  private GuestFrontEnds() {}

  private static void plugInto(VmEndpoint endpoint) {
    IvcDevice device = new IvcDevice(endpoint);
    device.plugIn(endpoint.vm().board().pci(), PciSlots.IVC);
    new AxvisorCalls(endpoint, device).register(endpoint.vm().hypercalls());
  }
}
