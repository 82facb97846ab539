// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.debug;

import org.jspecify.annotations.Nullable;
import tombolo.machine.debug.DataAccess;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.isa.Compressed;

/**
 * Finds out which memory the instruction at a hart's pc accesses. It knows loads, stores, atomics
 * and unit-stride vectors; of others, it knows nothing.
 */
public final class NextAccess {
  private static final int LOAD = 0x03;
  private static final int LOAD_FP = 0x07;
  private static final int STORE = 0x23;
  private static final int STORE_FP = 0x27;
  private static final int AMO = 0x2f;

  /** LR: it alone of the atomics does not store. */
  private static final int LOAD_RESERVED = 2;

  private NextAccess() {}

  /** Returns the access; null if there is none, or if it is not known. */
  public static @Nullable DataAccess of(Hart hart) {
    int word = hart.mmu.peekInstruction(hart.pc);
    word = (word & 3) == 3 ? word : Compressed.expand(word);
    long base = hart.x[word >>> 15 & 31];
    int width = word >>> 12 & 7;
    return switch (word & 0x7f) {
      case LOAD -> new DataAccess(base + (word >> 20), 1 << (width & 3), true, false);
      case STORE -> new DataAccess(base + storeOffset(word), 1 << (width & 3), false, true);
      case LOAD_FP ->
          width >= 1 && width <= 4
              ? new DataAccess(base + (word >> 20), 1 << width, true, false)
              : vector(hart, word, base, true);
      case STORE_FP ->
          width >= 1 && width <= 4
              ? new DataAccess(base + storeOffset(word), 1 << width, false, true)
              : vector(hart, word, base, false);
      case AMO -> new DataAccess(base, 1 << width, true, word >>> 27 != LOAD_RESERVED);
      default -> null;
    };
  }

  private static int storeOffset(int word) {
    return (word >> 25) << 5 | (word >>> 7 & 31);
  }

  /** A unit-stride access, masked or not, of the elements from vstart to vl. */
  private static @Nullable DataAccess vector(Hart hart, int word, long base, boolean load) {
    boolean unitStride = (word >>> 26 & 3) == 0;
    boolean whole = (word >>> 20 & 31) == 8;
    int fields = (word >>> 29) + 1;
    int width = word >>> 12 & 7;
    int bytes = width == 0 ? 1 : 1 << (width - 4);
    long length =
        whole
            ? (long) fields * hart.vectors.lengthInBytes()
            : (long) fields * bytes * hart.vectors.vl();
    return unitStride && length > 0 ? new DataAccess(base, (int) length, load, !load) : null;
  }
}
