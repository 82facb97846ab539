// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tombolo.machine.pci.GpaWindow;

/**
 * What {@link Vm#allocateChannel} has handed out of a VM's window. Others reserve room in the same
 * window, which is none of this one's to release. Thread-safe; its lock is taken before the
 * window's.
 */
final class AllocatedRanges {
  private final @Nullable GpaWindow window;

  /** Sizes by offset into the window, since the guest may move it. Guarded by this. */
  private final Map<Long, Long> sizes = new HashMap<>();

  AllocatedRanges(@Nullable GpaWindow window) {
    this.window = window;
  }

  synchronized Optional<GpaRange> allocate(long expectedSize) {
    GpaWindow from = required();
    OptionalLong base = from.base();
    OptionalLong offset = base.isEmpty() ? base : from.reserve(expectedSize);
    if (offset.isEmpty()) {
      return Optional.empty();
    }
    long size = from.reservedAt(offset.getAsLong());
    sizes.put(offset.getAsLong(), size);
    return Optional.of(new GpaRange(base.getAsLong() + offset.getAsLong(), size));
  }

  synchronized boolean release(long gpa, long size) {
    GpaWindow from = required();
    OptionalLong base = from.base();
    if (base.isEmpty() || !sizes.remove(gpa - base.getAsLong(), size)) {
      return false;
    }
    return from.release(gpa - base.getAsLong(), size);
  }

  synchronized void releaseAll() {
    if (window != null) {
      sizes.forEach(window::release);
      sizes.clear();
    }
  }

  private GpaWindow required() {
    if (window == null) {
      throw new IllegalStateException("this VM was made without a window for channels");
    }
    return window;
  }
}
