// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/**
 * Encodings of instructions on cache blocks: Zicbom and Zicboz (RISC-V Unprivileged ISA, "CMO
 * Extensions"). Zicbop's are hints, which decode to nothing.
 */
public final class CacheBlocks {
  /** cbo.inval */
  public static final int INVALIDATE = 0;

  /** cbo.clean */
  public static final int CLEAN = 1;

  /** cbo.flush */
  public static final int FLUSH = 2;

  /** cbo.zero */
  public static final int ZERO = 4;

  /** Bytes that cbo.zero zeroes: a page, which Linux then clears by one instruction. */
  public static final int ZERO_BLOCK = 4096;

  /** Bytes of a block for the other instructions. */
  public static final int BLOCK = 64;

  private static final int MISC_MEM = 0x0f;

  private CacheBlocks() {}

  /** Returns whether a word of the opcode MISC-MEM and function 2 is one of the instructions. */
  static boolean isInstruction(int word) {
    int operation = operation(word);
    return (word >>> 7 & 31) == 0 && (operation <= FLUSH || operation == ZERO);
  }

  /** Returns whether a valid instruction is one of these. */
  public static boolean is(int word) {
    return (word & 0x7f) == MISC_MEM && Decoder.function3(word) == 2;
  }

  /** Returns which one it is. */
  public static int operation(int word) {
    return word >>> 20;
  }
}
