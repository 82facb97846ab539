// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Gives a piece of native memory a second, shorter lifetime. */
public final class RevocableView {
  private RevocableView() {}

  /**
   * Returns the same bytes as a segment that is reachable only while the arena is open.
   *
   * @param memory native memory, which the caller keeps alive until the arena is closed
   */
  @SuppressWarnings("restricted")
  public static MemorySegment of(MemorySegment memory, Arena arena) {
    // SAFETY: the bounds are those of an existing segment, which the caller keeps alive until the
    // arena is closed. After that no access through the view is possible.
    return memory.reinterpret(arena, null);
  }
}
