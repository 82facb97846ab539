// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import tombolo.riscv.hart.SharedMemory;

/** Scalars of host memory, by the addresses that {@link SharedMemory} gets. */
final class HostWord {
  private HostWord() {}

  /** Returns eight bytes at an aligned address. */
  static long get(long address) {
    return SharedMemory.get(address, Long.BYTES);
  }

  /** Stores an aligned scalar of 1, 2, 4 or 8 bytes. */
  static void put(long address, int size, long value) {
    SharedMemory.put(address, size, value);
  }

  /** Returns the bits of the word that a scalar of so many bytes takes. */
  static long mask(long address, int size) {
    return (size == Long.BYTES ? -1L : (1L << (8 * size)) - 1) << shift(address);
  }

  /** Returns by how many bits a scalar is shifted in its word. */
  static int shift(long address) {
    return 8 * (int) (address & Long.BYTES - 1);
  }
}
