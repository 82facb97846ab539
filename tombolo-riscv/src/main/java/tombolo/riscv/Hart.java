// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import tombolo.memory.GuestMemory;
import tombolo.riscv.fp.FpEnvironment;

/**
 * The architectural state of one hart, and what the interpreter leaves behind when it comes back.
 *
 * <p>Everything is used by the hart's thread only, but for {@link #pending} and {@link #attention},
 * which other threads set: first a pending bit, then attention, both volatile. The hart clears
 * attention first and reads pending bits afterwards, so nothing set before is overlooked.
 */
final class Hart {
  static final int USER = 0;
  static final int SUPERVISOR = 1;

  // sstatus (RISC-V Privileged ISA, "Supervisor Status Register").
  static final long SIE = 1L << 1;
  static final long SPIE = 1L << 5;
  static final long SPP = 1L << 8;
  static final long FS = 3L << 13;
  static final long SUM = 1L << 18;
  static final long MXR = 1L << 19;
  static final long UXL_64 = 2L << 32;
  static final long SD = 1L << 63;

  // Bits of sip and sie.
  static final int SSIP = 1 << Cause.SOFTWARE_INTERRUPT;
  static final int STIP = 1 << Cause.TIMER_INTERRUPT;
  static final int SEIP = 1 << Cause.EXTERNAL_INTERRUPT;

  /** No address that LR accepts. */
  static final long NO_RESERVATION = -1;

  /**
   * Counters that user mode may read from the start, as under other firmware: Linux never opens
   * them itself, and its vDSO reads the time.
   */
  private static final long CYCLE_TIME_INSTRET = 7;

  /** Why the interpreter came back. */
  enum Stop {
    /** At the end of a block: the budget is used up, or somebody wants attention. */
    PAUSE,
    /** An exception: {@link #trapCause} and {@link #trapValue}; pc is the instruction's. */
    TRAP,
    /** At an instruction that the interpreter leaves to others: {@link #instruction}. */
    SYSTEM,
    /** fence.i */
    FENCE_I,
    /** A load from a device: {@link #deviceOp}, {@link Mmu#deviceGpa}. */
    DEVICE_LOAD,
    /** A store to a device. */
    DEVICE_STORE,
    /** An access that only memory could answer, see {@link #refuse}. */
    REFUSED
  }

  static final VarHandle ATTENTION;
  static final VarHandle PENDING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ATTENTION = lookup.findVarHandle(Hart.class, "attention", long.class);
      PENDING = lookup.findVarHandle(Hart.class, "pending", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final int index;
  final Mmu mmu;
  final MemoryAccess access;

  /**
   * x0 to x31, and the sink for what is written to x0; sized so that no masked index is out of it.
   */
  final long[] x = new long[64];

  /** f0 to f31; single precision is NaN-boxed. */
  final long[] f = new long[32];

  final FpEnvironment fp = new FpEnvironment();
  int roundingMode;

  long pc;
  int privilege = SUPERVISOR;
  long sstatus;
  long stvec;
  long sepc;
  long scause;
  long stval;
  long sscratch;
  long sie;
  long satp;
  long scounteren;
  long senvcfg;
  long stimecmp = -1;
  long siselect;

  long reservedAddress = NO_RESERVATION;
  long reservedValue;

  /** Instructions retired; exact whenever the interpreter is not running. */
  long retired;

  Stop stop = Stop.PAUSE;
  int trapCause;
  long trapValue;
  long deviceOp;

  /** The instruction at pc, 16 or 32 bits, whenever the interpreter stopped in one. */
  int instruction;

  /** SSIP and SEIP; STIP follows from stimecmp. */
  @SuppressWarnings("unused") // by PENDING
  private volatile int pending;

  /** 0 or -1: whether the hart shall leave guest code at the end of its block. */
  @SuppressWarnings("unused") // by ATTENTION
  private volatile long attention;

  Hart(int index, GuestMemory memory) {
    this.index = index;
    this.mmu = new Mmu(this, memory);
    this.access = new MemoryAccess(this);
  }

  /** Notes an exception of the instruction at hand. */
  void trap(int cause, long value) {
    stop = Stop.TRAP;
    trapCause = cause;
    trapValue = value;
  }

  long refusedGpa;
  int refusedSize;
  boolean refusedStore;

  /**
   * Notes an exception of the instruction at hand, of which the VM shall know: no memory is at gpa,
   * or none that allows the access, and no device could answer it.
   */
  void refuse(int cause, long value, long gpa, int size, boolean store) {
    trap(cause, value);
    stop = Stop.REFUSED;
    refusedGpa = gpa;
    refusedSize = size;
    refusedStore = store;
  }

  /** STIP, as of the last look at the clock. */
  boolean timerPending;

  /** sip, as of the last look at the clock. */
  long pendingInterrupts() {
    return (int) PENDING.getVolatile(this) | (timerPending ? STIP : 0);
  }

  /** Sets or clears bits of sip. Any thread; a set bit needs attention to be seen soon. */
  void setPending(int bits, boolean set) {
    if (set) {
      PENDING.getAndBitwiseOr(this, bits);
    } else {
      PENDING.getAndBitwiseAnd(this, ~bits);
    }
  }

  /** Bytes of the instruction that the interpreter stopped in. */
  int instructionLength() {
    return (instruction & 3) == 3 ? 4 : 2;
  }

  boolean floatingPointIsOff() {
    return (sstatus & FS) == 0;
  }

  void dirtyFloatingPoint() {
    sstatus |= FS;
  }

  /**
   * The state in which SBI 2.0 (HSM, "hart_start") hands a hart to the guest. Pending bits stay as
   * they are: others may set them as soon as the start was asked for.
   */
  void start(long address, long a0, long a1) {
    java.util.Arrays.fill(x, 0);
    java.util.Arrays.fill(f, 0);
    fp.flags = 0;
    roundingMode = 0;
    x[10] = a0;
    x[11] = a1;
    pc = address;
    privilege = SUPERVISOR;
    sstatus = 0;
    stvec = 0;
    sepc = 0;
    scause = 0;
    stval = 0;
    sscratch = 0;
    sie = 0;
    satp = 0;
    scounteren = CYCLE_TIME_INSTRET;
    senvcfg = 0;
    stimecmp = -1;
    siselect = 0;
    timerPending = false;
    reservedAddress = NO_RESERVATION;
    mmu.dropAll();
    mmu.selectTlb();
  }
}
