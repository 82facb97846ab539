// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.VectorDecoder;

/** vsetvli, vsetivli and vsetvl (RISC-V V, "Configuration-Setting Instructions"). Stateless. */
final class Configuration {
  private static final int RESERVED_MULTIPLIER = -4;
  private static final long TYPE_BITS = 0xff;
  private static final int MOST_WIDTH = 3;

  private Configuration() {}

  static VectorUnit.Outcome execute(VectorUnit unit, int word, int rd) {
    int rs1 = Decoder.rs1(word);
    boolean immediate = word >>> 30 == 3;
    boolean inRegister = word < 0 && !immediate;
    int named = immediate ? word >>> 20 & 0x3ff : word >>> 20;
    long wanted = inRegister ? unit.x[VectorDecoder.vs2(word)] : named;
    long type = legalType(wanted);
    int length = 0;
    if (type >= 0) {
      int before = unit.length;
      unit.setType(type);
      int most = unit.maxLength();
      if (immediate) {
        length = Math.min(rs1, most);
      } else if (rs1 != 0) {
        length = unit.lengthFor(unit.x[rs1]);
      } else {
        // The present length, which the guest promises to be one that stays possible.
        length = VectorDecoder.vd(word) != 0 ? most : Math.min(before, most);
      }
    } else {
      unit.setType(type);
    }
    unit.length = length;
    unit.x[rd] = length;
    return VectorUnit.Outcome.DONE;
  }

  /** Returns a value for vtype if it is one that a unit has, and otherwise the illegal one. */
  static long legalType(long type) {
    int width = (int) type >>> 3 & 7;
    int multiplier = (int) type << 29 >> 29;
    boolean legal =
        (type & ~TYPE_BITS) == 0
            && width <= MOST_WIDTH
            && width <= MOST_WIDTH + multiplier // SEW is at most LMUL times ELEN
            && multiplier != RESERVED_MULTIPLIER;
    return legal ? type : VectorUnit.ILLEGAL_TYPE;
  }
}
