// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The devices of one VM by address: guest physical addresses, or x86 ports.
 *
 * <p>Thread-safe. Look-up is O(log n) and takes no lock, so vCPUs don't wait for each other, nor
 * for a device that comes or goes.
 */
public final class DeviceBus {
  /** A device and the addresses it answers at: base inclusive, length in bytes, positive. */
  public record Slot(long base, long length, MmioDevice device) {
    boolean holds(long address, int size) {
      long offset = address - base;
      return offset >= 0 && offset <= length - size;
    }
  }

  // Keys are compared as signed longs: guest physical addresses have at most 56 bits.
  private final ConcurrentSkipListMap<Long, Slot> slots = new ConcurrentSkipListMap<>();

  /**
   * Makes a device answer at addresses that no other device has.
   *
   * @throws IllegalArgumentException if the range is empty, negative or overlaps another device's
   */
  public synchronized void attach(long base, long length, MmioDevice device) {
    if (base < 0 || length <= 0 || base > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "device %s: no such range: 0x%x + 0x%x".formatted(device.name(), base, length));
    }
    Map.Entry<Long, Slot> before = slots.lowerEntry(base + length);
    if (before != null && before.getValue().base + before.getValue().length > base) {
      throw new IllegalArgumentException(
          "device %s at 0x%x overlaps %s at 0x%x"
              .formatted(device.name(), base, before.getValue().device.name(), before.getKey()));
    }
    slots.put(base, new Slot(base, length, device));
  }

  /**
   * Takes the device that was attached at this base off the bus; an access that is under way ends
   * as it began.
   *
   * @return whether there was one
   */
  public synchronized boolean detach(long base) {
    return slots.remove(base) != null;
  }

  /** The device that answers all bytes of the access, or null. */
  public @Nullable Slot find(long address, int size) {
    Map.Entry<Long, Slot> entry = slots.floorEntry(address);
    return entry != null && entry.getValue().holds(address, size) ? entry.getValue() : null;
  }
}
