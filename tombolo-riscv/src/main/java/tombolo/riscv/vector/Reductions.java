// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.isUnmasked;
import static tombolo.riscv.isa.VectorDecoder.vd;
import static tombolo.riscv.isa.VectorDecoder.vs1;
import static tombolo.riscv.isa.VectorDecoder.vs2;

/**
 * One integer of many (RISC-V V, "Vector Integer Reduction Operations"): the first element of vs1
 * with all active ones of vs2, into the first element of vd. With no element at all nothing is
 * written.
 */
final class Reductions {
  // funct6 of OPMVV.
  private static final int SUM = 0;
  private static final int AND = 1;
  private static final int OR = 2;
  private static final int XOR = 3;
  private static final int MINU = 4;
  private static final int MIN = 5;
  private static final int MAXU = 6;

  private final VectorUnit unit;

  Reductions(VectorUnit unit) {
    this.unit = unit;
  }

  /**
   * Whether a reduction may begin: at element 0 only.
   *
   * @param scalarWidth of the one element of vs1
   */
  boolean isLegal(int word, int scalarWidth) {
    boolean readOnce =
        (isUnmasked(word) || (vs1(word) != 0 && vs2(word) != 0))
            && (scalarWidth == unit.width
                || !Groups.overlap(vs1(word), 1, vs2(word), Groups.size(unit.multiplier)));
    return readOnce && unit.isAligned(vs2(word)) && unit.start == 0;
  }

  /** Executes one of the operations above; whether it was legal. */
  boolean execute(int word, int function) {
    if (!isLegal(word, unit.width)) {
      return false;
    }
    boolean signed = function != MINU && function != MAXU;
    if (unit.length != 0) {
      unit.readFirst(word, unit.width, signed);
      long first =
          signed
              ? unit.registers.signed(vs1(word), 0, unit.width)
              : unit.registers.unsigned(vs1(word), 0, unit.width);
      unit.registers.set(vd(word), 0, unit.width, reduce(word, function, first));
    }
    return true;
  }

  /** vwredsum and vwredsumu; whether it was legal. */
  boolean wideSum(int word, boolean signed) {
    if (unit.width == 3 || !isLegal(word, unit.width + 1)) {
      return false;
    }
    if (unit.length != 0) {
      unit.readFirst(word, unit.width, signed);
      long first = unit.registers.signed(vs1(word), 0, unit.width + 1);
      unit.registers.set(vd(word), 0, unit.width + 1, reduce(word, SUM, first));
    }
    return true;
  }

  private long reduce(int word, int function, long first) {
    boolean unmasked = isUnmasked(word);
    long result = first;
    for (int i = 0; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)) {
        long element = unit.a[i];
        result =
            switch (function) {
              case SUM -> result + element;
              case AND -> result & element;
              case OR -> result | element;
              case XOR -> result ^ element;
              case MINU -> Long.compareUnsigned(element, result) < 0 ? element : result;
              case MIN -> Math.min(element, result);
              case MAXU -> Long.compareUnsigned(element, result) > 0 ? element : result;
              default -> Math.max(element, result);
            };
      }
    }
    return result;
  }
}
