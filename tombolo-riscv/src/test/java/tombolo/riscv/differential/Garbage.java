// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;
import java.util.Set;

/**
 * Words drawn blindly. Most are illegal, which is the point; the rest are kept only if they leave
 * the program in its cage: no jump, no write to a register that is not free, no access but through
 * a base register, no system instruction that does something.
 */
final class Garbage {
  /** Major opcodes, bits 6 to 2. */
  private static final int LOAD = 0x00;

  private static final int LOAD_FP = 0x01;
  private static final int MISC_MEM = 0x03;
  private static final int STORE = 0x08;
  private static final int STORE_FP = 0x09;
  private static final int AMO = 0x0b;
  private static final int BRANCH = 0x18;
  private static final int JALR = 0x19;
  private static final int JAL = 0x1b;
  private static final int SYSTEM = 0x1c;

  private static final List<Integer> INTERESTING =
      List.of(
          LOAD, LOAD_FP, MISC_MEM, 0x04, 0x05, 0x06, STORE, STORE_FP, AMO, 0x0c, 0x0e, 0x10, 0x11,
          0x12, 0x13, 0x14, BRANCH, JALR, SYSTEM, 0x02, 0x0a, 0x15, 0x1d);

  /** ecall, ebreak (for a7), sret and wfi may do something: TrapSnippets has them. */
  private static final Set<Integer> SYSTEM_DOES =
      Set.of(0x00000073, 0x00100073, 0x10200073, 0x10500073);

  private Garbage() {}

  static Word word(Chance chance) {
    while (true) {
      int bits = chance.bits32() | 3;
      if (chance.percent(70)) {
        bits = (bits & ~0x7f) | chance.oneOf(INTERESTING) << 2 | 3;
      }
      if (chance.percent(40)) {
        // Close to something legal: the funct7 of a few operations.
        bits = (bits & 0x01ff_ffff) | chance.oneOf(0x00, 0x20, 0x01, 0x04, 0x24, 0x30, 0x34) << 25;
      }
      bits = caged(chance, bits);
      if (bits != 0) {
        return new Word("(random word)", bits);
      }
    }
  }

  static Word halfword(Chance chance) {
    while (true) {
      int bits = chance.between(0, 0xffff);
      if ((bits & 3) != 3 && harmless(bits)) {
        return new Word("(random halfword)", bits);
      }
    }
  }

  /** The word, maybe with another rs1; 0 if it would break out. */
  private static int caged(Chance chance, int bits) {
    int opcode = bits >> 2 & 31;
    int rd = bits >> 7 & 31;
    int function = bits >> 12 & 7;
    int base = chance.oneOf(Registers.BASES) << 15;
    int withBase = (bits & ~(31 << 15)) | base;
    return switch (opcode) {
      case LOAD -> Registers.isFree(rd) ? withBase : 0;
      case STORE -> withBase;
      // A vector access has offsets and strides of its own: VectorSnippets has those that stay.
      case LOAD_FP, STORE_FP -> (function & 4) != 0 || function == 0 ? 0 : withBase;
      // Function 2 has the instructions on cache blocks.
      case MISC_MEM -> function == 2 ? withBase : Registers.isFree(rd) ? bits : 0;
      // lr and sc: a reservation that a random instruction made is nobody's business.
      case AMO -> Registers.isFree(rd) && bits >>> 28 != 1 ? withBase : 0;
      case BRANCH -> function == 2 || function == 3 ? bits : 0;
      case JALR -> function != 0 ? bits : 0;
      case JAL -> 0;
      case SYSTEM ->
          switch (function) {
            case 0 -> SYSTEM_DOES.contains(bits) ? 0 : bits;
            case 4 -> Registers.isFree(rd) ? bits : 0; // among them Zimop's
            default -> 0;
          };
      default -> Registers.isFree(rd) ? bits : 0;
    };
  }

  private static boolean harmless(int bits) {
    int function = bits >> 13;
    int rd = bits >> 7 & 31;
    int upper = 8 + (bits >> 7 & 7);
    int lower = 8 + (bits >> 2 & 7);
    boolean throughBase = Registers.BASES.contains(upper);
    return switch (bits & 3) {
      case 0 ->
          switch (function) {
            case 0 -> Registers.isFree(lower);
            case 1, 5, 6, 7 -> throughBase;
            default -> throughBase && Registers.isFree(lower);
          };
      case 1 ->
          switch (function) {
            case 0, 1, 2, 3 -> Registers.isFree(rd);
            case 4 -> Registers.isFree(upper);
            default -> false;
          };
      default ->
          switch (function) {
            case 0, 2, 3 -> Registers.isFree(rd);
            case 4 -> (bits >> 2 & 31) != 0 && Registers.isFree(rd);
            default -> true;
          };
    };
  }
}
