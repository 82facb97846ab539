// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.Op;

/**
 * Writes vector instructions as calls of {@code Vectors}, which finds scalar operands in the hart's
 * registers and leaves scalar results there.
 */
final class VectorWriter {
  private static final int ARITHMETIC = 0x57;

  /** Function 3 of OPFVV, one of whose instructions writes a floating-point register. */
  private static final int FLOATS = 1;

  /** Function 3 of OPMVV, some of whose instructions write an integer register. */
  private static final int MASKS = 2;

  private static final int WITH_INTEGER = 4;
  private static final int WITH_FLOAT = 5;
  private static final int MULTIPLIES_WITH_INTEGER = 6;
  private static final int CONFIGURES = 7;

  /** What an instruction reads and writes besides vector registers. */
  private record Scalars(boolean rs1, boolean rs2, boolean rd, boolean float1, boolean floatRd) {
    static Scalars of(long op) {
      int word = Op.immediate(op);
      if ((word & 0x7f) != ARITHMETIC) {
        return new Scalars(true, true, false, false, false); // base, and stride
      }
      int function = Decoder.function3(word);
      boolean configures = function == CONFIGURES;
      return new Scalars(
          configures || function == WITH_INTEGER || function == MULTIPLIES_WITH_INTEGER,
          configures,
          configures || function == MASKS,
          function == WITH_FLOAT,
          function == FLOATS);
    }
  }

  private VectorWriter() {}

  /** Has local variables stand for an instruction's scalar registers. */
  static void use(Frame frame, long op) {
    Scalars scalars = Scalars.of(op);
    if (scalars.rs1) {
      frame.use(Op.rs1(op), false);
    }
    if (scalars.rs2) {
      frame.use(Op.rs2(op), false);
    }
    if (scalars.rd) {
      frame.use(Op.rd(op), true);
    }
    if (scalars.float1) {
      frame.useFloat(Op.rs1(op), false);
    }
    if (scalars.floatRd) {
      frame.useFloat(Op.rd(op) & 31, true);
    }
  }

  static void write(Frame frame, long op) {
    Scalars scalars = Scalars.of(op);
    if (scalars.rs1) {
      frame.store(Op.rs1(op));
    }
    if (scalars.rs2) {
      frame.store(Op.rs2(op));
    }
    if (scalars.rd) {
      frame.store(Op.rd(op)); // for an instruction that does not write it after all
    }
    if (scalars.float1) {
      frame.storeFloat(Op.rs1(op));
    }
    if (scalars.floatRd) {
      frame.storeFloat(Op.rd(op) & 31);
    }
    frame.code.aload(Frame.HART);
    frame.constant(op);
    frame.code.invokestatic(Names.VECTORS, "execute", Names.EXECUTE).ifeq(frame.stopsHere());
    if (scalars.rd) {
      frame.load(Op.rd(op));
    }
    if (scalars.floatRd) {
      frame.loadFloat(Op.rd(op) & 31);
    }
  }
}
