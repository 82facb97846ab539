// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

/**
 * The identity of a PCI function, as its configuration space has it.
 *
 * @param vendor 16 bits
 * @param device 16 bits
 * @param classCode 24 bits: class, subclass, programming interface
 * @param revision 8 bits
 * @param subsystemVendor 16 bits: who made the board that the function sits on
 * @param subsystem 16 bits: that vendor's number of the board
 */
public record PciIdentity(
    int vendor, int device, int classCode, int revision, int subsystemVendor, int subsystem) {
  /** Makes the identity of a function whose subsystem is itself. */
  public PciIdentity(int vendor, int device, int classCode, int revision) {
    this(vendor, device, classCode, revision, vendor, device);
  }
}
