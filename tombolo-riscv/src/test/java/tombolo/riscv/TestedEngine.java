// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import tombolo.riscv.hart.CodeBudget;
import tombolo.riscv.hart.Dispatcher;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Interpreter;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.translator.Translator;

/**
 * The engine that tests run on: the interpreter, or with {@code -Dtombolo.engine=translator} the
 * translator, which then translates all code when it is first executed. The build runs the tests of
 * this module with both.
 */
public final class TestedEngine {
  private static final boolean TRANSLATES =
      System.getProperty("tombolo.engine", "interpreter").equals("translator");

  private TestedEngine() {}

  /** Returns an engine that shares nothing with others. */
  public static Engine make() {
    return TRANSLATES ? translator() : new Interpreter();
  }

  /** Returns a translator that translates all code at once. */
  public static Engine translator() {
    return new Dispatcher(new Translator(Translator.Limits.AT_ONCE));
  }

  /** Returns an accelerator with such an engine. */
  public static RiscvAccelerator accelerator() {
    return new RiscvAccelerator(InterruptController.PLIC, make(), CodeBudget.ofProcess());
  }
}
