// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.vd;
import static tombolo.riscv.isa.VectorDecoder.vs1;
import static tombolo.riscv.isa.VectorDecoder.vs2;

import java.util.Arrays;
import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.VectorDecoder;

/** Moves of elements within registers (RISC-V V, "Vector Permutation Instructions"). */
final class Permutations {
  private final VectorUnit unit;

  Permutations(VectorUnit unit) {
    this.unit = unit;
  }

  /** Copies bytes of groups of registers, from an offset up to another. */
  void copy(int to, int from, int start, int end) {
    byte[] bytes = unit.registers.bytes;
    int length = unit.registers.length;
    System.arraycopy(bytes, from * length + start, bytes, to * length + start, end - start);
  }

  /** vmv1r.v to vmv8r.v. */
  boolean moveWhole(int word) {
    int end = (vs1(word) + 1) * unit.registers.length;
    int start = unit.start << unit.width;
    if (start < end) {
      copy(vd(word), vs2(word), start, end);
    }
    return true;
  }

  /** What a slide of an OPIVX or OPIVI format moves elements by, which is never negative. */
  private long distance(int word) {
    return Decoder.function3(word) == VectorDecoder.INTEGER_IMMEDIATE
        ? vs1(word)
        : unit.x[Decoder.rs1(word)];
  }

  private boolean isSlide(int word, boolean up) {
    return unit.areGroups(word, false)
        && VectorUnit.sparesMask(word)
        && !(up && vd(word) == vs2(word));
  }

  boolean slideUp(int word) {
    if (!isSlide(word, true)) {
      return false;
    }
    long distance = distance(word);
    if (distance >= 0 && distance < unit.length) {
      int by = (int) distance;
      int from = Math.max(unit.start, by);
      if (from < unit.length) {
        unit.registers.readSigned(vs2(word), unit.width, from - by, unit.length - by, unit.a);
        System.arraycopy(unit.a, from - by, unit.d, from, unit.length - from);
        unit.writeFrom(word, unit.width, from);
      }
    }
    return true;
  }

  boolean slideDown(int word) {
    if (!isSlide(word, false)) {
      return false;
    }
    slideDown(word, distance(word));
    unit.write(word, unit.width);
    return true;
  }

  /** Leaves what comes from beyond the group as zeros. */
  private void slideDown(int word, long distance) {
    int from = unit.start;
    if (from >= unit.length) {
      return;
    }
    int most = unit.maxLength();
    Arrays.fill(unit.d, from, unit.length, 0);
    if (distance >= 0 && distance < most - from) {
      int by = (int) distance;
      int to = Math.min(unit.length, most - by);
      unit.registers.readSigned(vs2(word), unit.width, from + by, to + by, unit.a);
      System.arraycopy(unit.a, from + by, unit.d, from, to - from);
    }
  }

  /** vslide1up and vfslide1up. */
  boolean slideUpByOne(int word, long scalar) {
    if (!isSlide(word, true)) {
      return false;
    }
    int from = unit.start;
    if (from < unit.length) {
      int first = Math.max(from, 1);
      if (first < unit.length) {
        unit.registers.readSigned(vs2(word), unit.width, first - 1, unit.length - 1, unit.a);
        System.arraycopy(unit.a, first - 1, unit.d, first, unit.length - first);
      }
      if (from == 0) {
        unit.d[0] = scalar;
      }
      unit.write(word, unit.width);
    }
    return true;
  }

  /** vslide1down and vfslide1down. */
  boolean slideDownByOne(int word, long scalar) {
    if (!isSlide(word, false)) {
      return false;
    }
    if (unit.start < unit.length) {
      slideDown(word, 1);
      unit.d[unit.length - 1] = scalar;
      unit.write(word, unit.width);
    }
    return true;
  }

  /**
   * vrgather and vrgatherei16.
   *
   * @param indexWidth bytes of an index as a power of two, or -1 for one index that is no element
   */
  boolean gather(int word, int indexWidth) {
    int size = Groups.size(unit.multiplier);
    int vd = vd(word);
    if (!unit.areGroups(word, false) || !VectorUnit.sparesMask(word) || vd == vs2(word)) {
      return false;
    }
    if (indexWidth >= 0) {
      int indexes = indexWidth - unit.width + unit.multiplier;
      if (!Groups.exists(indexes)
          || !Groups.isAligned(vs1(word), indexes)
          || !unit.areReadOnce(word, true, indexWidth, unit.width)
          || Groups.overlap(vd, size, vs1(word), Groups.size(indexes))) {
        return false;
      }
      unit.registers.readUnsigned(vs1(word), indexWidth, unit.start, unit.length, unit.b);
    } else if (unit.start < unit.length) {
      Arrays.fill(unit.b, unit.start, unit.length, distance(word));
    }
    int most = unit.maxLength();
    unit.registers.readSigned(vs2(word), unit.width, 0, most, unit.a);
    for (int i = unit.start; i < unit.length; i++) {
      long index = unit.b[i];
      unit.d[i] = index >= 0 && index < most ? unit.a[(int) index] : 0;
    }
    unit.write(word, unit.width);
    return true;
  }

  boolean compress(int word) {
    int vd = vd(word);
    if (!unit.areGroups(word, false)
        || vd == vs2(word)
        || Groups.overlap(vd, Groups.size(unit.multiplier), vs1(word), 1)
        || Groups.overlap(vs2(word), Groups.size(unit.multiplier), vs1(word), 1)
        || unit.start != 0) {
      return false;
    }
    int count = 0;
    for (int i = 0; i < unit.length; i++) {
      if (unit.registers.bit(vs1(word), i)) {
        long element = unit.registers.unsigned(vs2(word), i, unit.width);
        unit.registers.set(vd, count++, unit.width, element);
      }
    }
    return true;
  }

  /** vmv.s.x and vfmv.s.f. */
  boolean moveToFirst(int word, long scalar) {
    if (unit.start < unit.length) {
      unit.registers.set(vd(word), 0, unit.width, scalar);
    }
    return true;
  }

  /** vzext and vsext. */
  boolean extend(int word, int factor, boolean signed) {
    int narrow = unit.width - factor;
    int narrowMultiplier = unit.multiplier - factor;
    if (narrow < 0
        || !unit.isAligned(vd(word))
        || !Groups.isAligned(vs2(word), narrowMultiplier)
        || !VectorUnit.sparesMask(word)
        || !unit.areReadOnce(word, false, 0, 0)
        || !Groups.areApart(vd(word), unit.multiplier, vs2(word), narrowMultiplier)) {
      return false;
    }
    unit.read(vs2(word), narrow, signed, unit.d);
    unit.write(word, unit.width);
    return true;
  }

  /** vid.v. */
  boolean indexes(int word) {
    if (!unit.isAligned(vd(word)) || !VectorUnit.sparesMask(word)) {
      return false;
    }
    for (int i = unit.start; i < unit.length; i++) {
      unit.d[i] = i;
    }
    unit.write(word, unit.width);
    return true;
  }
}
