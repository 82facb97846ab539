// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/**
 * Pages from a {@link PageSource}. Immutable.
 *
 * @param segment all of them, alive as long as the arena that they were allocated for
 * @param fileDescriptor of the same memory, closed together with the arena; empty if there is none
 */
public record Pages(MemorySegment segment, OptionalInt fileDescriptor) {}
