// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import tombolo.riscv.hart.Region;
import tombolo.riscv.isa.FloatDecoder;
import tombolo.riscv.isa.Op;

/**
 * Writes floating-point operations. A region with some begins only where they are on, where frm is
 * round to nearest even if one of them uses it, and where NX is set if one computes in doubles:
 * then the host's arithmetic gives the same bits and the same flags, see {@link
 * tombolo.riscv.fp.Float64}, unless the result is too small, too large or no number. The
 * interpreter takes over there.
 */
final class FloatWriter {
  private static final ClassDesc ENVIRONMENT = ClassDesc.of("tombolo.riscv.fp", "FpEnvironment");
  private static final ClassDesc FLOAT32 = ClassDesc.of("tombolo.riscv.fp", "Float32");
  private static final ClassDesc FLOAT64 = ClassDesc.of("tombolo.riscv.fp", "Float64");
  private static final ClassDesc NAN_BOX = ClassDesc.of("tombolo.riscv.fp", "NanBox");
  private static final MethodTypeDesc UNARY = MethodTypeDesc.of(CD_double, CD_double);
  private static final MethodTypeDesc FUSED =
      MethodTypeDesc.of(CD_double, CD_double, CD_double, CD_double);
  private static final MethodTypeDesc SUM_FITS =
      MethodTypeDesc.of(CD_boolean, Names.HART, CD_double);
  private static final MethodTypeDesc PRODUCT_FITS =
      MethodTypeDesc.of(CD_boolean, Names.HART, CD_double, CD_double, CD_double);
  private static final MethodTypeDesc UNBOX = MethodTypeDesc.of(CD_int, CD_long);
  private static final MethodTypeDesc BOX = MethodTypeDesc.of(CD_long, CD_int);

  private final Frame frame;
  private final CodeBuilder code;
  private final int x;
  private final int y;
  private final int result;

  FloatWriter(Frame frame) {
    this.frame = frame;
    this.code = frame.code;
    this.x = frame.allocate();
    this.y = frame.allocate();
    this.result = frame.allocate();
  }

  /** Has local variables stand for the registers of an operation. */
  static void use(Frame frame, long op) {
    int selector = Op.immediate(op);
    int function = selector & 0x3f;
    frame.useFloat(Op.rs1(op) & 31, false);
    frame.useFloat(Op.rs2(op) & 31, false);
    frame.useFloat(selector >>> 16 & 31, false);
    frame.use(Op.rs1(op), false);
    if (function >= FloatDecoder.FIRST_TO_INTEGER) {
      frame.use(Op.rd(op), true);
    } else {
      frame.useFloat(Op.rd(op), true);
    }
  }

  /** Returns what an operation demands of the hart. */
  static int demands(long op) {
    int selector = Op.immediate(op);
    boolean isDynamic = mode(selector) == FloatDecoder.DYNAMIC;
    return (isDynamic ? Region.DEMANDS_NEAREST : 0)
        | (isHosted(selector) ? Region.DEMANDS_INEXACT : 0);
  }

  private static int mode(int selector) {
    return selector >>> 8 & 7;
  }

  private static int effectiveMode(int selector) {
    return mode(selector) == FloatDecoder.DYNAMIC ? 0 : mode(selector);
  }

  /** Whether an operation is written with the host's arithmetic here. */
  private static boolean isHosted(int selector) {
    int function = selector & 0x3f;
    boolean computes =
        function <= FloatDecoder.SQRT
            || (function >= FloatDecoder.MADD && function <= FloatDecoder.NMADD);
    return computes && (selector & FloatDecoder.DOUBLE) != 0 && effectiveMode(selector) == 0;
  }

  /** Writes an operation; false if it is one that only {@code FloatOps} has. */
  boolean write(long op) {
    int selector = Op.immediate(op);
    if (isHosted(selector)) {
      writeHosted(op, selector & 0x3f);
      return true;
    }
    return (selector & FloatDecoder.DOUBLE) != 0 ? writeDouble(op) : writeSingle(op);
  }

  private void operand(int register, int slot) {
    frame.getDouble(register).dstore(slot);
  }

  /**
   * Computes a result with the host's doubles, and has the interpreter do it if it may not be
   * right.
   */
  private void writeHosted(long op, int function) {
    operand(Op.rs1(op), x);
    if (function != FloatDecoder.SQRT) {
      operand(Op.rs2(op), y);
    }
    switch (function) {
      case FloatDecoder.ADD -> code.dload(x).dload(y).dadd();
      case FloatDecoder.SUB -> code.dload(x).dload(y).dsub();
      case FloatDecoder.MUL -> code.dload(x).dload(y).dmul();
      case FloatDecoder.DIV -> code.dload(x).dload(y).ddiv();
      case FloatDecoder.SQRT -> code.dload(x).invokestatic(Names.MATH, "sqrt", UNARY);
      default -> fused(op, function);
    }
    code.dstore(result).aload(Frame.HART);
    switch (function) {
      case FloatDecoder.ADD, FloatDecoder.SUB, FloatDecoder.SQRT ->
          code.dload(result).invokestatic(Names.REGION, "sumFits", SUM_FITS);
      case FloatDecoder.MUL ->
          code.dload(x)
              .dload(y)
              .dload(result)
              .invokestatic(Names.REGION, "productFits", PRODUCT_FITS);
      default ->
          code.dconst_1()
              .dconst_1()
              .dload(result)
              .invokestatic(Names.REGION, "productFits", PRODUCT_FITS);
    }
    code.ifeq(frame.interpretsHere());
    code.dload(result);
    frame.putDouble(Op.rd(op));
  }

  private void fused(long op, int function) {
    boolean negatesProduct = function == FloatDecoder.NMSUB || function == FloatDecoder.NMADD;
    boolean negatesAddend = function == FloatDecoder.MSUB || function == FloatDecoder.NMADD;
    code.dload(x);
    if (negatesProduct) {
      code.dneg();
    }
    code.dload(y);
    frame.getDouble(Op.immediate(op) >>> 16 & 31);
    if (negatesAddend) {
      code.dneg();
    }
    code.invokestatic(Names.MATH, "fma", FUSED);
  }

  private boolean writeDouble(long op) {
    int selector = Op.immediate(op);
    int rs1 = Op.rs1(op) & 31;
    int rs2 = Op.rs2(op) & 31;
    switch (selector & 0x3f) {
      case FloatDecoder.ADD -> rounded(op, "add", 2);
      case FloatDecoder.SUB -> rounded(op, "sub", 2);
      case FloatDecoder.MUL -> rounded(op, "mul", 2);
      case FloatDecoder.DIV -> rounded(op, "div", 2);
      case FloatDecoder.SQRT -> rounded(op, "sqrt", 1);
      case FloatDecoder.SGNJ, FloatDecoder.SGNJN, FloatDecoder.SGNJX ->
          sign(selector & 0x3f, rs1, rs2);
      case FloatDecoder.MIN -> flagged(op, "min", CD_long);
      case FloatDecoder.MAX -> flagged(op, "max", CD_long);
      case FloatDecoder.LE -> flagged(op, "le", CD_boolean);
      case FloatDecoder.LT -> flagged(op, "lt", CD_boolean);
      case FloatDecoder.EQ -> flagged(op, "eq", CD_boolean);
      case FloatDecoder.TO_I32 -> rounded(op, "toI32", 1);
      case FloatDecoder.TO_U32 -> rounded(op, "toU32", 1);
      case FloatDecoder.TO_I64 -> rounded(op, "toI64", 1);
      case FloatDecoder.TO_U64 -> rounded(op, "toU64", 1);
      case FloatDecoder.MOVE_TO_X -> frame.getFloat(rs1);
      case FloatDecoder.MOVE_TO_F -> frame.get(Op.rs1(op));
      case FloatDecoder.FROM_I32 -> fromInt(op, "fromI32");
      case FloatDecoder.FROM_U32 -> fromInt(op, "fromU32");
      case FloatDecoder.FROM_I64 -> fromLong(op, "fromI64");
      case FloatDecoder.FROM_U64 -> fromLong(op, "fromU64");
      case FloatDecoder.CONVERT -> {
        environment();
        frame.getFloat(rs1).invokestatic(NAN_BOX, "unbox", UNBOX);
        code.invokestatic(FLOAT32, "toFloat64", MethodTypeDesc.of(CD_long, ENVIRONMENT, CD_int));
      }
      default -> {
        return false;
      }
    }
    put(op);
    return true;
  }

  private boolean writeSingle(long op) {
    int rs1 = Op.rs1(op) & 31;
    int selector = Op.immediate(op);
    boolean boxes = (selector & 0x3f) < FloatDecoder.FIRST_TO_INTEGER;
    switch (selector & 0x3f) {
      case FloatDecoder.ADD -> rounded(op, "add", 2);
      case FloatDecoder.SUB -> rounded(op, "sub", 2);
      case FloatDecoder.MUL -> rounded(op, "mul", 2);
      case FloatDecoder.DIV -> rounded(op, "div", 2);
      case FloatDecoder.SQRT -> rounded(op, "sqrt", 1);
      case FloatDecoder.MIN -> flagged(op, "min", CD_int);
      case FloatDecoder.MAX -> flagged(op, "max", CD_int);
      case FloatDecoder.LE -> flagged(op, "le", CD_boolean);
      case FloatDecoder.LT -> flagged(op, "lt", CD_boolean);
      case FloatDecoder.EQ -> flagged(op, "eq", CD_boolean);
      case FloatDecoder.MADD -> rounded(op, "fma", 3);
      case FloatDecoder.TO_I32 -> rounded(op, "toI32", 1);
      case FloatDecoder.TO_U32 -> rounded(op, "toU32", 1);
      case FloatDecoder.TO_I64 -> rounded(op, "toI64", 1);
      case FloatDecoder.TO_U64 -> rounded(op, "toU64", 1);
      case FloatDecoder.MOVE_TO_X -> frame.getFloat(rs1).l2i().i2l();
      case FloatDecoder.MOVE_TO_F -> frame.get(Op.rs1(op)).l2i();
      case FloatDecoder.CONVERT -> {
        environment();
        code.loadConstant(effectiveMode(selector));
        frame.getFloat(rs1);
        code.invokestatic(
            FLOAT64, "toFloat32", MethodTypeDesc.of(CD_int, ENVIRONMENT, CD_int, CD_long));
      }
      default -> {
        return false;
      }
    }
    if (boxes) {
      code.invokestatic(NAN_BOX, "box", BOX);
    }
    put(op);
    return true;
  }

  private void put(long op) {
    if ((Op.immediate(op) & 0x3f) >= FloatDecoder.FIRST_TO_INTEGER) {
      frame.put(Op.rd(op));
    } else {
      frame.putFloat(Op.rd(op));
    }
  }

  private void environment() {
    code.aload(Frame.HART).getfield(Names.HART, "fp", ENVIRONMENT);
  }

  private static boolean isDouble(long op) {
    return (Op.immediate(op) & FloatDecoder.DOUBLE) != 0;
  }

  private void operand(long op, int register) {
    frame.getFloat(register);
    if (!isDouble(op)) {
      code.invokestatic(NAN_BOX, "unbox", UNBOX);
    }
  }

  /** Calls a method with a rounding mode. */
  private void rounded(long op, String name, int operands) {
    int selector = Op.immediate(op);
    ClassDesc type = isDouble(op) ? CD_long : CD_int;
    int[] registers = {Op.rs1(op) & 31, Op.rs2(op) & 31, selector >>> 16 & 31};
    environment();
    code.loadConstant(effectiveMode(selector));
    List<ClassDesc> parameters = new ArrayList<>(List.of(ENVIRONMENT, CD_int));
    for (int i = 0; i < operands; i++) {
      operand(op, registers[i]);
      parameters.add(type);
    }
    boolean toInteger = (selector & 0x3f) >= FloatDecoder.FIRST_TO_INTEGER;
    code.invokestatic(
        isDouble(op) ? FLOAT64 : FLOAT32,
        name,
        MethodTypeDesc.of(toInteger ? CD_long : type, parameters));
  }

  /** Calls a method of two operands that does not round. */
  private void flagged(long op, String name, ClassDesc result) {
    ClassDesc type = isDouble(op) ? CD_long : CD_int;
    environment();
    operand(op, Op.rs1(op) & 31);
    operand(op, Op.rs2(op) & 31);
    code.invokestatic(
        isDouble(op) ? FLOAT64 : FLOAT32, name, MethodTypeDesc.of(result, ENVIRONMENT, type, type));
    if (result.equals(CD_boolean)) {
      code.i2l();
    }
  }

  private void fromInt(long op, String name) {
    frame.get(Op.rs1(op)).l2i();
    code.invokestatic(FLOAT64, name, MethodTypeDesc.of(CD_long, CD_int));
  }

  private void fromLong(long op, String name) {
    environment();
    code.loadConstant(effectiveMode(Op.immediate(op)));
    frame.get(Op.rs1(op));
    code.invokestatic(FLOAT64, name, MethodTypeDesc.of(CD_long, ENVIRONMENT, CD_int, CD_long));
  }

  private void sign(int function, int rs1, int rs2) {
    frame.getFloat(rs1);
    if (function != FloatDecoder.SGNJX) {
      frame.constant(Long.MAX_VALUE).land();
    }
    frame.getFloat(rs2);
    if (function == FloatDecoder.SGNJN) {
      frame.constant(-1).lxor();
    }
    frame.constant(Long.MIN_VALUE).land();
    if (function == FloatDecoder.SGNJX) {
      code.lxor();
    } else {
      code.lor();
    }
  }
}
