// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.isUnmasked;
import static tombolo.riscv.isa.VectorDecoder.vd;
import static tombolo.riscv.isa.VectorDecoder.vs1;
import static tombolo.riscv.isa.VectorDecoder.vs2;

import tombolo.riscv.fp.Float16;
import tombolo.riscv.fp.Float32;
import tombolo.riscv.fp.Float64;
import tombolo.riscv.fp.FpEnvironment;
import tombolo.riscv.fp.RoundingMode;

/**
 * Conversions between integers and floating-point numbers of one width, of twice and of half of it
 * (RISC-V V, "Vector Floating-Point/Integer Type-Convert Instructions" and what follows).
 */
final class FloatConversions {
  // vs1: what is converted, plus 8 where the result is twice as wide, plus 16 where half as wide.
  private static final int TO_UNSIGNED = 0;
  private static final int TO_SIGNED = 1;
  private static final int FROM_UNSIGNED = 2;
  private static final int FROM_SIGNED = 3;
  private static final int FLOAT_TO_FLOAT = 4;
  private static final int FLOAT_TO_FLOAT_ODD = 5;
  private static final int TO_UNSIGNED_TRUNCATED = 6;
  private static final int TO_SIGNED_TRUNCATED = 7;
  private static final int OPERATION = 7;
  private static final int WIDENS = 8;
  private static final int NARROWS = 16;

  private static final int HALF = 1;
  private static final int SINGLE = 2;
  private static final int DOUBLE = 3;

  private final VectorUnit unit;

  FloatConversions(VectorUnit unit) {
    this.unit = unit;
  }

  /** Executes one; whether it was legal. */
  boolean execute(int word, int rm) {
    int kind = vs1(word);
    int operation = kind & OPERATION;
    int from = unit.width + ((kind & NARROWS) != 0 ? 1 : 0);
    int to = unit.width + ((kind & WIDENS) != 0 ? 1 : 0);
    boolean fromFloat = operation != FROM_UNSIGNED && operation != FROM_SIGNED;
    boolean toFloat =
        operation != TO_UNSIGNED
            && operation != TO_SIGNED
            && operation != TO_UNSIGNED_TRUNCATED
            && operation != TO_SIGNED_TRUNCATED;
    if (from > DOUBLE
        || to > DOUBLE
        || (fromFloat && from < least(operation))
        || (toFloat && to < least(operation))
        || !areGroups(word, from, to)) {
      return false;
    }
    boolean unmasked = isUnmasked(word);
    unit.readFirst(word, from, operation != FROM_UNSIGNED);
    for (int i = unit.start; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)) {
        unit.d[i] = convert(operation, rm, unit.a[i], from, to);
      }
    }
    unit.write(word, to);
    return true;
  }

  /** The least width of the floating-point numbers of an operation: Zvfhmin has two of halves. */
  private static int least(int operation) {
    return operation == FLOAT_TO_FLOAT ? HALF : SINGLE;
  }

  private boolean areGroups(int word, int from, int to) {
    int fromMultiplier = unit.multiplier + from - unit.width;
    int toMultiplier = unit.multiplier + to - unit.width;
    int vd = vd(word);
    int vs2 = vs2(word);
    boolean apart =
        from == to
            || (from > to
                ? Groups.areApartOrSame(vd, toMultiplier, vs2, fromMultiplier)
                : Groups.areApart(vd, toMultiplier, vs2, fromMultiplier));
    return apart
        && Groups.exists(fromMultiplier)
        && Groups.exists(toMultiplier)
        && Groups.isAligned(vs2, fromMultiplier)
        && Groups.isAligned(vd, toMultiplier)
        && unit.areReadOnce(word, false, 0, 0)
        && VectorUnit.sparesMask(word);
  }

  private long convert(int operation, int rm, long a, int from, int to) {
    return switch (operation) {
      case TO_UNSIGNED -> toUnsigned(rm, a, from, to);
      case TO_SIGNED -> toSigned(rm, a, from, to);
      case TO_UNSIGNED_TRUNCATED -> toUnsigned(RoundingMode.RTZ, a, from, to);
      case TO_SIGNED_TRUNCATED -> toSigned(RoundingMode.RTZ, a, from, to);
      case FROM_UNSIGNED ->
          to == DOUBLE ? Float64.fromU64(unit.fp, rm, a) : Float32.fromU64(unit.fp, rm, a);
      case FROM_SIGNED ->
          to == DOUBLE ? Float64.fromI64(unit.fp, rm, a) : Float32.fromI64(unit.fp, rm, a);
      case FLOAT_TO_FLOAT_ODD -> toOdd(a);
      default -> toFloat(rm, a, from, to);
    };
  }

  private long toFloat(int rm, long a, int from, int to) {
    FpEnvironment fp = unit.fp;
    return switch (to) {
      case DOUBLE -> Float32.toFloat64(fp, (int) a);
      case SINGLE ->
          from == DOUBLE ? Float64.toFloat32(fp, rm, a) : Float16.toFloat32(fp, (int) a & 0xffff);
      default -> Float16.fromFloat32(fp, rm, (int) a);
    };
  }

  private long toSigned(int rm, long a, int from, int to) {
    FpEnvironment fp = unit.fp;
    if (to == DOUBLE) {
      return from == DOUBLE ? Float64.toI64(fp, rm, a) : Float32.toI64(fp, rm, (int) a);
    }
    if (to == SINGLE) {
      return from == DOUBLE ? Float64.toI32(fp, rm, a) : Float32.toI32(fp, rm, (int) a);
    }
    int flags = fp.flags;
    return clip(flags, Float32.toI64(fp, rm, (int) a), Short.MIN_VALUE, Short.MAX_VALUE);
  }

  private long toUnsigned(int rm, long a, int from, int to) {
    FpEnvironment fp = unit.fp;
    if (to == DOUBLE) {
      return from == DOUBLE ? Float64.toU64(fp, rm, a) : Float32.toU64(fp, rm, (int) a);
    }
    if (to == SINGLE) {
      return from == DOUBLE ? Float64.toU32(fp, rm, a) : Float32.toU32(fp, rm, (int) a);
    }
    int flags = fp.flags;
    return clip(flags, Float32.toI64(fp, rm, (int) a), 0, 0xffff);
  }

  /** Makes an integer of one that may not fit, which is then invalid and not also inexact. */
  private long clip(int flagsBefore, long value, long least, long most) {
    if (value >= least && value <= most) {
      return value;
    }
    unit.fp.flags = flagsBefore | FpEnvironment.NV;
    return value < least ? least : most;
  }

  /** Rounds towards zero; the last bit then says that something was cut off. */
  private long toOdd(long a) {
    FpEnvironment fp = unit.fp;
    int flags = fp.flags;
    fp.flags = 0;
    int result = Float64.toFloat32(fp, RoundingMode.RTZ, a);
    if ((fp.flags & FpEnvironment.NX) != 0) {
      result |= 1;
    }
    fp.flags |= flags;
    return result;
  }

  /** Widens the active single lanes from vstart to vl into double ones. */
  void widen(int word, long[] lanes) {
    boolean unmasked = isUnmasked(word);
    for (int i = unit.start; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)) {
        lanes[i] = Float32.toFloat64(unit.fp, (int) lanes[i]);
      }
    }
  }
}
