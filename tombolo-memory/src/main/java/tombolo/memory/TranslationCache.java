// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

/**
 * A cache of translations out of one {@link GuestMemory}: a vCPU's software TLB and decoded code,
 * or a hardware stage 2.
 *
 * <p>{@link GuestMemory#unmap} first takes the region out of its map, then calls {@link
 * #requestDrop} on every registered cache, then {@link #awaitDropped} on every one, and only then
 * returns. A cache therefore has one duty: when {@link #awaitDropped} returns, no access through a
 * translation that was cached before {@link #requestDrop} is under way or can start.
 *
 * <p>All methods are called by the thread that changes the map, one change at a time. They must not
 * change the map.
 */
public interface TranslationCache {
  /**
   * Notes a region that is mapped from now on. Does nothing by default: a software TLB asks for
   * what it does not know, and remembers no absence. A hardware stage 2 enters the region here.
   *
   * @throws RuntimeException if it cannot be entered; the region is unmapped again then
   */
  default void mapped(MemoryRegion region) {}

  /**
   * Asks that everything derived from this guest physical range be dropped; returns at once. Part
   * of the range may never have been mapped.
   *
   * @param gpa first guest physical address, a multiple of the page size
   * @param size bytes, a positive multiple of the page size
   */
  void requestDrop(long gpa, long size);

  /** Returns when what was asked for is done; waits for a vCPU that is inside guest code. */
  void awaitDropped();
}
