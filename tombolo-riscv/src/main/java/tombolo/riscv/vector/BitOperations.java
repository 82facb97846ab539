// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.vd;
import static tombolo.riscv.isa.VectorDecoder.vs1;
import static tombolo.riscv.isa.VectorDecoder.vs2;

import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.VectorDecoder;

/** Operations on bits within elements (Zvbb, "Vector Basic Bit-manipulation"). */
final class BitOperations {
  // funct6 of OPIVV, OPIVX and OPIVI; a rotation to the left by an immediate is one to the right
  // by 32 and more.
  static final int ANDN = 0x01;
  static final int ROR = 0x14;
  static final int ROL = 0x15;
  static final int WSLL = 0x35;

  // vs1 of operations on one element.
  private static final int BREV8 = 8;
  private static final int REV8 = 9;
  private static final int BREV = 10;
  private static final int CLZ = 12;
  private static final int CTZ = 13;

  private final VectorUnit unit;

  BitOperations(VectorUnit unit) {
    this.unit = unit;
  }

  /** Executes one with two operands; whether it was legal. */
  boolean execute(int word, int function, boolean vector) {
    if (function == WSLL) {
      return shiftWide(word, vector);
    }
    if (!unit.areGroups(word, vector) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    unit.readFirst(word, unit.width, false);
    boolean immediate = Decoder.function3(word) == VectorDecoder.INTEGER_IMMEDIATE;
    if (immediate) {
      unit.fillSecond((function & 1) << 5 | vs1(word), unit.width, false);
    } else {
      unit.readSecond(word, unit.width, false);
    }
    compute(immediate ? ROR : function);
    unit.write(word, unit.width);
    return true;
  }

  private void compute(int function) {
    long[] a = unit.a;
    long[] b = unit.b;
    long[] d = unit.d;
    int bits = unit.bits();
    int from = unit.start;
    int to = unit.length;
    switch (function) {
      case ANDN -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] & ~b[i];
        }
      }
      case ROR -> {
        for (int i = from; i < to; i++) {
          long amount = b[i] & bits - 1;
          d[i] = a[i] >>> amount | a[i] << (bits - amount);
        }
      }
      default -> {
        for (int i = from; i < to; i++) {
          long amount = b[i] & bits - 1;
          d[i] = a[i] << amount | a[i] >>> (bits - amount);
        }
      }
    }
  }

  /** vwsll: a shift to the left into elements of twice the width. */
  private boolean shiftWide(int word, boolean vector) {
    int wide = unit.multiplier + 1;
    if (unit.width == 3
        || !Groups.exists(wide)
        || !Groups.isAligned(vd(word), wide)
        || !VectorUnit.sparesMask(word)
        || !unit.areReadOnce(word, vector, unit.width, unit.width)
        || !unit.areApartFromWide(word, vector, true, false)) {
      return false;
    }
    unit.readFirst(word, unit.width, false);
    unit.readSecond(word, unit.width, false);
    int amounts = 2 * unit.bits() - 1;
    for (int i = unit.start; i < unit.length; i++) {
      unit.d[i] = unit.a[i] << (unit.b[i] & amounts);
    }
    unit.write(word, unit.width + 1);
    return true;
  }

  /** Executes one with one operand; whether it was legal. */
  boolean unary(int word) {
    if (!unit.areGroups(word, false) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    int function = vs1(word);
    int unused = 64 - unit.bits();
    unit.read(vs2(word), unit.width, false, unit.a);
    for (int i = unit.start; i < unit.length; i++) {
      long a = unit.a[i];
      unit.d[i] =
          switch (function) {
            case BREV8 -> Long.reverse(Long.reverseBytes(a));
            case REV8 -> Long.reverseBytes(a) >>> unused;
            case BREV -> Long.reverse(a) >>> unused;
            case CLZ -> Long.numberOfLeadingZeros(a) - unused;
            case CTZ -> Math.min(Long.numberOfTrailingZeros(a), unit.bits());
            default -> Long.bitCount(a);
          };
    }
    unit.write(word, unit.width);
    return true;
  }
}
