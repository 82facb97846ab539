// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import java.lang.classfile.Label;
import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.Op;
import tombolo.riscv.isa.VectorDecoder;

/**
 * Writes vector instructions as calls of {@code Vectors}, which finds scalar operands in the hart's
 * registers and leaves scalar results there. The three instructions of a copy have a shorter way
 * before it.
 */
final class VectorWriter {
  /** What an instruction reads and writes besides vector registers. */
  private record Scalars(boolean rs1, boolean rs2, boolean rd, boolean float1, boolean floatRd) {
    static Scalars of(long op) {
      int word = Op.immediate(op);
      if ((word & 0x7f) != VectorDecoder.OPERATION) {
        return new Scalars(true, true, false, false, false); // base, and stride
      }
      int function = Decoder.function3(word);
      boolean configures = function == VectorDecoder.CONFIGURE;
      return new Scalars(
          configures
              || function == VectorDecoder.INTEGER_SCALAR
              || function == VectorDecoder.MULTIPLY_SCALAR,
          configures,
          configures || function == VectorDecoder.MULTIPLY_VECTOR, // of masks, some
          function == VectorDecoder.FLOAT_SCALAR,
          function == VectorDecoder.FLOAT_VECTOR);
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
    int word = Op.immediate(op);
    if (setsLength(word)) {
      writeLength(frame, op);
    } else if (isContiguous(word)) {
      writeContiguous(frame, op);
    } else {
      call(frame, op, frame.stopsHere());
    }
  }

  /** Whether it is vsetvli with a length in a register. */
  private static boolean setsLength(int word) {
    return (word & 0x7f) == VectorDecoder.OPERATION
        && Decoder.function3(word) == VectorDecoder.CONFIGURE
        && word >= 0
        && Decoder.rs1(word) != 0;
  }

  /** Whether it is an unmasked unit-stride load or store of one field. */
  private static boolean isContiguous(int word) {
    return (word & 0x7f) != VectorDecoder.OPERATION
        && VectorDecoder.addressing(word) == VectorDecoder.UNIT_STRIDE
        && VectorDecoder.vs2(word) == VectorDecoder.PLAIN
        && VectorDecoder.isUnmasked(word)
        && VectorDecoder.fields(word) == 1;
  }

  private static void writeLength(Frame frame, long op) {
    Label done = frame.code.newLabel();
    Label general = general(frame, op, done);
    frame.code.aload(Frame.HART);
    frame.constant(Op.immediate(op) >>> 20);
    frame.get(Op.rs1(op));
    frame.code.invokestatic(Names.VECTORS, "configure", Names.CONFIGURE).istore(Frame.INDEX);
    frame.code.iload(Frame.INDEX).iflt(general);
    frame.code.iload(Frame.INDEX).i2l();
    frame.put(Op.rd(op));
    frame.code.labelBinding(done);
  }

  private static void writeContiguous(Frame frame, long op) {
    int word = Op.immediate(op);
    Label done = frame.code.newLabel();
    Label general = general(frame, op, done);
    frame.code.aload(Frame.HART);
    frame.get(Op.rs1(op));
    frame.code.loadConstant(VectorDecoder.vd(word)).loadConstant(VectorDecoder.width(word));
    String name = (word & 0x7f) == VectorDecoder.LOAD ? "load" : "store";
    frame.code.invokestatic(Names.VECTORS, name, Names.VECTOR_ACCESS).ifeq(general);
    frame.code.labelBinding(done);
  }

  /** Returns a label at which the general way begins, which ends at another one. */
  private static Label general(Frame frame, long op, Label done) {
    Label general = frame.code.newLabel();
    Label stops = frame.stopsHere();
    frame.later(
        () -> {
          frame.code.labelBinding(general);
          call(frame, op, stops);
          frame.code.goto_(done);
        });
    return general;
  }

  private static void call(Frame frame, long op, Label stops) {
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
    frame.code.invokestatic(Names.VECTORS, "execute", Names.EXECUTE).ifeq(stops);
    if (scalars.rd) {
      frame.load(Op.rd(op));
    }
    if (scalars.floatRd) {
      frame.loadFloat(Op.rd(op) & 31);
    }
  }
}
