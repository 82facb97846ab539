// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

/**
 * The A extension: encodings and semantics. Each operation is one atomic operation of the host on
 * the memory itself, so it is atomic towards every hart, every VM and the host's own threads; all
 * are sequentially consistent, which is at least what any aq and rl bits ask for.
 *
 * <p>A store-conditional succeeds if the reservation still names its address and the memory still
 * holds the value that the load-reserved saw. A value that was changed and changed back in between
 * goes unnoticed, as in every emulator that runs harts in parallel.
 */
final class Atomics {
  private static final int LR = 0x02;
  private static final int SC = 0x03;
  private static final int SWAP = 0x01;
  private static final int ADD = 0x00;
  private static final int XOR = 0x04;
  private static final int AND = 0x0c;
  private static final int OR = 0x08;
  private static final int MIN = 0x10;
  private static final int MAX = 0x14;
  private static final int MINU = 0x18;
  private static final int MAXU = 0x1c;
  private static final int DOUBLEWORD = 0x100;

  private Atomics() {}

  static long decode(int word) {
    int width = Decoder.function3(word);
    int function = word >>> 27;
    boolean known =
        switch (function) {
          case LR -> Decoder.rs2(word) == 0;
          case SC, SWAP, ADD, XOR, AND, OR, MIN, MAX, MINU, MAXU -> true;
          default -> false;
        };
    if (!known || (width != 2 && width != 3)) {
      return Op.ILLEGAL;
    }
    int selector = function | (width == 3 ? DOUBLEWORD : 0);
    return Op.pack(Op.ATOMIC, Decoder.rd(word), Decoder.rs1(word), Decoder.rs2(word), selector);
  }

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
    boolean doubleword = (selector & DOUBLEWORD) != 0;
    int size = doubleword ? 8 : 4;
    int function = selector & 0x1f;
    if (function == SC && hart.reservedAddress != address) {
      hart.reservedAddress = Hart.NO_RESERVATION;
      x[Op.rd(op)] = 1;
      return true;
    }
    if ((address & size - 1) != 0) {
      hart.trap(function == LR ? Cause.LOAD_MISALIGNED : Cause.STORE_MISALIGNED, address);
      return false;
    }
    long host = hart.mmu.atomicAddress(address, function != LR, size);
    if (host == Mmu.TRAPPED) {
      return false;
    }
    x[Op.rd(op)] =
        switch (function) {
          case LR -> {
            long value =
                doubleword ? HostBytes.getLongVolatile(host) : HostBytes.getIntVolatile(host);
            hart.reservedAddress = address;
            hart.reservedValue = value;
            yield value;
          }
          case SC -> {
            hart.reservedAddress = Hart.NO_RESERVATION;
            boolean stored =
                doubleword
                    ? HostBytes.compareAndSet(host, hart.reservedValue, operand)
                    : HostBytes.compareAndSet(host, (int) hart.reservedValue, (int) operand);
            yield stored ? 0 : 1;
          }
          default -> doubleword ? amo(function, host, operand) : amo(function, host, (int) operand);
        };
    return true;
  }

  private static long amo(int function, long host, long operand) {
    return switch (function) {
      case SWAP -> HostBytes.getAndSet(host, operand);
      case ADD -> HostBytes.getAndAdd(host, operand);
      default -> {
        long old;
        long updated;
        do {
          old = HostBytes.getLong(host);
          updated =
              switch (function) {
                case XOR -> old ^ operand;
                case AND -> old & operand;
                case OR -> old | operand;
                case MIN -> Math.min(old, operand);
                case MAX -> Math.max(old, operand);
                case MINU -> Long.compareUnsigned(old, operand) < 0 ? old : operand;
                default -> Long.compareUnsigned(old, operand) > 0 ? old : operand;
              };
        } while (!HostBytes.compareAndSet(host, old, updated));
        yield old;
      }
    };
  }

  private static int amo(int function, long host, int operand) {
    return switch (function) {
      case SWAP -> HostBytes.getAndSet(host, operand);
      case ADD -> HostBytes.getAndAdd(host, operand);
      default -> {
        int old;
        int updated;
        do {
          old = HostBytes.getInt(host);
          updated =
              switch (function) {
                case XOR -> old ^ operand;
                case AND -> old & operand;
                case OR -> old | operand;
                case MIN -> Math.min(old, operand);
                case MAX -> Math.max(old, operand);
                case MINU -> Integer.compareUnsigned(old, operand) < 0 ? old : operand;
                default -> Integer.compareUnsigned(old, operand) > 0 ? old : operand;
              };
        } while (!HostBytes.compareAndSet(host, old, updated));
        yield old;
      }
    };
  }
}
