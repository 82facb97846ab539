// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

/**
 * A page of the program's address space that is there to be accessed and, most often, to fault.
 *
 * @param va of the page's first byte
 * @param kind what may be done to it without breaking the program
 * @param entry physical address of its leaf entry, which a program may rewrite; 0 if it may not
 */
record Spot(long va, Kind kind, long entry) {

  enum Kind {
    /** If anything, the stub is behind it: fetch from the lower half, store to the upper one. */
    CODE,
    /** If anything, the target pages are: never fetched from. */
    DATA,
    /** No access ever gets through, whichever it is. */
    NOTHING,
    /** Mapped, maybe executable, but there is no memory: aligned loads, stores and fetches. */
    HOLE
  }

  static Spot fixed(long va, Kind kind) {
    return new Spot(va, kind, 0);
  }
}
