// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A second life time for a piece of native memory, shorter than the first. */
public final class RevocableView {
  private RevocableView() {}

  /**
   * The same bytes, reachable only as long as the arena is open.
   *
   * @param memory native memory that outlives the arena, which the caller sees to
   */
  @SuppressWarnings("restricted")
  public static MemorySegment of(MemorySegment memory, Arena arena) {
    // SAFETY: the bounds stay those of a segment that exists, and the caller keeps that alive until
    // the arena has closed; after that no access through the view is possible.
    return memory.reinterpret(arena, null);
  }
}
