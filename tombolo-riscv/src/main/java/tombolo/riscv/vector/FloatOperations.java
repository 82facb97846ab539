// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.function6;
import static tombolo.riscv.isa.VectorDecoder.isUnmasked;
import static tombolo.riscv.isa.VectorDecoder.vd;
import static tombolo.riscv.isa.VectorDecoder.vs1;
import static tombolo.riscv.isa.VectorDecoder.vs2;

import tombolo.riscv.fp.NanBox;
import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.VectorDecoder;

/**
 * Instructions of the formats OPFVV and OPFVF (RISC-V V, "Vector Floating-Point Instructions"), on
 * elements of 32 and 64 bits. Elements that are masked off raise no flags.
 */
final class FloatOperations {
  // funct6; FloatArithmetic has those that compute one element of two or three.
  private static final int REDUSUM = 0x01;
  private static final int REDOSUM = 0x03;
  private static final int REDMIN = 0x05;
  private static final int REDMAX = 0x07;
  private static final int SLIDE1UP = 0x0e;
  private static final int SLIDE1DOWN = 0x0f;
  private static final int TO_OR_FROM_SCALAR = 0x10;
  private static final int CONVERT = 0x12;
  private static final int UNARY = 0x13;
  private static final int MERGE = 0x17;
  private static final int MFEQ = 0x18;
  private static final int MFGE = 0x1f;
  private static final int FIRST_OF_THREE = 0x28;
  private static final int FIRST_WIDENING = 0x30;
  private static final int WREDUSUM = 0x31;
  private static final int WREDOSUM = 0x33;
  private static final int FIRST_WIDE_OPERAND = 0x34;
  private static final int FIRST_WIDE_PRODUCT = 0x38;
  private static final int FIRST_WIDE_OF_THREE = 0x3c;

  private static final int SINGLE = 2;
  private static final int DOUBLE = 3;

  private final VectorUnit unit;
  private final Permutations permutations;
  private final Reductions reductions;
  private final FloatConversions conversions;

  FloatOperations(VectorUnit unit) {
    this.unit = unit;
    this.permutations = new Permutations(unit);
    this.reductions = new Reductions(unit);
    this.conversions = new FloatConversions(unit);
  }

  /**
   * Executes one; whether it was legal.
   *
   * @param rm the rounding mode
   */
  boolean execute(int word, int rm) {
    int function = function6(word);
    boolean vector = Decoder.function3(word) == VectorDecoder.FLOAT_VECTOR;
    if (unit.isIllegalType()) {
      return false;
    }
    if (function == CONVERT) {
      return conversions.execute(word, rm);
    }
    boolean widens = function >= FIRST_WIDENING;
    if (unit.width != SINGLE && (unit.width != DOUBLE || widens)) {
      return false;
    }
    return switch (function) {
      case REDUSUM, REDOSUM, REDMIN, REDMAX -> reduce(word, function, rm);
      case WREDUSUM, WREDOSUM -> reduceWide(word, rm);
      case SLIDE1UP -> permutations.slideUpByOne(word, scalar(word));
      case SLIDE1DOWN -> permutations.slideDownByOne(word, scalar(word));
      case TO_OR_FROM_SCALAR ->
          vector ? moveFromFirst(word) : permutations.moveToFirst(word, scalar(word));
      case UNARY -> unary(word, rm);
      case MERGE -> merge(word);
      default -> {
        if (widens) {
          yield widen(word, function, vector, rm);
        }
        boolean compares = function >= MFEQ && function <= MFGE;
        yield compares ? compare(word, function, vector) : compute(word, function, vector, rm);
      }
    };
  }

  /** Returns the scalar operand as an element. */
  private long scalar(int word) {
    long register = unit.f[Decoder.rs1(word)];
    return unit.width == DOUBLE ? register : NanBox.unbox(register);
  }

  private void readSecond(int word, boolean vector) {
    if (vector) {
      unit.read(vs1(word), unit.width, true, unit.b);
    } else {
      unit.fillSecond(scalar(word), unit.width, true);
    }
  }

  private boolean compute(int word, int function, boolean vector, int rm) {
    if (!unit.areGroups(word, vector) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    unit.readFirst(word, unit.width, true);
    readSecond(word, vector);
    if (function >= FIRST_OF_THREE) {
      unit.read(vd(word), unit.width, true, unit.d);
    }
    computeLanes(word, function, unit.width == DOUBLE, rm);
    unit.write(word, unit.width);
    return true;
  }

  private void computeLanes(int word, int function, boolean doubles, int rm) {
    boolean unmasked = isUnmasked(word);
    long[] a = unit.a;
    long[] b = unit.b;
    long[] d = unit.d;
    for (int i = unit.start; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)) {
        d[i] =
            doubles
                ? FloatArithmetic.compute(unit.fp, function, rm, a[i], b[i], d[i])
                : FloatArithmetic.compute(
                    unit.fp, function, rm, (int) a[i], (int) b[i], (int) d[i]);
      }
    }
  }

  /** Operations whose result is double, with single operands; in four of them vs2 is double. */
  private boolean widen(int word, int function, boolean vector, int rm) {
    boolean wideFirst = function >= FIRST_WIDE_OPERAND && function < FIRST_WIDE_PRODUCT;
    int wide = unit.multiplier + 1;
    int vd = vd(word);
    boolean legal =
        Groups.exists(wide)
            && Groups.isAligned(vd, wide)
            && VectorUnit.sparesMask(word)
            && unit.areReadOnce(word, vector, SINGLE, wideFirst ? DOUBLE : SINGLE)
            && (!wideFirst || Groups.isAligned(vs2(word), wide))
            && unit.areApartFromWide(word, vector, !wideFirst, function >= FIRST_WIDE_OF_THREE);
    if (!legal) {
      return false;
    }
    unit.readFirst(word, wideFirst ? DOUBLE : SINGLE, true);
    readSecond(word, vector);
    if (!wideFirst) {
      conversions.widen(word, unit.a);
    }
    conversions.widen(word, unit.b);
    if (function >= FIRST_WIDE_OF_THREE) {
      unit.read(vd, DOUBLE, true, unit.d);
    }
    computeLanes(word, FloatArithmetic.narrowFunction(function), true, rm);
    unit.write(word, DOUBLE);
    return true;
  }

  private boolean compare(int word, int function, boolean vector) {
    if (!unit.areSourcesOfMask(word, vector)) {
      return false;
    }
    boolean unmasked = isUnmasked(word);
    boolean doubles = unit.width == DOUBLE;
    unit.readFirst(word, unit.width, true);
    readSecond(word, vector);
    for (int i = unit.start; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)) {
        long a = unit.a[i];
        long b = unit.b[i];
        boolean result =
            doubles
                ? FloatArithmetic.compare(unit.fp, function, a, b)
                : FloatArithmetic.compare(unit.fp, function, (int) a, (int) b);
        unit.d[i] = result ? 1 : 0;
      }
    }
    unit.writeMask(word, !unmasked);
    return true;
  }

  /** vfsqrt, vfrsqrt7, vfrec7 and vfclass. */
  private boolean unary(int word, int rm) {
    if (!unit.areGroups(word, false) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    boolean unmasked = isUnmasked(word);
    boolean doubles = unit.width == DOUBLE;
    int function = vs1(word);
    unit.readFirst(word, unit.width, true);
    for (int i = unit.start; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)) {
        long a = unit.a[i];
        unit.d[i] =
            doubles
                ? FloatArithmetic.unary(unit.fp, function, rm, a)
                : FloatArithmetic.unary(unit.fp, function, rm, (int) a);
      }
    }
    unit.write(word, unit.width);
    return true;
  }

  /** vfmerge.vfm and vfmv.v.f. */
  private boolean merge(int word) {
    boolean unmasked = isUnmasked(word);
    if (!unit.areGroups(word, false) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    long scalar = scalar(word);
    unit.readFirst(word, unit.width, true);
    for (int i = unit.start; i < unit.length; i++) {
      unit.d[i] = unit.isActive(unmasked, i) ? scalar : unit.a[i];
    }
    unit.registers.write(vd(word), unit.width, unit.start, unit.length, unit.d);
    return true;
  }

  /** vfmv.f.s. */
  private boolean moveFromFirst(int word) {
    long element = unit.registers.unsigned(vs2(word), 0, unit.width);
    unit.f[vd(word)] = unit.width == DOUBLE ? element : NanBox.box((int) element);
    return true;
  }

  /** In order, which an unordered sum may be, too. */
  private boolean reduce(int word, int function, int rm) {
    if (!reductions.isLegal(word, unit.width)) {
      return false;
    }
    if (unit.length != 0) {
      unit.readFirst(word, unit.width, true);
      long first = unit.registers.signed(vs1(word), 0, unit.width);
      int step =
          switch (function) {
            case REDMIN -> FloatArithmetic.MIN;
            case REDMAX -> FloatArithmetic.MAX;
            default -> FloatArithmetic.ADD;
          };
      unit.registers.set(
          vd(word), 0, unit.width, reduce(word, step, unit.width == DOUBLE, rm, first));
    }
    return true;
  }

  private boolean reduceWide(int word, int rm) {
    if (!reductions.isLegal(word, DOUBLE)) {
      return false;
    }
    if (unit.length != 0) {
      unit.readFirst(word, SINGLE, true);
      conversions.widen(word, unit.a);
      long first = unit.registers.signed(vs1(word), 0, DOUBLE);
      unit.registers.set(vd(word), 0, DOUBLE, reduce(word, FloatArithmetic.ADD, true, rm, first));
    }
    return true;
  }

  private long reduce(int word, int function, boolean doubles, int rm, long first) {
    boolean unmasked = isUnmasked(word);
    long result = first;
    for (int i = 0; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)) {
        long a = unit.a[i];
        result =
            doubles
                ? FloatArithmetic.compute(unit.fp, function, rm, result, a, 0)
                : FloatArithmetic.compute(unit.fp, function, rm, (int) result, (int) a, 0);
      }
    }
    return result;
  }
}
