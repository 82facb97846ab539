// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Instructions from registers to registers, and to and from the data window. */
final class ComputationSnippets {
  private static final List<Template> WINDOW =
      Stream.of(
              IntegerInstructions.LOADS,
              IntegerInstructions.STORES,
              CompressedInstructions.LOADS,
              CompressedInstructions.STORES,
              CompressedInstructions.STACK,
              FloatInstructions.LOADS,
              FloatInstructions.STORES)
          .flatMap(List::stream)
          .toList();

  private static final List<Template> INTEGER =
      Stream.of(
              IntegerInstructions.ARITHMETIC,
              IntegerInstructions.MULTIPLY,
              CompressedInstructions.ARITHMETIC)
          .flatMap(List::stream)
          .toList();

  /** What compilers put next to each other, and implementations make one operation of. */
  private static final Set<String> PAIRED =
      Set.of(
          "addi", "addiw", "andi", "slli", "srli", "add", "xor", "mul", "lui", "auipc", "c.addi",
          "c.addiw", "c.andi", "c.slli", "c.srli", "c.add", "c.xor", "c.li", "c.lui", "c.mv");

  private static final List<Template> PAIRS =
      INTEGER.stream().filter(template -> PAIRED.contains(template.mnemonic())).toList();

  private static final List<String> BRANCHES =
      Assembler.BRANCHES.keySet().stream().sorted().toList();

  private static final int FFLAGS = 1;

  private ComputationSnippets() {}

  static void base(Sequence out) {
    some(out, IntegerInstructions.ARITHMETIC);
  }

  static void mayBe(Sequence out) {
    some(out, MayBeInstructions.ALL);
  }

  static void multiply(Sequence out) {
    some(out, IntegerInstructions.MULTIPLY);
  }

  static void bits(Sequence out) {
    some(out, BitInstructions.ALL);
  }

  static void compressed(Sequence out) {
    some(out, CompressedInstructions.ARITHMETIC);
    if (out.chance().percent(8)) {
      int bytes = out.chance().oneOf(16, 32, 496, -16, -512, 240);
      out.emit(CompressedInstructions.stackStep(bytes));
      out.keep(Registers.SP);
      out.add(Registers.SP, Registers.SP, -bytes);
    }
  }

  /** Neighbours that depend on each other, and branches that depend on what is right before. */
  static void pairs(Sequence out) {
    Chance chance = out.chance();
    for (int i = chance.between(2, 5); i > 0; i--) {
      Operands operands = Operands.narrow(chance);
      out.emit(chance.oneOf(chance.percent(80) ? PAIRS : INTEGER).draw(operands));
      if (chance.percent(40)) {
        String branch = chance.oneOf(BRANCHES);
        int word = Assembler.BRANCHES.getOrDefault(branch, 0);
        int rs2 = chance.percent(50) ? 0 : operands.rs();
        out.emit(branch, Encode.b(word, operands.rs(), rs2, 4 + 4));
        out.add(operands.rs(), operands.rs(), chance.between(-3, 3));
      }
    }
    out.keep(chance.between(10, 12));
  }

  /** Fresh operands: without them everything becomes 0, -1 or a NaN. */
  static void value(Sequence out) {
    out.li(out.chance().oneOf(Registers.FREE), Values.integer(out.chance()));
  }

  static void window(Sequence out) {
    for (int i = out.chance().between(1, 4); i > 0; i--) {
      Template template = out.chance().oneOf(WINDOW);
      Operands operands = out.emit(template);
      if (operands.result() != Operands.NONE && out.chance().percent(20)) {
        out.keep(operands.result());
      }
    }
  }

  /** What an instruction on a cache block leaves of the data window; or a trap in U-mode. */
  static void cacheBlock(Sequence out) {
    Chance chance = out.chance();
    out.emit(
        chance.percent(30)
            ? CacheBlockInstructions.ZERO
            : chance.oneOf(CacheBlockInstructions.MANAGEMENT));
    Operands operands = out.emit(IntegerInstructions.LOADS.getLast());
    out.keep(operands);
    out.emit(chance.oneOf(CacheBlockInstructions.PREFETCHES));
  }

  /** A floating-point operation; often its result is kept, and what flags it alone raises. */
  static void floating(Sequence out) {
    Chance chance = out.chance();
    for (int i = chance.between(2, 6); i > 0; i--) {
      if (chance.percent(40)) {
        out.emit(chance.percent(50) ? chance.oneOf(FloatInstructions.LOADS) : windowFloat(chance));
      }
      boolean probe = chance.percent(40);
      if (probe) {
        out.csr("csrrwi", 0, FFLAGS, 0);
      }
      Operands operands = out.emit(chance.oneOf(FloatInstructions.OPERATIONS));
      if (probe || chance.percent(30)) {
        out.keep(operands);
      }
      if (probe) {
        int flags = chance.oneOf(Registers.FREE);
        out.csrRead(flags, FFLAGS);
        out.keep(flags);
      }
    }
  }

  private static Template windowFloat(Chance chance) {
    return chance.oneOf(
        CompressedInstructions.LOADS.getLast(), CompressedInstructions.STACK.get(2));
  }

  private static void some(Sequence out, List<Template> templates) {
    for (int i = out.chance().between(1, 5); i > 0; i--) {
      Operands operands = out.emit(out.chance().oneOf(templates));
      if (operands.result() > 0 && out.chance().percent(15)) {
        out.keep(operands.result());
      }
    }
  }
}
