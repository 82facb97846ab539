// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The devices of one VM by address: guest physical addresses, or x86 ports.
 *
 * <p>Thread-safe. Look-up is O(log n), allocates nothing and takes no lock, so vCPUs don't wait for
 * each other, nor for a device that comes or goes: it searches a sorted array that never changes.
 * Attaching and detaching, which are rare, put a new array in its place.
 */
public final class DeviceBus {
  /** A device and the addresses it answers at: base inclusive, length in bytes and positive. */
  public record Slot(long base, long length, MmioDevice device) {
    boolean holds(long address, int size) {
      long offset = address - base;
      return offset >= 0 && offset <= length - size;
    }

    private long end() {
      return base + length;
    }
  }

  // Ascending, not overlapping. Elements are never written once the array is published.
  private volatile Slot[] slots = new Slot[0];

  /** Makes a bus without devices. */
  public DeviceBus() {}

  /**
   * Makes a device answer at addresses that no other device has.
   *
   * @throws IllegalArgumentException if the range is empty, negative or overlaps another device's
   */
  public synchronized void attach(long base, long length, MmioDevice device) {
    Slot slot = checked(base, length, device);
    Slot other = overlapping(slot);
    if (other != null) {
      throw new IllegalArgumentException(
          "device %s at 0x%x overlaps %s at 0x%x"
              .formatted(device.name(), base, other.device.name(), other.base));
    }
    insert(slot);
  }

  /**
   * Makes a device answer like {@link #attach}, at a place that a guest has chosen.
   *
   * @return false, and nothing has changed, if another device answers there
   * @throws IllegalArgumentException if the range is empty or negative
   */
  public synchronized boolean tryAttach(long base, long length, MmioDevice device) {
    Slot slot = checked(base, length, device);
    if (overlapping(slot) != null) {
      return false;
    }
    insert(slot);
    return true;
  }

  /**
   * Removes the device that was attached at this base. An access that is under way ends as it
   * began.
   *
   * @return whether there was a device
   */
  public synchronized boolean detach(long base) {
    Slot[] before = slots;
    slots = Arrays.stream(before).filter(slot -> slot.base != base).toArray(Slot[]::new);
    return slots.length < before.length;
  }

  /** Returns the device that answers all bytes of the access, or null. */
  public @Nullable Slot find(long address, int size) {
    Slot[] now = slots;
    int index = lastAtOrBelow(now, address);
    return index >= 0 && now[index].holds(address, size) ? now[index] : null;
  }

  private static int lastAtOrBelow(Slot[] ascending, long address) {
    int low = 0;
    int high = ascending.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ascending[middle].base <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  private static Slot checked(long base, long length, MmioDevice device) {
    if (base < 0 || length <= 0 || base > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "device %s: no such range: 0x%x + 0x%x".formatted(device.name(), base, length));
    }
    return new Slot(base, length, device);
  }

  private @Nullable Slot overlapping(Slot slot) {
    Slot[] now = slots;
    int index = lastAtOrBelow(now, slot.end() - 1);
    return index >= 0 && now[index].end() > slot.base ? now[index] : null;
  }

  private void insert(Slot slot) {
    slots =
        Stream.concat(Arrays.stream(slots), Stream.of(slot))
            .sorted(Comparator.comparingLong(Slot::base))
            .toArray(Slot[]::new);
  }
}
