// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.nio.ByteBuffer;

/**
 * A capability in a PCI function's configuration space (PCI Local Bus Specification 3.0, 6.7). The
 * bridge keeps its bytes, chains it to the others and lets a guest write the bits that are
 * writable; the capability says what they are, and may act on accesses.
 *
 * <p>Offsets count from the capability's first byte, so its body begins at 2, behind the
 * capability's identifier and the pointer to the next one. Called under the bridge's lock by the
 * vCPU thread that accesses configuration space; it must not call the bridge back.
 */
public interface PciCapability {
  /** Vendor-specific; the byte behind the header is its length. */
  int VENDOR_SPECIFIC = 0x09;

  /** MSI-X. */
  int MSIX = 0x11;

  /** Returns its identifier, 8 bits. */
  int id();

  /** Returns what follows identifier and pointer at power-on, at most 190 bytes; not changed. */
  byte[] body();

  /** Returns the bits of {@link #body()} that a guest can write; as long as that. */
  byte[] writable();

  /**
   * Prepares for a guest's read.
   *
   * @param bytes the whole capability, little-endian; what is put there is what the guest reads
   * @param offset of the first byte that it reads, in the capability; negative if that is before it
   * @param size 1, 2, 4 or 8; the access may go beyond the capability
   */
  default void beforeRead(ByteBuffer bytes, int offset, int size) {}

  /**
   * Acts on a guest's write.
   *
   * @param bytes the whole capability, little-endian, as it now is
   * @param offset of the first byte that was written, in the capability; negative if before it
   * @param size 1, 2, 4 or 8; the access may go beyond the capability
   */
  default void afterWrite(ByteBuffer bytes, int offset, int size) {}

  /** Acts on a reset: all bytes are those of power-on again. */
  default void reset() {}
}
