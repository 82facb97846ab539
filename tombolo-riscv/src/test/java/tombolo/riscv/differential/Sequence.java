// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Collects the instructions of one {@link Node.Straight}: the pen that the snippets write with. */
final class Sequence {
  private static final int UNSET = -1;

  private final Chance chance;
  private final World world;
  private final Trace trace;
  private final List<Word> words = new ArrayList<>();
  private int recoveryBase = UNSET;
  private int recoveryPatch = UNSET;

  /** The next free slot of the trace page, program-wide. */
  static final class Trace {
    private int slot = -2048;

    private int next() {
      int offset = slot;
      slot = slot == 2040 ? -2048 : slot + 8;
      return offset;
    }
  }

  Sequence(Chance chance, World world, Trace trace) {
    this.chance = chance;
    this.world = world;
    this.trace = trace;
  }

  Chance chance() {
    return chance;
  }

  World world() {
    return world;
  }

  Node.Straight finish(boolean divisible) {
    return new Node.Straight(words, divisible);
  }

  /** Bytes written so far. */
  int position() {
    return Assembler.bytes(words);
  }

  void emit(Word word) {
    words.add(word);
  }

  void emit(String mnemonic, int bits) {
    words.add(new Word(mnemonic, bits));
  }

  /** Draws the instruction with operands in the data window. */
  Operands emit(Template template) {
    Operands operands = new Operands(chance);
    emit(template.draw(operands));
    return operands;
  }

  /** {@code count} different free registers out of the compressible ones, x10 to x15. */
  List<Integer> free(int count) {
    List<Integer> registers = new ArrayList<>(List.of(10, 11, 12, 13, 14, 15));
    for (int i = registers.size() - 1; i > 0; i--) {
      Collections.swap(registers, i, chance.between(0, i));
    }
    return registers.subList(0, count);
  }

  void add(int rd, int rs1, int immediate) {
    emit("addi", Encode.i(0x13, rd, rs1, immediate));
  }

  /** Loads a constant as compilers do: lui and addiw, then shifts and adds. */
  void li(int rd, long value) {
    if (value >= -2048 && value < 2048) {
      add(rd, 0, (int) value);
    } else if (value == (int) value) {
      int low = (int) value << 20 >> 20;
      emit("lui", Encode.u(0x37, rd, ((int) value - low) >>> 12));
      if (low != 0) {
        emit("addiw", Encode.i(0x1b, rd, rd, low));
      }
    } else {
      long low = value << 52 >> 52;
      long rest = value - low;
      int shift = Long.numberOfTrailingZeros(rest);
      li(rd, rest >> shift);
      emit("slli", Encode.i(0x1013, rd, rd, shift));
      if (low != 0) {
        add(rd, rd, (int) low);
      }
    }
  }

  /** {@code csr}: one of csrrw, csrrs, csrrc and their immediate forms. */
  void csr(String mnemonic, int rd, int csr, int source) {
    int function =
        switch (mnemonic) {
          case "csrrw" -> 1;
          case "csrrs" -> 2;
          case "csrrc" -> 3;
          case "csrrwi" -> 5;
          case "csrrsi" -> 6;
          case "csrrci" -> 7;
          default -> throw new IllegalArgumentException(mnemonic);
        };
    emit(mnemonic, Encode.i(0x73 | function << 12, rd, source, csr));
  }

  void csrRead(int rd, int csr) {
    csr("csrrs", rd, csr, 0);
  }

  void csrWrite(int csr, int source) {
    csr("csrrw", 0, csr, source);
  }

  /** Saves a result in the trace page: it would soon be overwritten and no difference be seen. */
  void keep(int register) {
    emit("sd", Encode.s(0x3023, Registers.TRACE, register, trace.next()));
  }

  void keepFloat(int register) {
    emit("fsd", Encode.s(0x3027, Registers.TRACE, register, trace.next()));
  }

  /** Keeps what {@code operands} say was written. */
  void keep(Operands operands) {
    if (operands.result() != Operands.NONE) {
      keep(operands.result());
    }
    if (operands.floatResult() != Operands.NONE) {
      keepFloat(operands.floatResult());
    }
  }

  /** From here to {@link #recoverHere} an instruction fault goes on there. */
  void recoverLater() {
    recoveryBase = position();
    emit("auipc", Encode.u(0x17, Registers.RECOVERY, 0));
    recoveryPatch = words.size();
    add(Registers.RECOVERY, Registers.RECOVERY, 0);
  }

  void recoverHere() {
    if (recoveryBase == UNSET) {
      throw new IllegalStateException("recoverLater was not called");
    }
    int distance = position() - recoveryBase;
    int register = Registers.RECOVERY;
    words.set(recoveryPatch, new Word("addi", Encode.i(0x13, register, register, distance)));
    recoveryBase = UNSET;
  }
}
