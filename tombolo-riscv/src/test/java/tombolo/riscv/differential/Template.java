// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.function.ToIntFunction;

/**
 * An instruction whose operands are still to be drawn.
 *
 * @param mnemonic as the assembler writes it
 * @param shape what the code around it must provide
 * @param size of a memory operand, in bytes; else 0
 * @param encoder draws the operands and gives the word
 */
record Template(String mnemonic, Shape shape, int size, ToIntFunction<Operands> encoder) {

  /** What an instruction of a random program needs around it. */
  enum Shape {
    /** Nothing: from integer registers to an integer register. */
    INTEGER,
    /** Floating-point operands or flags. */
    FLOAT,
    LOAD,
    STORE,
    /** A load or store through the stack pointer alone. */
    STACK,
    /** An AMO: reads and writes. */
    ATOMIC,
    /** On a cache block, by an address without an offset. */
    BLOCK
  }

  static Template integer(String mnemonic, ToIntFunction<Operands> encoder) {
    return new Template(mnemonic, Shape.INTEGER, 0, encoder);
  }

  static Template floating(String mnemonic, ToIntFunction<Operands> encoder) {
    return new Template(mnemonic, Shape.FLOAT, 0, encoder);
  }

  Word draw(Operands operands) {
    return new Word(mnemonic, encoder.applyAsInt(operands));
  }
}
