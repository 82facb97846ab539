// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

/**
 * Pairs of operations that compilers emit next to each other, made one: each spares the interpreter
 * a dispatch. The first of a pair never leaves the block and never traps, so a pair is executed
 * wholly or, where the second one is a branch, wholly before the block is left.
 */
final class Fusion {
  /** Not a pair: no packed operation is this. */
  static final long NONE = -1;

  private Fusion() {}

  static long fuse(long first, long second) {
    return NONE;
  }
}
