// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import org.jspecify.annotations.Nullable;
import tombolo.riscv.isa.AtomicDecoder;
import tombolo.riscv.isa.Cause;
import tombolo.riscv.isa.Op;

/**
 * Semantics of the A extension. Each operation is one atomic operation of the host on the memory
 * itself, so it is atomic towards every hart, every VM and the host's own threads; all are
 * sequentially consistent, which is at least what any aq and rl bits ask for.
 *
 * <p>A store-conditional succeeds if it has the width of the load-reserved and writes the same
 * guest physical memory, and if that memory still holds the value that the load-reserved saw. A
 * value that was changed and changed back in between goes unnoticed, as in every emulator that runs
 * harts in parallel. A store-conditional that fails has passed all checks of a store before
 * (Zalrsc): it traps where a store would, with a reservation or without. It leaves the page table
 * as it is.
 */
final class Atomics {
  private Atomics() {}

  /**
   * Executes one.
   *
   * @return whether it completed; if not, the hart holds the trap
   */
  static boolean execute(Hart hart, long op) {
    long[] x = hart.x;
    long address = x[Op.rs1(op)];
    long operand = x[Op.rs2(op)];
    int selector = Op.immediate(op);
    boolean doubleword = (selector & AtomicDecoder.DOUBLEWORD) != 0;
    int size = doubleword ? 8 : 4;
    int function = selector & 0x1f;
    if ((address & size - 1) != 0) {
      hart.trap(
          function == AtomicDecoder.LR ? Cause.LOAD_MISALIGNED : Cause.STORE_MISALIGNED, address);
      return false;
    }
    if (function == AtomicDecoder.SC) {
      long gpa = hart.mmu.storeGpa(address, size);
      if (gpa == Mmu.NO_GPA) {
        return false;
      }
      if (gpa != hart.reservedAddress || size != hart.reservedSize) {
        hart.reservedAddress = Hart.NO_RESERVATION;
        x[Op.rd(op)] = 1;
        return true;
      }
    }
    long host = hart.mmu.atomicAddress(address, function != AtomicDecoder.LR, size);
    if (host == Mmu.TRAPPED) {
      return false;
    }
    @Nullable SharedMemory shared = hart.shared;
    if (shared != null) {
      shared.beforeAtomic(host, size, selector);
    }
    x[Op.rd(op)] =
        switch (function) {
          case AtomicDecoder.LR -> {
            long value =
                doubleword ? HostBytes.getLongVolatile(host) : HostBytes.getIntVolatile(host);
            hart.reservedAddress = hart.mmu.loadedGpa(address);
            hart.reservedSize = size;
            hart.reservedValue = value;
            yield value;
          }
          case AtomicDecoder.SC -> {
            hart.reservedAddress = Hart.NO_RESERVATION;
            boolean stored =
                doubleword
                    ? HostBytes.compareAndSet(host, hart.reservedValue, operand)
                    : HostBytes.compareAndSet(host, (int) hart.reservedValue, (int) operand);
            yield stored ? 0 : 1;
          }
          default -> doubleword ? amo(function, host, operand) : amo(function, host, (int) operand);
        };
    if (shared != null) {
      shared.afterAtomic(host, size, selector);
    }
    return true;
  }

  private static long amo(int function, long host, long operand) {
    return switch (function) {
      case AtomicDecoder.SWAP -> HostBytes.getAndSet(host, operand);
      case AtomicDecoder.ADD -> HostBytes.getAndAdd(host, operand);
      default -> {
        long old;
        long updated;
        do {
          old = HostBytes.getLong(host);
          updated =
              switch (function) {
                case AtomicDecoder.XOR -> old ^ operand;
                case AtomicDecoder.AND -> old & operand;
                case AtomicDecoder.OR -> old | operand;
                case AtomicDecoder.MIN -> Math.min(old, operand);
                case AtomicDecoder.MAX -> Math.max(old, operand);
                case AtomicDecoder.MINU -> Long.compareUnsigned(old, operand) < 0 ? old : operand;
                default -> Long.compareUnsigned(old, operand) > 0 ? old : operand;
              };
        } while (!HostBytes.compareAndSet(host, old, updated));
        yield old;
      }
    };
  }

  private static int amo(int function, long host, int operand) {
    return switch (function) {
      case AtomicDecoder.SWAP -> HostBytes.getAndSet(host, operand);
      case AtomicDecoder.ADD -> HostBytes.getAndAdd(host, operand);
      default -> {
        int old;
        int updated;
        do {
          old = HostBytes.getInt(host);
          updated =
              switch (function) {
                case AtomicDecoder.XOR -> old ^ operand;
                case AtomicDecoder.AND -> old & operand;
                case AtomicDecoder.OR -> old | operand;
                case AtomicDecoder.MIN -> Math.min(old, operand);
                case AtomicDecoder.MAX -> Math.max(old, operand);
                case AtomicDecoder.MINU ->
                    Integer.compareUnsigned(old, operand) < 0 ? old : operand;
                default -> Integer.compareUnsigned(old, operand) > 0 ? old : operand;
              };
        } while (!HostBytes.compareAndSet(host, old, updated));
        yield old;
      }
    };
  }
}
