// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tombolo.machine.pci.GpaRoom;
import tombolo.machine.pci.GpaWindow;

/**
 * The rooms of a VM's window that {@link Vm#allocateChannel} has handed out, by their guest
 * physical address. Thread-safe; its lock is taken before the window's.
 */
final class AllocatedRanges {
  private final @Nullable GpaWindow window;

  /** By offset into the window, since the guest may move it. Guarded by this. */
  private final Map<Long, GpaRoom> rooms = new TreeMap<>();

  AllocatedRanges(@Nullable GpaWindow window) {
    this.window = window;
  }

  synchronized Optional<GpaRange> allocate(long expectedSize) {
    GpaWindow from = required();
    OptionalLong base = from.base();
    if (base.isEmpty()) {
      return Optional.empty();
    }
    return from.allocate(expectedSize)
        .map(
            room -> {
              rooms.put(room.offset(), room);
              return new GpaRange(base.getAsLong() + room.offset(), room.size());
            });
  }

  synchronized boolean release(long gpa, long size) {
    OptionalLong base = required().base();
    if (base.isEmpty()) {
      return false;
    }
    @Nullable GpaRoom room = rooms.get(gpa - base.getAsLong());
    if (room == null || room.size() != size) {
      return false;
    }
    rooms.remove(room.offset());
    return room.release();
  }

  synchronized void releaseAll() {
    rooms.values().forEach(GpaRoom::release);
    rooms.clear();
  }

  private GpaWindow required() {
    if (window == null) {
      throw new IllegalStateException("this VM was made without a window for channels");
    }
    return window;
  }
}
