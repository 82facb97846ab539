// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

/**
 * The PCI slots of a VM's devices, the same in every VM, whatever other devices it has. Guests rely
 * on them: docs/abi.md and docs/linux.md name them.
 */
public final class PciSlots {
  /** The IVC device. */
  public static final int IVC = 1;

  /** The virtio entropy device. */
  public static final int ENTROPY = 2;

  /** The virtio console. */
  public static final int CONSOLE = 3;

  /** The virtio socket device. */
  public static final int VSOCK = 4;

  /** The first virtio disk; further ones follow it. */
  public static final int FIRST_DISK = 8;

  /** The first shared folder; further ones follow it. */
  public static final int FIRST_FOLDER = 28;

  /** The first virtio network device; further ones follow it. */
  public static final int FIRST_NETWORK = 24;

  private PciSlots() {}
}
