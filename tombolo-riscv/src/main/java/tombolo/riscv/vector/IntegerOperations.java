// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.function6;
import static tombolo.riscv.isa.VectorDecoder.isUnmasked;
import static tombolo.riscv.isa.VectorDecoder.vd;
import static tombolo.riscv.isa.VectorDecoder.vs1;
import static tombolo.riscv.isa.VectorDecoder.vs2;

import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.VectorDecoder;

/**
 * Instructions of the formats OPIVV, OPIVX and OPIVI: addition, logic, shifts and comparisons
 * (RISC-V V, "Vector Integer Arithmetic Instructions"), and the way to the other families that
 * share these formats.
 */
final class IntegerOperations {
  // funct6.
  private static final int ADD = 0x00;
  private static final int SUB = 0x02;
  private static final int RSUB = 0x03;
  private static final int MINU = 0x04;
  private static final int MIN = 0x05;
  private static final int MAXU = 0x06;
  private static final int MAX = 0x07;
  private static final int AND = 0x09;
  private static final int OR = 0x0a;
  private static final int XOR = 0x0b;
  private static final int GATHER = 0x0c;
  private static final int SLIDE_UP_OR_GATHER_16 = 0x0e;
  private static final int SLIDE_DOWN = 0x0f;
  private static final int ADC = 0x10;
  private static final int MADC = 0x11;
  private static final int SBC = 0x12;
  private static final int MSBC = 0x13;
  private static final int MERGE = 0x17;
  private static final int MSEQ = 0x18;
  private static final int MSNE = 0x19;
  private static final int MSLTU = 0x1a;
  private static final int MSLT = 0x1b;
  private static final int MSLEU = 0x1c;
  private static final int MSLE = 0x1d;
  private static final int MSGTU = 0x1e;
  private static final int MSGT = 0x1f;
  private static final int SLL = 0x25;
  private static final int MULTIPLY_FRACTION_OR_MOVE = 0x27;
  private static final int SRL = 0x28;
  private static final int SRA = 0x29;
  private static final int NSRL = 0x2c;
  private static final int NSRA = 0x2d;
  private static final int NCLIPU = 0x2e;
  private static final int NCLIP = 0x2f;
  private static final int WREDSUMU = 0x30;
  private static final int WREDSUM = 0x31;

  private final VectorUnit unit;
  private final FixedPoint fixedPoint;
  private final Permutations permutations;
  private final Reductions reductions;
  private final BitOperations bits;

  IntegerOperations(VectorUnit unit) {
    this.unit = unit;
    this.fixedPoint = new FixedPoint(unit);
    this.permutations = new Permutations(unit);
    this.reductions = new Reductions(unit);
    this.bits = new BitOperations(unit);
  }

  /** Executes one; whether it was legal. */
  boolean execute(int word) {
    int kind = Decoder.function3(word);
    boolean vector = kind == VectorDecoder.INTEGER_VECTOR;
    int function = function6(word);
    if (unit.isIllegalType()) {
      return false;
    }
    return switch (function) {
      case BitOperations.ANDN, BitOperations.ROR, BitOperations.ROL, BitOperations.WSLL ->
          bits.execute(word, function, vector);
      case GATHER -> permutations.gather(word, vector ? unit.width : -1);
      case SLIDE_UP_OR_GATHER_16 ->
          vector ? permutations.gather(word, 1) : permutations.slideUp(word);
      case SLIDE_DOWN -> permutations.slideDown(word);
      case ADC, SBC -> withCarry(word, function, vector);
      case MADC, MSBC -> carryOut(word, function, vector);
      case MERGE -> isUnmasked(word) ? move(word, vector) : merge(word, vector);
      case MSEQ, MSNE, MSLTU, MSLT, MSLEU, MSLE, MSGTU, MSGT -> compare(word, function, vector);
      case MULTIPLY_FRACTION_OR_MOVE ->
          kind == VectorDecoder.INTEGER_IMMEDIATE
              ? permutations.moveWhole(word)
              : fixedPoint.execute(word, function, vector);
      case NSRL, NSRA, NCLIPU, NCLIP -> narrow(word, function, vector);
      case WREDSUMU, WREDSUM -> reductions.wideSum(word, function == WREDSUM);
      case ADD, SUB, RSUB, MINU, MIN, MAXU, MAX, AND, OR, XOR, SLL, SRL, SRA ->
          binary(word, function, vector);
      default -> fixedPoint.execute(word, function, vector);
    };
  }

  /** Whether the second operand of an operation is an amount, whose immediate is unsigned. */
  static boolean shifts(int function) {
    return function == SLL
        || function == BitOperations.WSLL
        || (function >= SRL && function <= NCLIP);
  }

  private boolean binary(int word, int function, boolean vector) {
    if (!unit.areGroups(word, vector) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    boolean signed = function != MINU && function != MAXU && function != SRL;
    unit.readFirst(word, unit.width, signed);
    unit.readSecond(word, unit.width, signed);
    compute(function, unit.bits() - 1);
    unit.write(word, unit.width);
    return true;
  }

  /**
   * @param amounts the bits of an operand that are a shift's amount
   */
  private void compute(int function, int amounts) {
    long[] a = unit.a;
    long[] b = unit.b;
    long[] d = unit.d;
    int from = unit.start;
    int to = unit.length;
    switch (function) {
      case ADD -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] + b[i];
        }
      }
      case SUB -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] - b[i];
        }
      }
      case RSUB -> {
        for (int i = from; i < to; i++) {
          d[i] = b[i] - a[i];
        }
      }
      case MINU -> {
        for (int i = from; i < to; i++) {
          d[i] = Long.compareUnsigned(a[i], b[i]) < 0 ? a[i] : b[i];
        }
      }
      case MIN -> {
        for (int i = from; i < to; i++) {
          d[i] = Math.min(a[i], b[i]);
        }
      }
      case MAXU -> {
        for (int i = from; i < to; i++) {
          d[i] = Long.compareUnsigned(a[i], b[i]) > 0 ? a[i] : b[i];
        }
      }
      case MAX -> {
        for (int i = from; i < to; i++) {
          d[i] = Math.max(a[i], b[i]);
        }
      }
      case AND -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] & b[i];
        }
      }
      case OR -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] | b[i];
        }
      }
      case XOR -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] ^ b[i];
        }
      }
      case SLL -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] << (b[i] & amounts);
        }
      }
      case SRL -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] >>> (b[i] & amounts);
        }
      }
      default -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] >> (b[i] & amounts);
        }
      }
    }
  }

  private boolean compare(int word, int function, boolean vector) {
    if (!unit.areSourcesOfMask(word, vector)) {
      return false;
    }
    boolean signed = function != MSLTU && function != MSLEU && function != MSGTU;
    unit.readFirst(word, unit.width, signed);
    unit.readSecond(word, unit.width, signed);
    long[] a = unit.a;
    long[] b = unit.b;
    long[] d = unit.d;
    int from = unit.start;
    int to = unit.length;
    switch (function) {
      case MSEQ -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] == b[i] ? 1 : 0;
        }
      }
      case MSNE -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] != b[i] ? 1 : 0;
        }
      }
      case MSLTU -> {
        for (int i = from; i < to; i++) {
          d[i] = Long.compareUnsigned(a[i], b[i]) < 0 ? 1 : 0;
        }
      }
      case MSLT -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] < b[i] ? 1 : 0;
        }
      }
      case MSLEU -> {
        for (int i = from; i < to; i++) {
          d[i] = Long.compareUnsigned(a[i], b[i]) <= 0 ? 1 : 0;
        }
      }
      case MSLE -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] <= b[i] ? 1 : 0;
        }
      }
      case MSGTU -> {
        for (int i = from; i < to; i++) {
          d[i] = Long.compareUnsigned(a[i], b[i]) > 0 ? 1 : 0;
        }
      }
      default -> {
        for (int i = from; i < to; i++) {
          d[i] = a[i] > b[i] ? 1 : 0;
        }
      }
    }
    unit.writeMask(word, !isUnmasked(word));
    return true;
  }

  /** vadc and vsbc: v0 holds carries, so every element is computed. */
  private boolean withCarry(int word, int function, boolean vector) {
    if (!unit.areGroups(word, vector) || vd(word) == 0) {
      return false;
    }
    unit.readFirst(word, unit.width, true);
    unit.readSecond(word, unit.width, true);
    for (int i = unit.start; i < unit.length; i++) {
      long carry = unit.registers.isActive(i) ? 1 : 0;
      unit.d[i] = function == ADC ? unit.a[i] + unit.b[i] + carry : unit.a[i] - unit.b[i] - carry;
    }
    unit.registers.write(vd(word), unit.width, unit.start, unit.length, unit.d);
    return true;
  }

  /** vmadc and vmsbc: v0 holds carries, or there are none. */
  private boolean carryOut(int word, int function, boolean vector) {
    if (!unit.areSourcesOfMask(word, vector)) {
      return false;
    }
    boolean carries = !isUnmasked(word);
    unit.readFirst(word, unit.width, false);
    unit.readSecond(word, unit.width, false);
    long most = VectorUnit.unsigned(-1, unit.width);
    for (int i = unit.start; i < unit.length; i++) {
      boolean carry = carries && unit.registers.isActive(i);
      // a + b is more than the most, or a is less than b; equal is enough with a carry.
      long limit = function == MADC ? most - unit.b[i] : unit.b[i];
      int order = Long.compareUnsigned(unit.a[i], limit);
      boolean out = function == MADC ? order > 0 : order < 0;
      unit.d[i] = out || (carry && order == 0) ? 1 : 0;
    }
    unit.writeMask(word, false);
    return true;
  }

  /** vmv.v.v, vmv.v.x and vmv.v.i. */
  private boolean move(int word, boolean vector) {
    int vd = vd(word);
    if (!unit.isAligned(vd) || (vector && !unit.isAligned(vs1(word)))) {
      return false;
    }
    if (unit.start >= unit.length) {
      return true;
    }
    if (vector) {
      permutations.copy(vd, vs1(word), unit.start << unit.width, unit.length << unit.width);
    } else {
      unit.readSecond(word, unit.width, true);
      unit.registers.write(vd, unit.width, unit.start, unit.length, unit.b);
    }
    return true;
  }

  private boolean merge(int word, boolean vector) {
    if (!unit.areGroups(word, vector) || vd(word) == 0) {
      return false;
    }
    unit.readFirst(word, unit.width, true);
    unit.readSecond(word, unit.width, true);
    for (int i = unit.start; i < unit.length; i++) {
      unit.d[i] = unit.registers.isActive(i) ? unit.b[i] : unit.a[i];
    }
    unit.registers.write(vd(word), unit.width, unit.start, unit.length, unit.d);
    return true;
  }

  /** Shifts and clips of elements of twice the width. */
  private boolean narrow(int word, int function, boolean vector) {
    int wide = unit.multiplier + 1;
    if (unit.width == 3
        || !Groups.exists(wide)
        || !Groups.isAligned(vs2(word), wide)
        || !unit.isAligned(vd(word))
        || !VectorUnit.sparesMask(word)
        || !unit.areReadOnce(word, vector, unit.width, unit.width + 1)
        || !Groups.areApartOrSame(vd(word), unit.multiplier, vs2(word), wide)
        || (vector && !unit.isAligned(vs1(word)))) {
      return false;
    }
    boolean signed = function == NSRA || function == NCLIP;
    unit.readFirst(word, unit.width + 1, signed);
    unit.readSecond(word, unit.width, false);
    int amounts = 2 * unit.bits() - 1;
    if (function == NSRA || function == NSRL) {
      for (int i = unit.start; i < unit.length; i++) {
        long amount = unit.b[i] & amounts;
        unit.d[i] = signed ? unit.a[i] >> amount : unit.a[i] >>> amount;
      }
    } else {
      fixedPoint.clip(word, signed, amounts);
    }
    unit.write(word, unit.width);
    return true;
  }
}
