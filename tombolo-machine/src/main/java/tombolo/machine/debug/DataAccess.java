// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.debug;

/**
 * An access to memory.
 *
 * @param va the virtual address of its first byte
 * @param length in bytes, at least 1
 * @param store whether it stores, or may store
 * @param load whether it loads
 */
public record DataAccess(long va, int length, boolean load, boolean store) {
  /** Returns whether it touches some byte of a range. */
  public boolean touches(long from, int bytes) {
    return va - from < bytes && from - va < length;
  }
}
