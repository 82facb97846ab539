// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

/**
 * One instruction of a page.
 *
 * @param offset in the page
 * @param word the instruction as it is in memory, 16 or 32 bits
 * @param op the packed operation, see {@link tombolo.riscv.isa.Op}
 */
record Step(int offset, int word, long op) {
  int length() {
    return (word & 3) == 3 ? 4 : 2;
  }

  /** Returns the offset of what follows. */
  int end() {
    return offset + length();
  }
}
