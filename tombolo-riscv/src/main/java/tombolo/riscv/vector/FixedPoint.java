// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.isUnmasked;

/**
 * Arithmetic that saturates and sets vxsat, or rounds as vxrm says (RISC-V V, "Vector Fixed-Point
 * Arithmetic Instructions"). Elements that are masked off saturate nothing.
 */
final class FixedPoint {
  // funct6 of OPIVV, OPIVX and OPIVI.
  private static final int SADDU = 0x20;
  private static final int SADD = 0x21;
  private static final int SSUBU = 0x22;
  private static final int SSUB = 0x23;
  private static final int SMUL = 0x27;
  private static final int SSRL = 0x2a;

  // vxrm.
  private static final int NEAREST_UP = 0;
  private static final int NEAREST_EVEN = 1;
  private static final int DOWN = 2;

  private final VectorUnit unit;

  FixedPoint(VectorUnit unit) {
    this.unit = unit;
  }

  /** Executes an operation on elements of one width; whether it was legal. */
  boolean execute(int word, int function, boolean vector) {
    if (!unit.areGroups(word, vector) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    boolean signed = function != SADDU && function != SSUBU && function != SSRL;
    unit.readFirst(word, unit.width, signed);
    unit.readSecond(word, unit.width, signed);
    boolean unmasked = isUnmasked(word);
    int amounts = unit.bits() - 1;
    for (int i = unit.start; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)) {
        long a = unit.a[i];
        long b = unit.b[i];
        unit.d[i] =
            switch (function) {
              case SADDU -> addUnsigned(a, b);
              case SADD -> add(a, b);
              case SSUBU -> subtractUnsigned(a, b);
              case SSUB -> subtract(a, b);
              case SMUL -> multiply(a, b);
              case SSRL -> shift(a, (int) b & amounts, false);
              default -> shift(a, (int) b & amounts, true);
            };
      }
    }
    unit.write(word, unit.width);
    return true;
  }

  /** vaaddu, vaadd, vasubu and vasub: half of a sum or difference; whether it was legal. */
  boolean average(int word, boolean vector, boolean signed, boolean subtracts) {
    if (!unit.areGroups(word, vector) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    unit.readFirst(word, unit.width, signed);
    unit.readSecond(word, unit.width, signed);
    for (int i = unit.start; i < unit.length; i++) {
      long a = unit.a[i];
      long b = unit.b[i];
      // The sum may have one bit more than a lane. Bit 0 of it is that of the exclusive or.
      long borrow = subtracts ? -(~a & b & 1) : a & b & 1;
      long halfA = signed ? a >> 1 : a >>> 1;
      long halfB = signed ? b >> 1 : b >>> 1;
      long half = (subtracts ? halfA - halfB : halfA + halfB) + borrow;
      unit.d[i] = half + increment(half & 1, (a ^ b) & 1, false);
    }
    unit.write(word, unit.width);
    return true;
  }

  /** Shifts, rounds and clips lanes of twice the width; leaves the results in lanes. */
  void clip(int word, boolean signed, int amounts) {
    boolean unmasked = isUnmasked(word);
    int bits = unit.bits();
    long most = signed ? (1L << (bits - 1)) - 1 : (1L << bits) - 1;
    for (int i = unit.start; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)) {
        long value = shift(unit.a[i], (int) unit.b[i] & amounts, signed);
        if (signed) {
          unit.d[i] = saturate(value, -most - 1, most);
        } else if (Long.compareUnsigned(value, most) > 0) {
          unit.saturated = true;
          unit.d[i] = most;
        } else {
          unit.d[i] = value;
        }
      }
    }
  }

  private long saturate(long value, long least, long most) {
    if (value >= least && value <= most) {
      return value;
    }
    unit.saturated = true;
    return value < least ? least : most;
  }

  private long most() {
    return -1L >>> (65 - unit.bits());
  }

  private long add(long a, long b) {
    long sum = a + b;
    if (((a ^ sum) & (b ^ sum)) < 0) { // only elements as wide as a lane get here
      unit.saturated = true;
      return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return saturate(sum, -most() - 1, most());
  }

  private long subtract(long a, long b) {
    long difference = a - b;
    if (((a ^ b) & (a ^ difference)) < 0) {
      unit.saturated = true;
      return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return saturate(difference, -most() - 1, most());
  }

  private long addUnsigned(long a, long b) {
    long most = VectorUnit.unsigned(-1, unit.width);
    if (Long.compareUnsigned(a, most - b) > 0) {
      unit.saturated = true;
      return most;
    }
    return a + b;
  }

  private long subtractUnsigned(long a, long b) {
    if (Long.compareUnsigned(a, b) < 0) {
      unit.saturated = true;
      return 0;
    }
    return a - b;
  }

  /** The upper half of a product without its second sign bit, rounded. */
  private long multiply(long a, long b) {
    int bits = unit.bits();
    if (a == b && a == -most() - 1) {
      unit.saturated = true;
      return most();
    }
    if (bits < 64) {
      return shift(a * b, bits - 1, true);
    }
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    long result = high << 1 | low >>> 63;
    return result + increment(result & 1, low >>> 62 & 1, low << 2 != 0);
  }

  private long shift(long value, int amount, boolean signed) {
    if (amount == 0) {
      return value;
    }
    long result = signed ? value >> amount : value >>> amount;
    long half = value >>> (amount - 1) & 1;
    boolean rest = (value & (1L << (amount - 1)) - 1) != 0;
    return result + increment(result & 1, half, rest);
  }

  /**
   * What rounding adds.
   *
   * @param last bit 0 of what is kept
   * @param half the highest bit of what is cut off
   * @param rest whether there is more of it
   */
  private long increment(long last, long half, boolean rest) {
    return switch (unit.roundingMode) {
      case NEAREST_UP -> half;
      case NEAREST_EVEN -> rest ? half : half & last;
      case DOWN -> 0;
      default -> half != 0 || rest ? ~last & 1 : 0; // to odd
    };
  }
}
