// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import tombolo.riscv.isa.Op;

/**
 * Writes operations between integer registers, as {@link tombolo.riscv.hart.Interpreter} has them.
 */
final class IntegerWriter {
  private final Frame frame;
  private final CodeBuilder code;

  IntegerWriter(Frame frame) {
    this.frame = frame;
    this.code = frame.code;
  }

  /** Writes an operation; false if it is of another kind. */
  boolean write(long op) {
    int rd = Op.rd(op);
    int rs1 = Op.rs1(op);
    int rs2 = Op.rs2(op);
    int immediate = Op.immediate(op);
    switch (Op.opcode(op)) {
      case Op.NOP -> {
        return true;
      }
      case Op.LI -> frame.constant(immediate);
      case Op.PCREL -> {
        code.lload(Frame.PAGE);
        frame.constant(immediate).ladd();
      }
      case Op.MV -> frame.get(rs1);
      case Op.ZEXT_H -> {
        frame.get(rs1);
        frame.constant(0xffff).land();
      }
      case Op.ADDI -> pair(rs1, immediate).ladd();
      case Op.SLTI -> {
        pair(rs1, immediate).lcmp();
        below();
      }
      case Op.SLTIU -> {
        pair(rs1, immediate).invokestatic(Names.LONG, "compareUnsigned", Names.COMPARE);
        below();
      }
      case Op.XORI -> pair(rs1, immediate).lxor();
      case Op.ORI -> pair(rs1, immediate).lor();
      case Op.ANDI -> pair(rs1, immediate).land();
      case Op.SLLI -> frame.get(rs1).loadConstant(immediate).lshl();
      case Op.SRLI -> frame.get(rs1).loadConstant(immediate).lushr();
      case Op.SRAI -> frame.get(rs1).loadConstant(immediate).lshr();
      case Op.ADDIW -> frame.get(rs1).l2i().loadConstant(immediate).iadd().i2l();
      case Op.SLLIW -> frame.get(rs1).l2i().loadConstant(immediate).ishl().i2l();
      case Op.SRLIW -> frame.get(rs1).l2i().loadConstant(immediate).iushr().i2l();
      case Op.SRAIW -> frame.get(rs1).l2i().loadConstant(immediate).ishr().i2l();
      case Op.ADD -> both(rs1, rs2).ladd();
      case Op.SUB -> both(rs1, rs2).lsub();
      case Op.SLL -> both(rs1, rs2).l2i().lshl();
      case Op.SRL -> both(rs1, rs2).l2i().lushr();
      case Op.SRA -> both(rs1, rs2).l2i().lshr();
      case Op.SLT -> {
        both(rs1, rs2).lcmp();
        below();
      }
      case Op.SLTU -> {
        both(rs1, rs2).invokestatic(Names.LONG, "compareUnsigned", Names.COMPARE);
        below();
      }
      case Op.XOR -> both(rs1, rs2).lxor();
      case Op.OR -> both(rs1, rs2).lor();
      case Op.AND -> both(rs1, rs2).land();
      case Op.ADDW -> ints(rs1, rs2).iadd().i2l();
      case Op.SUBW -> ints(rs1, rs2).isub().i2l();
      case Op.SLLW -> ints(rs1, rs2).ishl().i2l();
      case Op.SRLW -> ints(rs1, rs2).iushr().i2l();
      case Op.SRAW -> ints(rs1, rs2).ishr().i2l();
      case Op.MUL -> both(rs1, rs2).lmul();
      case Op.MULW -> ints(rs1, rs2).imul().i2l();
      case Op.MULHU ->
          both(rs1, rs2).invokestatic(Names.MATH, "unsignedMultiplyHigh", Names.BINARY);
      case Op.DIVIDE -> {
        code.loadConstant(immediate);
        both(rs1, rs2).invokestatic(Names.ARITHMETIC, "apply", Names.SELECTED);
      }
      case Op.SH1ADD -> shiftAdd(rs1, 1, rs2);
      case Op.SH2ADD -> shiftAdd(rs1, 2, rs2);
      case Op.SH3ADD -> shiftAdd(rs1, 3, rs2);
      case Op.ADD_UW -> {
        frame.get(rs1);
        frame.constant(0xffffffffL).land();
        frame.get(rs2).ladd();
      }
      case Op.BITS -> {
        code.loadConstant(immediate);
        both(rs1, rs2).invokestatic(Names.BITS, "apply", Names.SELECTED);
      }
      default -> {
        return false;
      }
    }
    frame.put(rd);
    return true;
  }

  /** Pushes a register and a constant. */
  private CodeBuilder pair(int register, int immediate) {
    frame.get(register);
    return frame.constant(immediate);
  }

  private CodeBuilder both(int rs1, int rs2) {
    frame.get(rs1);
    return frame.get(rs2);
  }

  private CodeBuilder ints(int rs1, int rs2) {
    frame.get(rs1).l2i();
    return frame.get(rs2).l2i();
  }

  private void shiftAdd(int rs1, int amount, int rs2) {
    frame.get(rs1).loadConstant(amount).lshl();
    frame.get(rs2).ladd();
  }

  /** Replaces the result of a comparison by 1 if it is negative, else by 0. */
  private void below() {
    code.bipush(31).iushr().i2l();
  }

  /** Writes a conditional jump of a branch. */
  void branch(long op, Label target) {
    both(Op.rs1(op), Op.rs2(op));
    switch (Op.opcode(op)) {
      case Op.BEQ -> code.lcmp().ifeq(target);
      case Op.BNE -> code.lcmp().ifne(target);
      case Op.BLT -> code.lcmp().iflt(target);
      case Op.BGE -> code.lcmp().ifge(target);
      case Op.BLTU -> unsigned().iflt(target);
      default -> unsigned().ifge(target);
    }
  }

  private CodeBuilder unsigned() {
    return code.invokestatic(Names.LONG, "compareUnsigned", Names.COMPARE);
  }
}
