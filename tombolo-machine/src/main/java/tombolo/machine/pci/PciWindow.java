// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

/**
 * Guest physical addresses that a {@link PciHost} forwards to BARs.
 *
 * @param base first address, not negative
 * @param size bytes; 0 for a window that is not there
 */
public record PciWindow(long base, long size) {
  /** A window that is not there. */
  public static final PciWindow NONE = new PciWindow(0, 0);

  boolean holds(long address, long length) {
    long offset = address - base;
    return offset >= 0 && length <= size && offset <= size - length;
  }
}
