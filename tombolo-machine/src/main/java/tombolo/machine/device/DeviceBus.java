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

  /** Makes a bus without devices. */
  public DeviceBus() {}

  /**
   * Makes a device answer at addresses that no other device has.
   *
   * @throws IllegalArgumentException if the range is empty, negative or overlaps another device's
   */
  public synchronized void attach(long base, long length, MmioDevice device) {
    checkRange(base, length, device);
    Slot other = overlapping(base, length);
    if (other != null) {
      throw new IllegalArgumentException(
          "device %s at 0x%x overlaps %s at 0x%x"
              .formatted(device.name(), base, other.device.name(), other.base));
    }
    slots.put(base, new Slot(base, length, device));
  }

  /**
   * Like {@link #attach}, for a place that a guest has chosen.
   *
   * @return false, and nothing has changed, if another device answers there
   * @throws IllegalArgumentException if the range is empty or negative
   */
  public synchronized boolean tryAttach(long base, long length, MmioDevice device) {
    checkRange(base, length, device);
    if (overlapping(base, length) != null) {
      return false;
    }
    slots.put(base, new Slot(base, length, device));
    return true;
  }

  private static void checkRange(long base, long length, MmioDevice device) {
    if (base < 0 || length <= 0 || base > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "device %s: no such range: 0x%x + 0x%x".formatted(device.name(), base, length));
    }
  }

  private @Nullable Slot overlapping(long base, long length) {
    Map.Entry<Long, Slot> before = slots.lowerEntry(base + length);
    return before != null && before.getValue().base + before.getValue().length > base
        ? before.getValue()
        : null;
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
