// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/** What generated code calls and reads by name. */
final class Names {
  private static final String HART_PACKAGE = "tombolo.riscv.hart";

  static final ClassDesc HART = ClassDesc.of(HART_PACKAGE, "Hart");
  static final ClassDesc REGION = ClassDesc.of(HART_PACKAGE, "Region");
  static final ClassDesc TRANSLATED = ClassDesc.of(HART_PACKAGE, "TranslatedRegion");
  static final ClassDesc HOST_BYTES = ClassDesc.of(HART_PACKAGE, "HostBytes");
  static final ClassDesc MMU = ClassDesc.of(HART_PACKAGE, "Mmu");
  static final ClassDesc TLB = ClassDesc.of(HART_PACKAGE, "Tlb");
  static final ClassDesc ATOMICS = ClassDesc.of(HART_PACKAGE, "Atomics");
  static final ClassDesc FLOAT_OPS = ClassDesc.of(HART_PACKAGE, "FloatOps");
  static final ClassDesc VECTORS = ClassDesc.of(HART_PACKAGE, "Vectors");
  static final ClassDesc INTERPRETER = ClassDesc.of(HART_PACKAGE, "Interpreter");
  static final ClassDesc BITS = ClassDesc.of("tombolo.riscv.isa", "Bits");
  static final ClassDesc ARITHMETIC = ClassDesc.of("tombolo.riscv.isa", "Arithmetic");
  static final ClassDesc DOUBLE = ClassDesc.of("java.lang", "Double");
  static final ClassDesc LONG = ClassDesc.of("java.lang", "Long");
  static final ClassDesc MATH = ClassDesc.of("java.lang", "Math");
  static final ClassDesc THREAD = ClassDesc.of("java.lang", "Thread");

  static final ClassDesc LONGS = CD_long.arrayType();

  static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_int, HART, CD_long, CD_long);
  static final MethodTypeDesc ATTENTION = MethodTypeDesc.of(CD_long, HART);
  static final MethodTypeDesc EXECUTE = MethodTypeDesc.of(CD_boolean, HART, CD_long);
  static final MethodTypeDesc FLOAT_ACCESS = MethodTypeDesc.of(CD_boolean, HART, CD_long, CD_long);
  static final MethodTypeDesc CONFIGURE = MethodTypeDesc.of(CD_int, HART, CD_long, CD_long);
  static final MethodTypeDesc VECTOR_ACCESS =
      MethodTypeDesc.of(CD_boolean, HART, CD_long, CD_int, CD_int);
  static final MethodTypeDesc TO_DOUBLE = MethodTypeDesc.of(CD_double, CD_long);
  static final MethodTypeDesc TO_BITS = MethodTypeDesc.of(CD_long, CD_double);
  static final MethodTypeDesc FLOATS_FIT = MethodTypeDesc.of(CD_boolean, HART, CD_int);
  static final MethodTypeDesc BINARY = MethodTypeDesc.of(CD_long, CD_long, CD_long);
  static final MethodTypeDesc SELECTED = MethodTypeDesc.of(CD_long, CD_int, CD_long, CD_long);
  static final MethodTypeDesc COMPARE = MethodTypeDesc.of(CD_int, CD_long, CD_long);
  static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign", "MemorySegment");
  static final ClassDesc HANDLE = ClassDesc.of("java.lang.invoke", "VarHandle");
  static final MethodTypeDesc FENCE = MethodTypeDesc.of(CD_void, CD_int);
  static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);

  private Names() {}
}
