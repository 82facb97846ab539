// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

/** Physical addresses of what a program works with: 32 pages from 0x80400000. */
final class Arena {
  static final long HARNESS = 0x8020_0000L;
  static final long BATCH = 0x8060_0000L;

  /** Four pages of code. */
  static final long CODE = page(0);

  static final int CODE_PAGES = 4;

  /** Code that returns to the recovery address wherever one enters it. */
  static final long STUB = page(4);

  /** Three pages of data, which every program can read and write. */
  static final long DATA = page(5);

  static final int DATA_PAGES = 3;

  /** Results that are kept. */
  static final long TRACE = page(8);

  /** Two pages behind the mappings that are made to fault. */
  static final long TARGET = page(9);

  static final int TARGET_PAGES = 2;

  /** A page of subroutines that programs rewrite. */
  static final long ROUTINES = page(11);

  private static final int FIRST_TABLE = 12;
  private static final int TABLES = 19;

  /** Another page of subroutines, which programs exchange with the first one. */
  static final long OTHER_ROUTINES = page(FIRST_TABLE + TABLES);

  private Arena() {}

  static long table(int number) {
    if (number >= TABLES) {
      throw new IllegalStateException("more page tables than the arena has pages for");
    }
    return page(FIRST_TABLE + number);
  }

  static long page(int number) {
    return 0x8040_0000L + 4096L * number;
  }
}
