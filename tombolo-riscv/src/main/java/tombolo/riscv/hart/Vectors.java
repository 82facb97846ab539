// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import tombolo.riscv.isa.Cause;
import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.Op;
import tombolo.riscv.isa.VectorDecoder;
import tombolo.riscv.vector.VectorUnit;

/**
 * Executes the V extension on a hart's {@link VectorUnit}. With sstatus.VS off an instruction is
 * illegal; so is one of floating point with sstatus.FS off or with a reserved rounding mode in frm.
 * Any other makes VS dirty, and FS, too, if it is one of floating point.
 */
final class Vectors {
  private Vectors() {}

  /**
   * Executes one.
   *
   * @return whether it completed; if not, the hart holds the trap
   */
  static boolean execute(Hart hart, long op) {
    int word = Op.immediate(op);
    boolean floating = isFloating(word);
    if (hart.vectorsAreOff()
        || (floating && (hart.floatingPointIsOff() || hart.roundingMode > 4))) {
      hart.trap(Cause.ILLEGAL_INSTRUCTION, 0);
      return false;
    }
    VectorUnit.Outcome outcome = hart.vectors.execute(word, Op.rd(op), hart.roundingMode);
    if (outcome == VectorUnit.Outcome.ILLEGAL) {
      hart.trap(Cause.ILLEGAL_INSTRUCTION, 0);
      return false;
    }
    hart.dirtyVectors();
    if (floating) {
      hart.dirtyFloatingPoint();
    }
    return outcome == VectorUnit.Outcome.DONE;
  }

  // What copies consist of, without what the general way has to ask first. Regions call these, and
  // C2 makes them part of a region.

  /**
   * Executes vsetvli with a register that holds the length.
   *
   * @param type its immediate
   * @param asked the length
   * @return vl; -1 if it is for {@link #execute}
   */
  static int configure(Hart hart, long type, long asked) {
    return hart.vectorsAreDirty() ? hart.vectors.setLength(type, asked) : -1;
  }

  /**
   * Executes an unmasked unit-stride load of one field, if it is within a page that the TLB knows.
   *
   * @param register vd
   * @param width bytes of an element in memory, as a power of two: 0 to 3
   * @return whether it did; if not, it is for {@link #execute}
   */
  static boolean load(Hart hart, long va, int register, int width) {
    int bytes = contiguousBytes(hart, va, register, width);
    long host = bytes == 0 ? Tlb.INVALID : hart.mmu.tlb.readAddress(va);
    if (host == Tlb.INVALID) {
      return false;
    }
    VectorUnit unit = hart.vectors;
    HostBytes.copyOut(host, unit.registerBytes(), register * unit.lengthInBytes(), bytes);
    return true;
  }

  /** Executes a store, see {@link #load}. */
  static boolean store(Hart hart, long va, int register, int width) {
    int bytes = contiguousBytes(hart, va, register, width);
    long host = bytes == 0 ? Tlb.INVALID : hart.mmu.tlb.writeAddress(va);
    if (host == Tlb.INVALID) {
      return false;
    }
    VectorUnit unit = hart.vectors;
    HostBytes.copyIn(unit.registerBytes(), register * unit.lengthInBytes(), host, bytes);
    return true;
  }

  /** Returns how many bytes an access transfers; 0 if it has to be looked at more closely. */
  private static int contiguousBytes(Hart hart, long va, int register, int width) {
    int bytes = hart.vectorsAreDirty() ? hart.vectors.contiguousBytes(register, width) : 0;
    int offset = (int) va & Mmu.PAGE_SIZE - 1;
    // An element alone is a single access, which a copy need not be.
    return bytes > 1 << width && offset + bytes <= Mmu.PAGE_SIZE ? bytes : 0;
  }

  private static boolean isFloating(int word) {
    if ((word & 0x7f) != VectorDecoder.OPERATION) {
      return false;
    }
    int kind = Decoder.function3(word);
    return kind == VectorDecoder.FLOAT_VECTOR || kind == VectorDecoder.FLOAT_SCALAR;
  }
}
