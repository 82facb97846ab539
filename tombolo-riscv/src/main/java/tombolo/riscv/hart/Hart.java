// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.memory.GuestMemory;
import tombolo.riscv.fp.FpEnvironment;
import tombolo.riscv.isa.Cause;
import tombolo.riscv.vector.VectorUnit;

/**
 * The architectural state of one hart, and what an engine leaves behind when it returns.
 *
 * <p>Everything is used by whoever runs the hart only, but for {@link #pending} and {@link
 * #attention}, which other threads set: first a pending bit, then attention, both volatile. The
 * hart clears attention first and reads pending bits afterwards, so nothing set before is
 * overlooked.
 */
public final class Hart implements Stateful {
  public static final int USER = 0;
  public static final int SUPERVISOR = 1;

  // sstatus (RISC-V Privileged ISA, "Supervisor Status Register").
  public static final long SIE = 1L << 1;
  public static final long SPIE = 1L << 5;
  public static final long SPP = 1L << 8;
  public static final long VS = 3L << 9;
  public static final long FS = 3L << 13;
  public static final long SUM = 1L << 18;
  public static final long MXR = 1L << 19;
  public static final long UXL_64 = 2L << 32;
  public static final long SD = 1L << 63;

  // senvcfg: what user mode may do to cache blocks.

  /** CBIE: 0 refuses cbo.inval, 1 makes a flush of it, 3 lets it invalidate. */
  public static final long USER_INVALIDATES = 3L << 4;

  public static final long USER_INVALIDATES_RESERVED = 2L << 4;

  /** CBCFE: cbo.clean and cbo.flush. */
  public static final long USER_CLEANS = 1L << 6;

  /** CBZE: cbo.zero. */
  public static final long USER_ZEROES = 1L << 7;

  // Bits of sip and sie.
  public static final int SSIP = 1 << Cause.SOFTWARE_INTERRUPT;
  public static final int STIP = 1 << Cause.TIMER_INTERRUPT;
  public static final int SEIP = 1 << Cause.EXTERNAL_INTERRUPT;

  static final long SSTATUS_WRITABLE = SIE | SPIE | SPP | VS | FS | SUM | MXR;
  static final long INTERRUPTS = SSIP | STIP | SEIP;
  static final long SATP_MODE_SV39 = 8;
  static final long SATP_MODE_SV48 = 9;

  /** No address that LR accepts. */
  public static final long NO_RESERVATION = -1;

  /**
   * Counters that user mode may read from the start, as under other firmware: Linux never opens
   * them itself, and its vDSO reads the time.
   */
  private static final long CYCLE_TIME_INSTRET = 7;

  /** The reasons for which an engine returns, see {@link Engine}. */
  public enum Stop {
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
    REFUSED,
    /** An access to memory that others see, which {@link SharedMemory} has not admitted yet. */
    SHARED,
    /** A debugger holds the hart. No engine stops so, only what runs one for a debugger. */
    HELD
  }

  public static final VarHandle ATTENTION;
  public static final VarHandle PENDING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ATTENTION = lookup.findVarHandle(Hart.class, "attention", long.class);
      PENDING = lookup.findVarHandle(Hart.class, "pending", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  public final int index;
  public final Mmu mmu;
  public final MemoryAccess access;

  /**
   * x0 to x31, and the sink for what is written to x0; sized so that no masked index is out of it.
   */
  public final long[] x = new long[64];

  /** f0 to f31; single precision is NaN-boxed. */
  public final long[] f = new long[32];

  public final FpEnvironment fp = new FpEnvironment();
  public int roundingMode;

  public final VectorUnit vectors;

  public long pc;
  public int privilege = SUPERVISOR;
  public long sstatus;
  public long stvec;
  public long sepc;
  public long scause;
  public long stval;
  public long sscratch;
  public long sie;
  public long satp;
  public long scounteren;
  public long senvcfg;
  public long stimecmp = -1;
  public long siselect;

  /** The guest physical address that LR has reserved, or {@link #NO_RESERVATION}. */
  public long reservedAddress = NO_RESERVATION;

  /** The bytes that LR has reserved: 4 or 8; of no interest without a reservation. */
  public int reservedSize;

  /** What LR has loaded. */
  public long reservedValue;

  /** What watches its accesses to memory that others see; null outside of simulations. */
  public @Nullable SharedMemory shared;

  /** What its engine has done, for people; no part of its state. */
  public final Dispatcher.Counters counters = new Dispatcher.Counters();

  /** Instructions retired; exact whenever no engine runs the hart. */
  public long retired;

  public Stop stop = Stop.PAUSE;
  public int trapCause;
  public long trapValue;
  public long deviceOp;

  /** The instruction at pc, 16 or 32 bits, whenever an engine stopped in one. */
  public int instruction;

  /** SSIP and SEIP; STIP follows from stimecmp. */
  @SuppressWarnings("unused") // by PENDING
  private volatile int pending;

  /** 0 or -1: whether the hart shall leave guest code at the end of its block. */
  @SuppressWarnings("unused") // by ATTENTION
  private volatile long attention;

  /**
   * Makes a hart.
   *
   * @param budget what its decoded code counts against; whoever makes the hart joins it
   * @param vectorLength bytes of a vector register, as {@link VectorUnit} allows
   */
  public Hart(int index, GuestMemory memory, CodeBudget budget, int vectorLength) {
    this.index = index;
    this.mmu = new Mmu(this, memory, budget);
    this.access = new MemoryAccess(this);
    this.vectors = new VectorUnit(vectorLength, x, f, fp, new ElementAccess(mmu));
  }

  /** Notes an exception of the instruction at hand. */
  public void trap(int cause, long value) {
    stop = Stop.TRAP;
    trapCause = cause;
    trapValue = value;
  }

  public long refusedGpa;
  public int refusedSize;
  public boolean refusedStore;

  /**
   * Notes an exception of the instruction at hand, of which the VM shall know: no memory is at gpa,
   * or none that allows the access, and no device could answer it.
   */
  public void refuse(int cause, long value, long gpa, int size, boolean store) {
    trap(cause, value);
    stop = Stop.REFUSED;
    refusedGpa = gpa;
    refusedSize = size;
    refusedStore = store;
  }

  /** STIP, as of the last look at the clock. */
  public boolean timerPending;

  /** sip, as of the last look at the clock. */
  public long pendingInterrupts() {
    return (int) PENDING.getVolatile(this) | (timerPending ? STIP : 0);
  }

  /** Sets or clears bits of sip. Any thread; a set bit needs attention to be seen soon. */
  public void setPending(int bits, boolean set) {
    if (set) {
      PENDING.getAndBitwiseOr(this, bits);
    } else {
      PENDING.getAndBitwiseAnd(this, ~bits);
    }
  }

  /** Bytes of the instruction that the interpreter stopped in. */
  public int instructionLength() {
    return (instruction & 3) == 3 ? 4 : 2;
  }

  public boolean floatingPointIsOff() {
    return (sstatus & FS) == 0;
  }

  public void dirtyFloatingPoint() {
    sstatus |= FS;
  }

  public boolean vectorsAreOff() {
    return (sstatus & VS) == 0;
  }

  boolean vectorsAreDirty() {
    return (sstatus & VS) == VS;
  }

  public void dirtyVectors() {
    sstatus |= VS;
  }

  @Override
  public void save(StateWriter out) {
    for (int i = 1; i < 32; i++) {
      out.number(x[i]);
    }
    out.numbers(f).number(fp.flags).number(roundingMode);
    out.number(pc).number(privilege).number(retired);
    out.number(sstatus).number(stvec).number(sepc).number(scause).number(stval).number(sscratch);
    out.number(sie).number(satp).number(scounteren).number(senvcfg).number(stimecmp);
    out.number(siselect);
    out.number(reservedAddress).number(reservedSize).number(reservedValue);
    out.number((int) PENDING.getVolatile(this)).flag(timerPending);
    out.number(trapCause).number(trapValue).number(instruction);
    out.part("vectors", vectors);
  }

  @Override
  public void restore(StateReader in) {
    for (int i = 1; i < 32; i++) {
      x[i] = in.int64();
    }
    in.numbers(f);
    fp.flags = in.int32(0, 31);
    roundingMode = in.int32(0, 7);
    pc = in.int64();
    privilege = in.int32(USER, SUPERVISOR);
    retired = in.int64();
    sstatus = in.int64();
    stvec = in.int64();
    sepc = in.int64();
    scause = in.int64();
    stval = in.int64();
    sscratch = in.int64();
    sie = in.int64();
    satp = in.int64();
    scounteren = in.int64();
    senvcfg = in.int64();
    stimecmp = in.int64();
    siselect = in.int64();
    reservedAddress = in.int64();
    reservedSize = in.int32();
    reservedValue = in.int64();
    int pendingBits = in.int32();
    timerPending = in.flag();
    trapCause = in.int32(0, Cause.STORE_PAGE);
    trapValue = in.int64();
    instruction = in.int32();
    in.part("vectors", vectors);
    long mode = satp >>> 60;
    boolean legal =
        ((pc | sepc) & 1) == 0
            && (stvec & 3) <= 1
            && retired >= 0
            && (sstatus & ~SSTATUS_WRITABLE) == 0
            && ((sie | pendingBits) & ~INTERRUPTS) == 0
            && (mode == 0 || mode == SATP_MODE_SV39 || mode == SATP_MODE_SV48);
    if (!legal) {
      throw in.wrong("a register holds what no hart can have in it");
    }
    setPending(-1, false);
    setPending(pendingBits, true);
    mmu.dropAll();
    mmu.selectTlb();
  }

  /**
   * The state in which SBI 2.0 (HSM, "hart_start") hands a hart to the guest. Pending bits stay as
   * they are: others may set them as soon as the start was asked for.
   */
  public void start(long address, long a0, long a1) {
    java.util.Arrays.fill(x, 0);
    java.util.Arrays.fill(f, 0);
    fp.flags = 0;
    roundingMode = 0;
    vectors.reset();
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
