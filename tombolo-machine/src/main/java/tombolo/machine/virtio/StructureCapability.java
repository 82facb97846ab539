// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import tombolo.machine.pci.PciCapability;

/**
 * A vendor-specific capability that says where a structure of the transport is (virtio 1.2, 4.1.4).
 */
final class StructureCapability implements PciCapability {
  static final int COMMON = 1;
  static final int NOTIFY = 2;
  static final int ISR = 3;
  static final int DEVICE = 4;
  static final int PCI_ACCESS = 5;

  /** The bytes with identifier and next pointer. */
  static final int LENGTH = 16;

  private final byte[] body;

  private StructureCapability(byte[] body) {
    this.body = body;
  }

  /** Makes the capability of a structure in BAR 0. */
  static StructureCapability of(int type, int offset, int length) {
    return new StructureCapability(header(type, offset, length, 0).array());
  }

  /** Makes the capability of the notification structure: a word a queue, so many bytes apart. */
  static StructureCapability notify(int offset, int length, int multiplier) {
    return new StructureCapability(
        header(NOTIFY, offset, length, Integer.BYTES).putInt(multiplier).array());
  }

  /** Makes the fields up to length, with room for more after them. */
  static ByteBuffer header(int type, int offset, int length, int more) {
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH - 2 + more).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) (LENGTH + more)).put((byte) type);
    bytes.putInt(0); // BAR 0, the only one of its type, padding
    return bytes.putInt(offset).putInt(length);
  }

  @Override
  public int id() {
    return VENDOR_SPECIFIC;
  }

  @Override
  public byte[] body() {
    return body;
  }

  @Override
  public byte[] writable() {
    return new byte[body.length];
  }
}
