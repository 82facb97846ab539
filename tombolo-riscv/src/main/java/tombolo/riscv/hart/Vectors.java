// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import tombolo.riscv.isa.Cause;
import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.Op;
import tombolo.riscv.isa.VectorDecoder;
import tombolo.riscv.vector.VectorUnit;

/**
 * Executes the V extension on a hart's {@link VectorUnit}. With sstatus.VS off an instruction is
 * illegal; so is one of floating point with sstatus.FS off or with a reserved rounding mode in frm.
 * Any other makes VS dirty, and FS, too, if it is one of floating point.
 */
final class Vectors {
  private Vectors() {}

  /**
   * Executes one.
   *
   * @return whether it completed; if not, the hart holds the trap
   */
  static boolean execute(Hart hart, long op) {
    int word = Op.immediate(op);
    boolean floating = isFloating(word);
    if (hart.vectorsAreOff()
        || (floating && (hart.floatingPointIsOff() || hart.roundingMode > 4))) {
      hart.trap(Cause.ILLEGAL_INSTRUCTION, 0);
      return false;
    }
    VectorUnit.Outcome outcome = hart.vectors.execute(word, Op.rd(op), hart.roundingMode);
    if (outcome == VectorUnit.Outcome.ILLEGAL) {
      hart.trap(Cause.ILLEGAL_INSTRUCTION, 0);
      return false;
    }
    hart.dirtyVectors();
    if (floating) {
      hart.dirtyFloatingPoint();
    }
    return outcome == VectorUnit.Outcome.DONE;
  }

  private static boolean isFloating(int word) {
    if ((word & 0x7f) != VectorDecoder.OPERATION) {
      return false;
    }
    int kind = Decoder.function3(word);
    return kind == VectorDecoder.FLOAT_VECTOR || kind == VectorDecoder.FLOAT_SCALAR;
  }
}
