// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;

/**
 * What a random program keeps the integer registers for. Random results go only to {@link #FREE},
 * so that addresses stay in the program's data, loops end, and a recovery address is where the
 * harness looks for it. Everything may be read.
 */
final class Registers {
  private Registers() {}

  static final int RA = 1;

  /** In the data window, one page in: the page boundary is within reach of every offset. */
  static final int SP = 2;

  /** In the middle of the trace page, where results are kept that would soon be overwritten. */
  static final int TRACE = 3;

  /** In the data window, two pages in. */
  static final int DATA = 8;

  /** 64 bytes before {@link #DATA}: compressed loads cross the page boundary from here. */
  static final int NEAR_BOUNDARY = 9;

  static final int A0 = 10;
  static final int A6 = 16;
  static final int A7 = 17;

  static final int LINK = 28;
  static final int INNER_COUNTER = 29;
  static final int OUTER_COUNTER = 30;

  /** Where the harness goes on after an instruction fault. */
  static final int RECOVERY = 31;

  /** Registers that random instructions write; the first are preferred, so results meet again. */
  static final List<Integer> FREE =
      List.of(
          10, 11, 12, 13, 14, 15, 5, 6, 7, 1, 4, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);

  static final List<Integer> BASES = List.of(SP, DATA, NEAR_BOUNDARY);

  static boolean isFree(int register) {
    return register == 0 || FREE.contains(register);
  }
}
