// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.nio.ByteBuffer;
import java.util.Arrays;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.pci.PciCapability;

/**
 * The window from configuration space into BAR 0 (virtio 1.2, 4.1.4.9), for software that can't map
 * BARs: it writes place and size, then reads or writes the data. Accesses that are not aligned, or
 * not in BAR 0, do nothing.
 */
final class ConfigAccess implements PciCapability {
  private static final int BAR = 4;
  private static final int OFFSET = 8;
  private static final int SIZE = 12;
  private static final int DATA = 16;
  private static final int END = 20;

  private final MmioDevice registers;
  private final int length;

  /**
   * Makes a window.
   *
   * @param registers the registers behind BAR 0
   * @param length of BAR 0, in bytes
   */
  ConfigAccess(MmioDevice registers, int length) {
    this.registers = registers;
    this.length = length;
  }

  @Override
  public int id() {
    return VENDOR_SPECIFIC;
  }

  @Override
  public byte[] body() {
    return StructureCapability.header(StructureCapability.PCI_ACCESS, 0, 0, END - DATA).array();
  }

  @Override
  public byte[] writable() {
    byte[] mask = new byte[END - 2];
    mask[BAR - 2] = -1;
    Arrays.fill(mask, OFFSET - 2, END - 2, (byte) -1);
    return mask;
  }

  @Override
  public void beforeRead(ByteBuffer bytes, int offset, int size) {
    if (touchesData(offset, size) && inBar(bytes)) {
      int width = bytes.getInt(SIZE);
      long value = registers.read(bytes.getInt(OFFSET), width);
      for (int i = 0; i < width; i++) {
        bytes.put(DATA + i, (byte) (value >>> (8 * i)));
      }
    }
  }

  @Override
  public void afterWrite(ByteBuffer bytes, int offset, int size) {
    if (touchesData(offset, size) && inBar(bytes)) {
      int width = bytes.getInt(SIZE);
      long value = Integer.toUnsignedLong(bytes.getInt(DATA));
      registers.write(bytes.getInt(OFFSET), width, value & ((1L << (8 * width)) - 1));
    }
  }

  private static boolean touchesData(int offset, int size) {
    return offset < END && offset + size > DATA;
  }

  private boolean inBar(ByteBuffer bytes) {
    int at = bytes.getInt(OFFSET);
    int width = bytes.getInt(SIZE);
    return bytes.get(BAR) == 0
        && (width == 1 || width == 2 || width == 4)
        && (at & (width - 1)) == 0
        && at >= 0
        && at <= length - width;
  }
}
