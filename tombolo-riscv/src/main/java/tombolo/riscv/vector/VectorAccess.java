// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static tombolo.riscv.isa.VectorDecoder.vd;
import static tombolo.riscv.isa.VectorDecoder.vs2;

import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.VectorDecoder;
import tombolo.riscv.vector.VectorUnit.Outcome;

/**
 * Vector loads and stores (RISC-V V, "Vector Loads and Stores"): elements in order, fields of a
 * segment in order. One that traps has done all elements before the one that vstart names, and
 * perhaps some fields of that one.
 */
final class VectorAccess {
  private static final int MOST_REGISTERS = 8;

  private final VectorUnit unit;
  private final VectorMemory memory;
  private final byte[] bytes;

  /** A segment on its way, of up to eight fields of eight bytes. */
  private final byte[] segment = new byte[64];

  VectorAccess(VectorUnit unit) {
    this.unit = unit;
    this.memory = unit.memory;
    this.bytes = unit.registers.bytes;
  }

  Outcome execute(int word) {
    int kind = vs2(word);
    int addressing = VectorDecoder.addressing(word);
    boolean unitStride = addressing == VectorDecoder.UNIT_STRIDE;
    if (unitStride && kind == VectorDecoder.WHOLE_REGISTERS) {
      return wholeRegisters(word);
    }
    if (unit.isIllegalType()) {
      return Outcome.ILLEGAL;
    }
    if (unitStride && kind == VectorDecoder.MASK) {
      return inOrder(word, (unit.length + 7) / 8, 0);
    }
    int width = VectorDecoder.width(word);
    int multiplier = width - unit.width + unit.multiplier;
    if (!unitStride && addressing != VectorDecoder.STRIDED) {
      return indexed(word, width, multiplier);
    }
    if (!Groups.exists(multiplier) || !isLegal(word, multiplier)) {
      return Outcome.ILLEGAL;
    }
    if (!unitStride) {
      return strided(word, unit.x[vs2(word)], width, multiplier);
    }
    if (kind == VectorDecoder.FAULT_ONLY_FIRST) {
      return faultOnlyFirst(word, width, multiplier);
    }
    int fields = VectorDecoder.fields(word);
    if (fields == 1 && VectorDecoder.isUnmasked(word)) {
      return inOrder(word, unit.length, width);
    }
    return strided(word, (long) fields << width, width, multiplier);
  }

  private static boolean isStore(int word) {
    return (word & 0x7f) == VectorDecoder.STORE;
  }

  /** Whether the registers of all fields exist, and none is the mask. */
  private static boolean isLegal(int word, int multiplier) {
    int registers = VectorDecoder.fields(word) * Groups.size(multiplier);
    return Groups.isAligned(vd(word), multiplier)
        && registers <= MOST_REGISTERS
        && vd(word) + registers <= 32
        && VectorUnit.sparesMask(word);
  }

  private Outcome wholeRegisters(int word) {
    int width = VectorDecoder.width(word);
    int count = (VectorDecoder.fields(word) * unit.registers.length) >>> width;
    return inOrder(word, count, width);
  }

  /** Elements one behind the other in memory and in registers. */
  private Outcome inOrder(int word, int length, int width) {
    int from = unit.start;
    if (from >= length) {
      return Outcome.DONE;
    }
    int done = transfer(word, unit.x[Decoder.rs1(word)], from, length, width);
    if (from + done < length) {
      unit.start = from + done;
      return Outcome.TRAPPED;
    }
    return Outcome.DONE;
  }

  private int transfer(int word, long base, int from, int to, int width) {
    long va = base + ((long) from << width);
    int at = unit.registers.place(vd(word), from, width);
    return isStore(word)
        ? memory.store(va, bytes, at, to - from, 1 << width)
        : memory.load(va, bytes, at, to - from, 1 << width);
  }

  private Outcome strided(int word, long stride, int width, int multiplier) {
    long base = unit.x[Decoder.rs1(word)];
    boolean unmasked = VectorDecoder.isUnmasked(word);
    for (int i = unit.start; i < unit.length; i++) {
      if (unit.isActive(unmasked, i) && !segment(word, base + i * stride, i, width, multiplier)) {
        unit.start = i;
        return Outcome.TRAPPED;
      }
    }
    return Outcome.DONE;
  }

  /** The offsets are read first: a load may overwrite those that it has used. */
  private Outcome indexed(int word, int indexWidth, int indexMultiplier) {
    if (!Groups.exists(indexMultiplier)
        || !Groups.isAligned(vs2(word), indexMultiplier)
        || !isLegal(word, unit.multiplier)
        || (!VectorDecoder.isUnmasked(word) && vs2(word) == 0)
        || !areOffsetsApart(word, indexWidth, indexMultiplier)) {
      return Outcome.ILLEGAL;
    }
    long base = unit.x[Decoder.rs1(word)];
    boolean unmasked = VectorDecoder.isUnmasked(word);
    long[] offsets = unit.a;
    unit.registers.readUnsigned(vs2(word), indexWidth, unit.start, unit.length, offsets);
    for (int i = unit.start; i < unit.length; i++) {
      if (unit.isActive(unmasked, i)
          && !segment(word, base + offsets[i], i, unit.width, unit.multiplier)) {
        unit.start = i;
        return Outcome.TRAPPED;
      }
    }
    return Outcome.DONE;
  }

  /**
   * Whether no field of a load overwrites offsets that are still to be used, and none of a store
   * reads them with another width.
   */
  private boolean areOffsetsApart(int word, int indexWidth, int indexMultiplier) {
    if (isStore(word)) {
      int registers = VectorDecoder.fields(word) * Groups.size(unit.multiplier);
      return indexWidth == unit.width
          || !Groups.overlap(vd(word), registers, vs2(word), Groups.size(indexMultiplier));
    }
    int fields = VectorDecoder.fields(word);
    int size = Groups.size(unit.multiplier);
    int vs2 = vs2(word);
    for (int field = 0; field < fields; field++) {
      int vd = vd(word) + field * size;
      if (fields > 1 && Groups.overlap(vd, size, vs2, Groups.size(indexMultiplier))) {
        return false;
      }
      boolean apart =
          indexWidth == unit.width
              || (indexWidth > unit.width
                  ? Groups.areApartOrSame(vd, unit.multiplier, vs2, indexMultiplier)
                  : Groups.areApart(vd, unit.multiplier, vs2, indexMultiplier));
      if (!apart) {
        return false;
      }
    }
    return true;
  }

  /** The fields of one segment; whether all were transferred. */
  private boolean segment(int word, long va, int element, int width, int multiplier) {
    int fields = VectorDecoder.fields(word);
    int size = 1 << width;
    boolean store = isStore(word);
    for (int field = 0; field < fields; field++) {
      int register = vd(word) + field * Groups.size(multiplier);
      int at = unit.registers.place(register, element, width);
      long address = va + ((long) field << width);
      int done =
          store
              ? memory.store(address, bytes, at, 1, size)
              : memory.load(address, bytes, at, 1, size);
      if (done == 0) {
        return false;
      }
    }
    return true;
  }

  /** Loads up to the first element that cannot be loaded, which is an exception only for 0. */
  private Outcome faultOnlyFirst(int word, int width, int multiplier) {
    int fields = VectorDecoder.fields(word);
    boolean unmasked = VectorDecoder.isUnmasked(word);
    long base = unit.x[Decoder.rs1(word)];
    int done = unit.start;
    if (fields == 1 && unmasked && done < unit.length) {
      done += transfer(word, base, done, unit.length, width);
    } else {
      while (done < unit.length
          && (!unit.isActive(unmasked, done)
              || wholeSegment(
                  word, base + (((long) done * fields) << width), done, width, multiplier))) {
        done++;
      }
    }
    if (done < unit.length) {
      if (done == 0) {
        return Outcome.TRAPPED;
      }
      unit.length = done;
    }
    return Outcome.DONE;
  }

  /** All fields of one segment or none. */
  private boolean wholeSegment(int word, long va, int element, int width, int multiplier) {
    int fields = VectorDecoder.fields(word);
    if (memory.load(va, segment, 0, fields, 1 << width) < fields) {
      return false;
    }
    for (int field = 0; field < fields; field++) {
      int register = vd(word) + field * Groups.size(multiplier);
      int at = unit.registers.place(register, element, width);
      System.arraycopy(segment, field << width, bytes, at, 1 << width);
    }
    return true;
  }
}
