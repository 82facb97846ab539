// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.isUnmasked;
import static tombolo.riscv.isa.VectorDecoder.vd;
import static tombolo.riscv.isa.VectorDecoder.vs1;
import static tombolo.riscv.isa.VectorDecoder.vs2;

/** Operations on masks, one bit an element (RISC-V V, "Vector Mask Instructions"). */
final class Masks {
  // vs1 of the operations that make something of one mask.
  private static final int SET_BEFORE_FIRST = 1;
  private static final int SET_ONLY_FIRST = 2;
  private static final int SET_INCLUDING_FIRST = 3;
  private static final int COUNT_SO_FAR = 16;

  /** vs1 of vcpop.m; vfirst.m is the other one that writes an integer register. */
  private static final int COUNT = 16;

  private final VectorUnit unit;
  private final Permutations permutations;

  Masks(VectorUnit unit) {
    this.unit = unit;
    this.permutations = new Permutations(unit);
  }

  /**
   * Combines two masks.
   *
   * @param operation vmandn, vmand, vmor, vmxor, vmorn, vmnand, vmnor, vmxnor: 0 to 7
   */
  boolean logical(int word, int operation) {
    for (int i = unit.start; i < unit.length; i++) {
      boolean a = unit.registers.bit(vs2(word), i);
      boolean b = unit.registers.bit(vs1(word), i);
      boolean result =
          switch (operation) {
            case 0 -> a && !b;
            case 1 -> a && b;
            case 2 -> a || b;
            case 3 -> a != b;
            case 4 -> a || !b;
            case 5 -> !(a && b);
            case 6 -> !(a || b);
            default -> a == b;
          };
      unit.registers.setBit(vd(word), i, result);
    }
    return true;
  }

  /** vcpop.m and vfirst.m. */
  boolean toScalar(int word, int rd) {
    if (unit.start != 0) {
      return false;
    }
    boolean unmasked = isUnmasked(word);
    boolean counts = vs1(word) == COUNT;
    long count = 0;
    long first = -1;
    for (int i = 0; i < unit.length; i++) {
      if (unit.isActive(unmasked, i) && unit.registers.bit(vs2(word), i)) {
        count++;
        if (!counts) {
          first = i;
          break;
        }
      }
    }
    unit.x[rd] = counts ? count : first;
    return true;
  }

  /** vmsbf.m, vmsof.m, vmsif.m, viota.m and vid.v. */
  boolean unary(int word) {
    return switch (vs1(word)) {
      case SET_BEFORE_FIRST, SET_ONLY_FIRST, SET_INCLUDING_FIRST -> aroundFirst(word);
      case COUNT_SO_FAR -> countSoFar(word);
      default -> permutations.indexes(word);
    };
  }

  private boolean aroundFirst(int word) {
    int vd = vd(word);
    if (!VectorUnit.sparesMask(word) || vd == vs2(word) || unit.start != 0) {
      return false;
    }
    boolean unmasked = isUnmasked(word);
    int operation = vs1(word);
    boolean before = true;
    for (int i = 0; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)) {
        boolean first = before && unit.registers.bit(vs2(word), i);
        before &= !first;
        boolean result =
            switch (operation) {
              case SET_BEFORE_FIRST -> before;
              case SET_ONLY_FIRST -> first;
              default -> before || first;
            };
        unit.registers.setBit(vd, i, result);
      }
    }
    return true;
  }

  /** viota.m: for each element, the ones before it. */
  private boolean countSoFar(int word) {
    int vd = vd(word);
    if (!unit.isAligned(vd)
        || !VectorUnit.sparesMask(word)
        || Groups.overlap(vd, Groups.size(unit.multiplier), vs2(word), 1)
        || unit.start != 0) {
      return false;
    }
    boolean unmasked = isUnmasked(word);
    long count = 0;
    for (int i = 0; i < unit.length; i++) {
      unit.d[i] = count;
      if (unit.isActive(unmasked, i) && unit.registers.bit(vs2(word), i)) {
        count++;
      }
    }
    unit.write(word, unit.width);
    return true;
  }
}
