// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;

/**
 * Draws the operands of one instruction and remembers what the code around it must know: where the
 * result goes and, of a load or store, its base and offset.
 *
 * <p>Memory operands lie in the data window unless {@link #through} names a register.
 */
final class Operands {
  static final int NONE = -1;

  private final Chance chance;
  private int through = NONE;
  private boolean narrow;
  private int result = NONE;
  private int floatResult = NONE;
  private int offset;

  Operands(Chance chance) {
    this.chance = chance;
  }

  /** Operands whose memory accesses go through {@code base}, whose value the caller sets. */
  static Operands through(Chance chance, int base) {
    Operands operands = new Operands(chance);
    operands.through = base;
    return operands;
  }

  /** Operands that are all out of three registers, so that instructions depend on each other. */
  static Operands narrow(Chance chance) {
    Operands operands = new Operands(chance);
    operands.narrow = true;
    return operands;
  }

  Chance chance() {
    return chance;
  }

  /** The integer register written, or {@link #NONE}. */
  int result() {
    return result;
  }

  /** The floating-point register written, or {@link #NONE}. */
  int floatResult() {
    return floatResult;
  }

  /** The offset that the load or store adds to its base. */
  int offset() {
    return offset;
  }

  int rd() {
    result = chance.percent(3) ? 0 : rdNotZero();
    return result;
  }

  int rdNotZero() {
    int last = narrow ? 2 : chance.percent(70) ? 8 : Registers.FREE.size() - 1;
    do {
      result = Registers.FREE.get(chance.between(0, last));
    } while (result == through && !chance.percent(20));
    return result;
  }

  /** A result register among x8 to x15. */
  int rdShort() {
    do {
      result = chance.between(10, narrow ? 12 : 15);
    } while (result == through && !chance.percent(20));
    return result;
  }

  int rs() {
    if (narrow) {
      return chance.between(10, 12);
    }
    return chance.percent(80)
        ? Registers.FREE.get(chance.between(0, chance.percent(70) ? 8 : 22))
        : chance.between(0, 31);
  }

  int rsNotZero() {
    return Math.max(rs(), 1);
  }

  int rsShort() {
    if (narrow) {
      return rs();
    }
    return chance.percent(80) ? chance.between(10, 15) : chance.between(8, 15);
  }

  int fd() {
    floatResult = fs();
    return floatResult;
  }

  int fdShort() {
    floatResult = fsShort();
    return floatResult;
  }

  int fs() {
    return chance.percent(60) ? chance.between(8, 15) : chance.between(0, 31);
  }

  int fsShort() {
    return chance.between(8, 15);
  }

  /** Any rounding mode; rarely one of the two reserved ones. */
  int rm() {
    if (chance.percent(40)) {
      return 7;
    }
    return chance.percent(3) ? chance.between(5, 6) : chance.between(0, 4);
  }

  int immediate12() {
    return switch (chance.between(0, 3)) {
      case 0 -> chance.oneOf(0, 1, -1, 2047, -2048, 255, -256);
      case 1 -> chance.between(-16, 16);
      default -> chance.between(-2048, 2047);
    };
  }

  /** {@code bits} bits, with the ends preferred. */
  int shift(int bits) {
    return chance.percent(25)
        ? chance.oneOf(0, 1, (1 << bits) - 1, 1 << (bits - 1))
        : chance.between(0, (1 << bits) - 1);
  }

  int flag() {
    return chance.between(0, 1);
  }

  int base() {
    return through == NONE ? chance.oneOf(Registers.BASES) : through;
  }

  int baseShort() {
    return through == NONE
        ? chance.oneOf(List.of(Registers.DATA, Registers.NEAR_BOUNDARY))
        : through;
  }

  /** An address register for the instructions that have no offset. */
  int address() {
    return base();
  }

  /** The offset of a load or store of {@code size} bytes: often aligned, often at a page's end. */
  int offset(int size) {
    if (through != NONE) {
      offset = chance.percent(50) ? 0 : chance.between(-256, 255) * 8;
    } else if (chance.percent(15)) {
      offset = chance.between(-8, 0);
    } else if (chance.percent(20)) {
      offset = chance.between(-2048, 2047);
    } else {
      offset = chance.between(-2048, 2047) & -size;
    }
    return offset;
  }

  /** A compressed offset: a multiple of {@code size} below {@code limit}. */
  int offsetBelow(int limit, int size) {
    offset = chance.between(0, limit / size - 1) * size;
    return offset;
  }
}
