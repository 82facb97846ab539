// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static tombolo.riscv.differential.PageTables.A;
import static tombolo.riscv.differential.PageTables.D;
import static tombolo.riscv.differential.PageTables.G;
import static tombolo.riscv.differential.PageTables.U;
import static tombolo.riscv.differential.PageTables.V;

/** Draws page table entries, right and wrong ones. */
final class Entries {
  /** The bits that hold the physical page number. */
  static final long PPN = 0x003f_ffff_ffff_fc00L;

  private Entries() {}

  /**
   * A leaf: any combination of R, W, X, U, G, A and D, reserved ones among them, sometimes invalid,
   * sometimes with a reserved high bit. {@code home} is U if the program starts in U-mode.
   */
  static long draw(Chance chance, Spot.Kind kind, long home) {
    long pa =
        kind == Spot.Kind.CODE
            ? Arena.STUB
            : Arena.TARGET + 4096L * chance.between(0, Arena.TARGET_PAGES - 1);
    long flags = chance.percent(94) ? V : 0;
    flags |= (long) chance.between(1, 7) << 1;
    flags |= chance.percent(70) ? home : home ^ U;
    flags |= chance.percent(60) ? A : 0;
    flags |= chance.percent(50) ? D : 0;
    flags |= chance.percent(20) ? G : 0;
    flags |= chance.percent(20) ? (long) chance.between(0, 3) << 8 : 0;
    flags |= chance.percent(5) ? 1L << chance.between(54, 63) : 0;
    return PageTables.leaf(pa, flags);
  }

  /** {@code pointer}, an entry that points to a table, with a bit that must be zero. */
  static long badPointer(Chance chance, long pointer) {
    return pointer | chance.oneOf(A, D, U, 1L << chance.between(54, 63));
  }
}
