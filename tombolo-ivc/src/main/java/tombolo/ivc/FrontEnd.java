// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

/**
 * A way for a guest to reach its VM's endpoint: a device, hypercalls. It translates what a guest
 * asks into {@link GuestOperations}, which know no front end.
 */
@FunctionalInterface
public interface FrontEnd {
  /** Adds itself to the endpoint's VM, which has not booted yet. Called once for a VM. */
  void plugInto(VmEndpoint endpoint);
}
