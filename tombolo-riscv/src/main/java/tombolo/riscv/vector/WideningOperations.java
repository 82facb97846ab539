// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.vd;
import static tombolo.riscv.isa.VectorDecoder.vs2;

/**
 * Sums and products of twice the width of their operands (RISC-V V, "Vector Widening Integer
 * Add/Subtract" and what follows). A lane holds them exactly.
 */
final class WideningOperations {
  // funct6 of OPMVV and OPMVX: the lowest bit of sums is set for signed operands.
  private static final int ADDU = 0x30;
  private static final int SUBU = 0x32;
  private static final int ADDU_W = 0x34;
  private static final int SUB_W = 0x37;
  private static final int MULU = 0x38;
  private static final int MULSU = 0x3a;
  private static final int MUL = 0x3b;
  private static final int MACCU = 0x3c;
  private static final int MACC = 0x3d;
  private static final int MACCUS = 0x3e;

  private final VectorUnit unit;

  WideningOperations(VectorUnit unit) {
    this.unit = unit;
  }

  /** Executes one; whether it was legal. */
  boolean execute(int word, int function, boolean vector) {
    boolean wideFirst = function >= ADDU_W && function <= SUB_W;
    int wide = unit.multiplier + 1;
    int vd = vd(word);
    boolean legal =
        unit.width < 3
            && Groups.exists(wide)
            && Groups.isAligned(vd, wide)
            && VectorUnit.sparesMask(word)
            && unit.areReadOnce(word, vector, unit.width, wideFirst ? unit.width + 1 : unit.width)
            && (!wideFirst || Groups.isAligned(vs2(word), wide))
            && unit.areApartFromWide(word, vector, !wideFirst, function >= MACCU);
    if (!legal) {
      return false;
    }
    boolean sum = function < MULU;
    boolean signed = sum ? (function & 1) != 0 : function == MUL || function == MACC;
    boolean firstSigned = signed || function == MULSU || function == MACCUS;
    boolean secondSigned = signed || function > MACCUS;
    unit.readFirst(word, wideFirst ? unit.width + 1 : unit.width, firstSigned);
    unit.readSecond(word, unit.width, secondSigned);
    if (function >= MACCU) {
      unit.read(vd, unit.width + 1, true, unit.d);
    }
    compute(function);
    unit.write(word, unit.width + 1);
    return true;
  }

  private void compute(int function) {
    long[] a = unit.a;
    long[] b = unit.b;
    long[] d = unit.d;
    int from = unit.start;
    int to = unit.length;
    if (function >= MACCU) {
      for (int i = from; i < to; i++) {
        d[i] = a[i] * b[i] + d[i];
      }
    } else if (function >= MULU) {
      for (int i = from; i < to; i++) {
        d[i] = a[i] * b[i];
      }
    } else if ((function & SUBU - ADDU) != 0) {
      for (int i = from; i < to; i++) {
        d[i] = a[i] - b[i];
      }
    } else {
      for (int i = from; i < to; i++) {
        d[i] = a[i] + b[i];
      }
    }
  }
}
