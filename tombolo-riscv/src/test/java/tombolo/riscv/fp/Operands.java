// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import java.util.SplittableRandom;

/** Seeded random register contents that often come near the places where something changes. */
final class Operands {
  private final SplittableRandom random;

  Operands(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Fills in the operands of one operation. */
  void next(Operation operation, long[] operands) {
    Operation.Operand kind = operation.operand;
    for (int i = 0; i < operands.length; i++) {
      operands[i] = i < operation.arity ? value(kind) : 0;
    }
    if (operation.arity > 1 && random.nextInt(3) == 0) {
      relate(operation, operands);
    }
  }

  private long value(Operation.Operand kind) {
    long[] all = SpecialValues.of(kind);
    long special = all[random.nextInt(all.length)];
    return switch (kind) {
      case HALF -> half(special);
      case SINGLE -> single(special);
      case DOUBLE -> floating(special, 52, 11, 1023);
      case INTEGER -> integer(special);
    };
  }

  /** One in 64 is not properly boxed, so it counts as a NaN. */
  private long single(long special) {
    long boxed = NanBox.box((int) floating(special, 23, 8, 127));
    return random.nextInt(64) == 0 ? boxed ^ (1L << random.nextInt(32, 64)) : boxed;
  }

  /** One in 16 is not properly boxed. */
  private long half(long special) {
    long boxed = NanBox.boxHalf((int) floating(special, 10, 5, 15) & 0xffff);
    return random.nextInt(16) == 0 ? boxed ^ (1L << random.nextInt(16, 64)) : boxed;
  }

  /** A random pattern of a format, in the low bits. */
  private long floating(long special, int fractionBits, int exponentBits, int bias) {
    long signBit = random.nextLong() & (1L << (fractionBits + exponentBits));
    long top = (1L << exponentBits) - 1;
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> special;
      case 3 -> random.nextLong();
      case 4 -> signBit | ((long) random.nextInt(3) << fractionBits) | fraction(fractionBits);
      case 5 -> signBit | ((top - random.nextInt(4)) << fractionBits) | fraction(fractionBits);
      case 6 ->
          signBit | ((long) (bias + random.nextInt(66)) << fractionBits) | fraction(fractionBits);
      default ->
          signBit
              | ((long) (bias - 8 + random.nextInt(16)) << fractionBits)
              | fraction(fractionBits);
    };
  }

  /** Fractions of few bits, of runs of ones and zeros, and of any bits. */
  private long fraction(int width) {
    long mask = (1L << width) - 1;
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong() & mask;
      case 1 -> (random.nextLong() << random.nextInt(width)) & mask;
      case 2 -> ((-1L << random.nextInt(width)) ^ (1L << random.nextInt(width))) & mask;
      default -> random.nextInt(8) & mask;
    };
  }

  private long integer(long special) {
    return switch (random.nextInt(4)) {
      case 0 -> special + random.nextInt(-2, 3);
      case 1 -> random.nextLong();
      case 2 -> random.nextLong() >> random.nextInt(64);
      default -> (random.nextLong() >>> random.nextInt(64)) << random.nextInt(64);
    };
  }

  /**
   * Makes the last operand nearly the one before, or nearly the product of the two before, with
   * either sign: sums that cancel, quotients near one.
   */
  private void relate(Operation operation, long[] operands) {
    int last = operation.arity - 1;
    if (operation.operand == Operation.Operand.SINGLE) {
      int bits = NanBox.unbox(operands[0]);
      if (last == 2) {
        float x = Float.intBitsToFloat(bits);
        bits = Float.floatToRawIntBits(x * Float.intBitsToFloat(NanBox.unbox(operands[1])));
      }
      bits += random.nextInt(-2, 3);
      operands[last] = NanBox.box(random.nextBoolean() ? bits : bits ^ Integer.MIN_VALUE);
    } else {
      long bits = operands[0];
      if (last == 2) {
        double x = Double.longBitsToDouble(bits);
        bits = Double.doubleToRawLongBits(x * Double.longBitsToDouble(operands[1]));
      }
      bits += random.nextInt(-2, 3);
      operands[last] = random.nextBoolean() ? bits : bits ^ Long.MIN_VALUE;
    }
  }
}
