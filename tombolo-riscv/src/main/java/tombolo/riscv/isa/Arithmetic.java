// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/** The M extension: encodings and semantics of what the interpreter does not do inline. */
public final class Arithmetic {
  private static final int DIV = 0;
  private static final int DIVU = 1;
  private static final int REM = 2;
  private static final int REMU = 3;
  private static final int DIVW = 4;
  private static final int DIVUW = 5;
  private static final int REMW = 6;
  private static final int REMUW = 7;
  private static final int MULH = 8;
  private static final int MULHSU = 9;

  private Arithmetic() {}

  static long decode(int word) {
    int function = Decoder.function3(word);
    return switch (function) {
      case 0 -> operation(Op.MUL, word, 0);
      case 1 -> operation(Op.DIVIDE, word, MULH);
      case 2 -> operation(Op.DIVIDE, word, MULHSU);
      case 3 -> operation(Op.MULHU, word, 0);
      default -> operation(Op.DIVIDE, word, function - 4);
    };
  }

  static long decode32(int word) {
    int function = Decoder.function3(word);
    return switch (function) {
      case 0 -> operation(Op.MULW, word, 0);
      case 1, 2, 3 -> Op.ILLEGAL;
      default -> operation(Op.DIVIDE, word, function);
    };
  }

  private static long operation(int opcode, int word, int selector) {
    return Decoder.integer(opcode, word, Decoder.rs1(word), Decoder.rs2(word), selector);
  }

  /**
   * Division by zero and overflow give what the ISA's table "Semantics for division" says; they
   * don't trap.
   */
  public static long apply(int selector, long a, long b) {
    return switch (selector) {
      case DIV -> b == 0 ? -1 : a / b;
      case DIVU -> b == 0 ? -1 : Long.divideUnsigned(a, b);
      case REM -> b == 0 ? a : a % b;
      case REMU -> b == 0 ? a : Long.remainderUnsigned(a, b);
      case DIVW -> (int) b == 0 ? -1 : (int) a / (int) b;
      case DIVUW -> (int) b == 0 ? -1 : Integer.divideUnsigned((int) a, (int) b);
      case REMW -> (int) b == 0 ? (int) a : (int) a % (int) b;
      case REMUW -> (int) b == 0 ? (int) a : Integer.remainderUnsigned((int) a, (int) b);
      case MULH -> Math.multiplyHigh(a, b);
      case MULHSU -> Math.multiplyHigh(a, b) + (b < 0 ? a : 0);
      default -> throw new IllegalArgumentException("no such selector: " + selector);
    };
  }
}
