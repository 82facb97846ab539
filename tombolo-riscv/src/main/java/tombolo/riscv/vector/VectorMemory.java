// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

/** Guest memory as a hart's vector unit sees it; used by the hart's thread only. */
public interface VectorMemory {
  /**
   * Loads elements that lie one behind the other, in this order.
   *
   * @param va virtual address of the first
   * @param at index of its place in {@code registers}, a multiple of size
   * @param size bytes of an element: 1, 2, 4 or 8
   * @return how many were loaded; if fewer than count, the hart holds the reason
   */
  int load(long va, byte[] registers, int at, int count, int size);

  /** Stores elements: as {@link #load}. */
  int store(long va, byte[] registers, int at, int count, int size);
}
