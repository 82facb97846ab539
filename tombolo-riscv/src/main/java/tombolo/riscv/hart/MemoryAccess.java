// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import tombolo.riscv.fp.NanBox;
import tombolo.riscv.isa.CacheBlocks;
import tombolo.riscv.isa.Cause;
import tombolo.riscv.isa.Op;

/**
 * Loads and stores that the interpreter's fast path does not do: the TLB doesn't know the page, the
 * address is misaligned, or a device is behind it. Used by the hart's thread only.
 */
public final class MemoryAccess {
  private final Hart hart;

  MemoryAccess(Hart hart) {
    this.hart = hart;
  }

  private static int size(int opcode) {
    return switch (opcode) {
      case Op.LB, Op.LBU, Op.SB -> 1;
      case Op.LH, Op.LHU, Op.SH, Op.FLH, Op.FSH -> 2;
      case Op.LW, Op.LWU, Op.SW, Op.FLW, Op.FSW -> 4;
      default -> 8;
    };
  }

  /**
   * Does a load.
   *
   * @return whether it completed; if not, the hart holds the reason
   */
  boolean load(long op, long va) {
    int size = size(Op.opcode(op));
    long value;
    if ((va & size - 1) != 0) {
      if ((va & Mmu.PAGE_SIZE - 1) > Mmu.PAGE_SIZE - size) {
        return loadAcrossPages(op, va, size);
      }
      long host = memoryAddress(va, Mmu.LOAD, size);
      if (host == Mmu.TRAPPED) {
        return false;
      }
      value = gather(host, size);
    } else {
      long host = hart.mmu.hostAddress(va, Mmu.LOAD);
      if (host == Mmu.TRAPPED) {
        return false;
      }
      if (host == Mmu.DEVICE) {
        hart.stop = Hart.Stop.DEVICE_LOAD;
        hart.deviceOp = op;
        hart.trapValue = va;
        return false;
      }
      SharedMemory shared = hart.mmu.sharedMemory();
      value =
          shared != null
              ? shared.load(host, size)
              : switch (size) {
                case 1 -> HostBytes.getByte(host);
                case 2 -> HostBytes.getShort(host);
                case 4 -> HostBytes.getInt(host);
                default -> HostBytes.getLong(host);
              };
    }
    finishLoad(op, value);
    return true;
  }

  private boolean loadAcrossPages(long op, long va, int size) {
    long secondVa = (va | Mmu.PAGE_SIZE - 1) + 1;
    int first = (int) (secondVa - va);
    long low = memoryAddress(va, Mmu.LOAD, first);
    if (low == Mmu.TRAPPED) {
      return false;
    }
    long high = memoryAddress(secondVa, Mmu.LOAD, size - first);
    if (high == Mmu.TRAPPED) {
      return false;
    }
    finishLoad(op, gather(low, first) | (gather(high, size - first) << (8 * first)));
    return true;
  }

  /** Writes what was loaded to the register that the operation names. */
  public void finishLoad(long op, long value) {
    int rd = Op.rd(op);
    switch (Op.opcode(op)) {
      case Op.LB -> hart.x[rd] = (byte) value;
      case Op.LBU -> hart.x[rd] = value & 0xff;
      case Op.LH -> hart.x[rd] = (short) value;
      case Op.LHU -> hart.x[rd] = value & 0xffff;
      case Op.LW -> hart.x[rd] = (int) value;
      case Op.LWU -> hart.x[rd] = value & 0xffffffffL;
      case Op.FLH -> {
        hart.f[rd] = NanBox.boxHalf((int) value);
        hart.dirtyFloatingPoint();
      }
      case Op.FLW -> {
        hart.f[rd] = value | 0xffffffffL << 32;
        hart.dirtyFloatingPoint();
      }
      case Op.FLD -> {
        hart.f[rd] = value;
        hart.dirtyFloatingPoint();
      }
      default -> hart.x[rd] = value;
    }
  }

  /**
   * Does a store.
   *
   * @return whether it completed; if not, the hart holds the reason
   */
  boolean store(long op, long va, long value) {
    int size = size(Op.opcode(op));
    if ((va & size - 1) != 0) {
      if ((va & Mmu.PAGE_SIZE - 1) > Mmu.PAGE_SIZE - size) {
        return storeAcrossPages(va, size, value);
      }
      long host = memoryAddress(va, Mmu.STORE, size);
      if (host == Mmu.TRAPPED) {
        return false;
      }
      scatter(host, size, value);
      return true;
    }
    long host = hart.mmu.hostAddress(va, Mmu.STORE);
    if (host == Mmu.TRAPPED) {
      return false;
    }
    if (host == Mmu.DEVICE) {
      hart.stop = Hart.Stop.DEVICE_STORE;
      hart.deviceOp = op;
      hart.trapValue = va;
      return false;
    }
    SharedMemory shared = hart.mmu.sharedMemory();
    if (shared != null) {
      shared.store(host, size, value);
    } else {
      SharedMemory.put(host, size, value);
    }
    return true;
  }

  /** Both pages are translated before either is written: a fault leaves memory as it was. */
  private boolean storeAcrossPages(long va, int size, long value) {
    long secondVa = (va | Mmu.PAGE_SIZE - 1) + 1;
    int first = (int) (secondVa - va);
    long low = memoryAddress(va, Mmu.STORE, first);
    if (low == Mmu.TRAPPED) {
      return false;
    }
    long high = memoryAddress(secondVa, Mmu.STORE, size - first);
    if (high == Mmu.TRAPPED) {
      return false;
    }
    scatter(low, first, value);
    scatter(high, size - first, value >>> (8 * first));
    return true;
  }

  /**
   * Zeroes the block of {@link CacheBlocks#ZERO_BLOCK} bytes that an address is in.
   *
   * @return whether it is done; if not, the hart holds the reason
   */
  public boolean zeroBlock(long va) {
    hart.mmu.admitAll(true);
    long host = hart.mmu.bulkAddress(va, true, Long.BYTES);
    hart.mmu.admitAll(false);
    if (host == Mmu.TRAPPED) {
      return false;
    }
    // A block is a page, and pages of the guest are whole pages of the host.
    HostBytes.zero(host & -CacheBlocks.ZERO_BLOCK, CacheBlocks.ZERO_BLOCK);
    return true;
  }

  /**
   * Cleans, flushes or invalidates the block that an address is in. There is no cache, so this only
   * checks that the hart may load or store there.
   *
   * @return whether it may; if not, the hart holds the reason, which is that of a store
   */
  public boolean manageBlock(long va) {
    hart.mmu.admitAll(true);
    boolean may =
        hart.mmu.atomicAddress(va, false, Long.BYTES) != Mmu.TRAPPED
            || hart.mmu.atomicAddress(va, true, Long.BYTES) != Mmu.TRAPPED;
    hart.mmu.admitAll(false);
    return may;
  }

  /** Returns the size in bytes of the device access at hand. */
  public int deviceSize() {
    return size(Op.opcode(hart.deviceOp));
  }

  /** Returns the value that the device store at hand writes, zero-extended. */
  public long deviceValue() {
    int rs2 = Op.rs2(hart.deviceOp);
    long value =
        switch (Op.opcode(hart.deviceOp)) {
          case Op.FSH, Op.FSW, Op.FSD -> hart.f[rs2];
          default -> hart.x[rs2];
        };
    int size = deviceSize();
    return size == 8 ? value : value & ((1L << (8 * size)) - 1);
  }

  /** A misaligned access to a device is refused, as the specification lets I/O regions do. */
  private long memoryAddress(long va, int kind, int bytes) {
    long host = hart.mmu.hostAddress(va, kind);
    if (host == Mmu.DEVICE) {
      boolean store = kind == Mmu.STORE;
      int cause = store ? Cause.STORE_ACCESS : Cause.LOAD_ACCESS;
      hart.refuse(cause, va, hart.mmu.deviceGpa, bytes, store);
      return Mmu.TRAPPED;
    }
    if (host != Mmu.TRAPPED) {
      hart.mmu.accessInBulk(host, kind == Mmu.STORE);
    }
    return host;
  }

  private static long gather(long host, int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (HostBytes.getByte(host + i) & 0xffL) << (8 * i);
    }
    return value;
  }

  private static void scatter(long host, int count, long value) {
    for (int i = 0; i < count; i++) {
      HostBytes.putByte(host + i, (byte) (value >>> (8 * i)));
    }
  }
}
