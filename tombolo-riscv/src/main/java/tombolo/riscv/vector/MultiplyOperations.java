// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.function6;
import static tombolo.riscv.isa.VectorDecoder.vd;
import static tombolo.riscv.isa.VectorDecoder.vs1;
import static tombolo.riscv.isa.VectorDecoder.vs2;

import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.VectorDecoder;

/**
 * Instructions of the formats OPMVV and OPMVX: multiplication and division (RISC-V V, "Vector
 * Integer Arithmetic Instructions"), and the way to the other families that share these formats.
 */
final class MultiplyOperations {
  // funct6.
  private static final int AADDU = 0x08;
  private static final int AADD = 0x09;
  private static final int ASUBU = 0x0a;
  private static final int ASUB = 0x0b;
  private static final int SLIDE1UP = 0x0e;
  private static final int SLIDE1DOWN = 0x0f;
  private static final int TO_OR_FROM_SCALAR = 0x10;
  private static final int EXTEND_OR_COUNT = 0x12;
  private static final int MASK_UNARY = 0x14;
  private static final int COMPRESS = 0x17;
  private static final int FIRST_MASK_OPERATION = 0x18;
  private static final int DIVU = 0x20;
  private static final int DIV = 0x21;
  private static final int REMU = 0x22;
  private static final int REM = 0x23;
  private static final int MULHU = 0x24;
  private static final int MUL = 0x25;
  private static final int MULHSU = 0x26;
  private static final int MULH = 0x27;
  private static final int MADD = 0x29;
  private static final int NMSUB = 0x2b;
  private static final int MACC = 0x2d;
  private static final int NMSAC = 0x2f;
  private static final int FIRST_WIDENING = 0x30;

  private final VectorUnit unit;
  private final FixedPoint fixedPoint;
  private final Permutations permutations;
  private final Reductions reductions;
  private final Masks masks;
  private final WideningOperations widening;
  private final BitOperations bits;

  MultiplyOperations(VectorUnit unit) {
    this.unit = unit;
    this.fixedPoint = new FixedPoint(unit);
    this.permutations = new Permutations(unit);
    this.reductions = new Reductions(unit);
    this.masks = new Masks(unit);
    this.widening = new WideningOperations(unit);
    this.bits = new BitOperations(unit);
  }

  /**
   * Executes one; whether it was legal.
   *
   * @param rd the integer register that it may write
   */
  boolean execute(int word, int rd) {
    boolean vector = Decoder.function3(word) == VectorDecoder.MULTIPLY_VECTOR;
    int function = function6(word);
    if (unit.isIllegalType()) {
      return false;
    }
    return switch (function) {
      case AADDU, AADD, ASUBU, ASUB ->
          fixedPoint.average(word, vector, function == AADD || function == ASUB, function >= ASUBU);
      case SLIDE1UP -> permutations.slideUpByOne(word, unit.x[Decoder.rs1(word)]);
      case SLIDE1DOWN -> permutations.slideDownByOne(word, unit.x[Decoder.rs1(word)]);
      case TO_OR_FROM_SCALAR ->
          vector ? toScalar(word, rd) : permutations.moveToFirst(word, unit.x[Decoder.rs1(word)]);
      case EXTEND_OR_COUNT ->
          vs1(word) < 8
              ? permutations.extend(word, 4 - (vs1(word) >> 1), (vs1(word) & 1) != 0)
              : bits.unary(word);
      case MASK_UNARY -> masks.unary(word);
      case COMPRESS -> permutations.compress(word);
      case DIVU, DIV, REMU, REM, MULHU, MUL, MULHSU, MULH -> binary(word, function, vector);
      case MADD, NMSUB, MACC, NMSAC -> accumulate(word, function, vector);
      default -> {
        if (function < AADDU) {
          yield reductions.execute(word, function);
        }
        yield function < FIRST_WIDENING
            ? masks.logical(word, function - FIRST_MASK_OPERATION)
            : widening.execute(word, function, vector);
      }
    };
  }

  /** vmv.x.s, vcpop.m and vfirst.m. */
  private boolean toScalar(int word, int rd) {
    if (vs1(word) != 0) {
      return masks.toScalar(word, rd);
    }
    unit.x[rd] = unit.registers.signed(vs2(word), 0, unit.width);
    return true;
  }

  private boolean binary(int word, int function, boolean vector) {
    if (!unit.areGroups(word, vector) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    boolean unsigned = function == DIVU || function == REMU || function == MULHU;
    unit.readFirst(word, unit.width, !unsigned);
    unit.readSecond(word, unit.width, !unsigned && function != MULHSU);
    compute(function, unit.bits());
    unit.write(word, unit.width);
    return true;
  }

  private void compute(int function, int bits) {
    long[] a = unit.a;
    long[] b = unit.b;
    long[] d = unit.d;
    int from = unit.start;
    int to = unit.length;
    switch (function) {
      case DIVU -> {
        for (int i = from; i < to; i++) {
          d[i] = b[i] == 0 ? -1 : Long.divideUnsigned(a[i], b[i]);
        }
      }
      case DIV -> {
        for (int i = from; i < to; i++) {
          d[i] = b[i] == 0 ? -1 : a[i] / b[i];
        }
      }
      case REMU -> {
        for (int i = from; i < to; i++) {
          d[i] = b[i] == 0 ? a[i] : Long.remainderUnsigned(a[i], b[i]);
        }
      }
      case REM -> {
        for (int i = from; i < to; i++) {
          d[i] = b[i] == 0 ? a[i] : a[i] % b[i];
        }
      }
      case MUL -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] * b[i];
        }
      }
      default -> {
        for (int i = from; i < to; i++) {
          d[i] = bits < 64 ? (a[i] * b[i]) >> bits : high(function, a[i], b[i]);
        }
      }
    }
  }

  /** The upper half of a product of 128 bits. */
  private static long high(int function, long a, long b) {
    return switch (function) {
      case MULHU -> Math.unsignedMultiplyHigh(a, b);
      case MULH -> Math.multiplyHigh(a, b);
      default -> Math.multiplyHigh(a, b) + (b < 0 ? a : 0);
    };
  }

  private boolean accumulate(int word, int function, boolean vector) {
    if (!unit.areGroups(word, vector) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    unit.readFirst(word, unit.width, true);
    unit.readSecond(word, unit.width, true);
    unit.read(vd(word), unit.width, true, unit.d);
    long[] a = unit.a;
    long[] b = unit.b;
    long[] d = unit.d;
    int from = unit.start;
    int to = unit.length;
    switch (function) {
      case MADD -> {
        for (int i = from; i < to; i++) {
          d[i] = b[i] * d[i] + a[i];
        }
      }
      case NMSUB -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] - b[i] * d[i];
        }
      }
      case MACC -> {
        for (int i = from; i < to; i++) {
          d[i] = b[i] * a[i] + d[i];
        }
      }
      default -> {
        for (int i = from; i < to; i++) {
          d[i] = d[i] - b[i] * a[i];
        }
      }
    }
    unit.write(word, unit.width);
    return true;
  }
}
