// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tombolo.machine.BoardContext;
import tombolo.machine.Vcpu;
import tombolo.machine.VcpuExit;
import tombolo.machine.host.Scheduler;
import tombolo.machine.image.SymbolTable;
import tombolo.machine.power.GuestFault;
import tombolo.riscv.hart.AiaCsrs;
import tombolo.riscv.hart.Csrs;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.HartTimer;
import tombolo.riscv.hart.Interpreter;
import tombolo.riscv.hart.Quiescence;
import tombolo.riscv.hart.Traps;
import tombolo.riscv.interrupt.HartSignal;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.interrupt.InterruptFile;
import tombolo.riscv.isa.Cause;

/**
 * A hart as the VM's vCPU: runs the interpreter, delivers traps and interrupts, answers the
 * supervisor's calls, waits.
 *
 * <p>Threads: {@link #run} and what it calls belong to the vCPU's thread. Others reach it in three
 * ways only: {@link #kick}, {@link #setInterrupt} and {@link #start}, and {@link Quiescence}. Each
 * of them writes what it has to say, then sets attention, then reads {@link #waiting}; the vCPU's
 * thread sets {@link #waiting}, then reads what was said, then parks. All of it is sequentially
 * consistent, so no wake-up is lost.
 *
 * <p>A hart in WFI may poll before it parks ({@link HaltPolling}). That adds nothing to the above:
 * it only reads what was said some more times before it sets {@link #waiting}, and whatever is said
 * after the last of these reads is seen by the read that comes after {@link #waiting} was set. Who
 * wakes a polling hart finds {@link #waiting} false and is spared the unpark.
 */
public final class RiscvVcpu implements Vcpu {
  /**
   * Instructions between two looks at the clock: about 50 µs, so timers are that exact while a
   * guest runs.
   */
  private static final int CLOCK_INTERVAL = 10_000;

  private static final VcpuExit KICKED = new VcpuExit.Kicked();

  /** Where a hart begins when it is started. */
  public record Entry(long address, long opaque) {}

  public final Hart hart;
  public final Quiescence quiescence;
  public final HartTimer timer;

  /** Of the hart's IMSIC; null on a board without. */
  public final @Nullable InterruptFile interruptFile;

  private final HaltPolling polling;
  private final BooleanSupplier awaitsInterrupt = this::awaitsInterrupt;
  private final Scheduler scheduler;
  private final Traps traps;
  private final SystemInstructions system;
  private SymbolTable symbols = SymbolTable.EMPTY;
  private long lookAt;
  private boolean deviceAccess;

  /** What the next run() comes back with before anything else. */
  private @Nullable VcpuExit due;

  private final AtomicBoolean kicked = new AtomicBoolean();
  private final AtomicReference<HartState> state = new AtomicReference<>(HartState.STOPPED);
  private volatile @Nullable Entry entry;
  private volatile @Nullable Thread thread;
  private volatile boolean waiting;
  private volatile long published;

  /**
   * @param controller which of them sets the hart's external interrupt: {@link #setInterrupt}, or
   *     {@link #interruptFile}
   */
  public RiscvVcpu(
      int index,
      BoardContext context,
      Sbi sbi,
      long clockOrigin,
      Semaphore pollingRoom,
      InterruptController controller) {
    hart = new Hart(index, context.memory());
    scheduler = context.host().scheduler();
    quiescence = new Quiescence(hart, scheduler);
    timer = new HartTimer(hart, context.host().clock(), clockOrigin);
    polling = new HaltPolling(context.host().clock(), pollingRoom);
    traps = new Traps(hart);
    interruptFile =
        controller == InterruptController.AIA ? new InterruptFile(externalInterrupt()) : null;
    AiaCsrs aia = interruptFile == null ? null : new AiaCsrs(hart, timer, interruptFile);
    system = new SystemInstructions(this, traps, new Csrs(hart, timer, aia), sbi);
  }

  @Override
  public int index() {
    return hart.index;
  }

  @Override
  public VcpuExit run() {
    thread = Thread.currentThread();
    quiescence.enter();
    try {
      if (deviceAccess) {
        finishInstruction(); // a device store that was not rejected
      }
      VcpuExit first = due;
      due = null;
      return first != null ? first : runUntilExit();
    } finally {
      published = hart.retired;
      quiescence.leave();
    }
  }

  private VcpuExit runUntilExit() {
    for (; ; ) {
      if ((long) Hart.ATTENTION.getOpaque(hart) != 0) {
        Hart.ATTENTION.setVolatile(hart, 0L);
        quiescence.serve();
      }
      if (kicked.get() && kicked.getAndSet(false)) {
        return KICKED;
      }
      if (state.get() != HartState.STARTED) {
        awaitStart();
        continue;
      }
      if (hart.retired >= lookAt) {
        lookAt = hart.retired + CLOCK_INTERVAL;
        published = hart.retired;
        timer.look();
      }
      traps.takeInterrupt();
      Interpreter.run(hart, lookAt);
      VcpuExit exit =
          switch (hart.stop) {
            case PAUSE -> null;
            case TRAP -> exception();
            case SYSTEM -> system.execute();
            case FENCE_I -> {
              hart.mmu.fenceCode();
              finishInstruction();
              yield null;
            }
            case DEVICE_LOAD -> {
              deviceAccess = true;
              yield new VcpuExit.MmioRead(hart.mmu.deviceGpa, hart.access.deviceSize());
            }
            case DEVICE_STORE -> {
              deviceAccess = true;
              yield new VcpuExit.MmioWrite(
                  hart.mmu.deviceGpa, hart.access.deviceSize(), hart.access.deviceValue());
            }
            case REFUSED ->
                new VcpuExit.MmioRefused(hart.refusedGpa, hart.refusedSize, hart.refusedStore);
          };
      if (exit != null) {
        return exit;
      }
    }
  }

  /** Delivers the exception that the hart holds; null, or the exit of a guest that can't go on. */
  @Nullable VcpuExit exception() {
    if (hart.trapCause == Cause.ILLEGAL_INSTRUCTION) {
      hart.trapValue = Integer.toUnsignedLong(hart.instruction);
    }
    if (traps.takeException()) {
      return null;
    }
    return new VcpuExit.Stuck(
        new GuestFault(
            hart.index,
            traps.firstPc,
            Cause.describe(traps.firstCause),
            traps.firstValue,
            symbols.nearest(traps.firstPc),
            "its trap vector 0x%x faults without end (%s at 0x%x)"
                .formatted(hart.stvec & ~3L, Cause.describe(hart.trapCause), hart.sepc)));
  }

  /** Counts the instruction at pc and goes on behind it. */
  void finishInstruction() {
    deviceAccess = false;
    hart.pc += hart.instructionLength();
    hart.retired++;
  }

  @Override
  public void completeRead(long value) {
    hart.access.finishLoad(hart.deviceOp, value);
    finishInstruction();
  }

  @Override
  public void rejectAccess() {
    deviceAccess = false;
    int cause =
        switch (hart.stop) {
          case DEVICE_LOAD -> Cause.LOAD_ACCESS;
          case DEVICE_STORE -> Cause.STORE_ACCESS;
          default -> hart.trapCause; // of what was refused
        };
    hart.trap(cause, hart.trapValue);
    due = exception();
  }

  @Override
  public long hypercallArgument(int number) {
    return hart.x[10 + java.util.Objects.checkIndex(number, 6)];
  }

  @Override
  public void completeHypercall(long result) {
    hart.x[10] = result;
  }

  @Override
  public void kick() {
    kicked.set(true);
    callAttention();
  }

  @Override
  public long retiredInstructions() {
    return published;
  }

  /** Sets or clears bits of sip. Any thread. */
  void setInterrupt(int bits, boolean level) {
    hart.setPending(bits, level);
    if (level) {
      callAttention();
    }
  }

  /** Returns the wire on which an interrupt controller sets the hart's SEIP. */
  public HartSignal externalInterrupt() {
    return level -> setInterrupt(Hart.SEIP, level);
  }

  private void callAttention() {
    Hart.ATTENTION.setVolatile(hart, -1L);
    Thread waiter = thread;
    if (waiting && waiter != null) {
      scheduler.unpark(waiter);
    }
  }

  HartState state() {
    return state.get();
  }

  /** HSM's hart_start. Any thread; false if the hart is not stopped. */
  public boolean start(Entry where) {
    if (!state.compareAndSet(HartState.STOPPED, HartState.START_PENDING)) {
      return false;
    }
    // What came while it was stopped is void; what comes once the caller knows of the start is not.
    hart.setPending(Hart.SSIP, false);
    entry = where;
    callAttention();
    return true;
  }

  /** HSM's hart_stop, on the vCPU's own thread. */
  void stop() {
    state.set(HartState.STOPPED);
  }

  /** Back to what a fresh board has; no thread runs the vCPU. */
  public void reset(SymbolTable kernelSymbols) {
    symbols = kernelSymbols;
    deviceAccess = false;
    due = null;
    entry = null;
    state.set(HartState.STOPPED);
    hart.setPending(-1, false);
    if (interruptFile != null) {
      interruptFile.reset();
    }
    hart.start(0, 0, 0);
  }

  private void awaitStart() {
    Entry where = entry;
    if (where != null && state.get() == HartState.START_PENDING) {
      entry = null;
      hart.start(where.address, hart.index, where.opaque);
      state.set(HartState.STARTED);
      return;
    }
    park(Long.MAX_VALUE, false);
  }

  /** HSM's hart_suspend, on the vCPU's own thread: waits as WFI does, and others can see it. */
  void suspend() {
    state.set(HartState.SUSPENDED);
    waitForInterrupt();
    state.set(HartState.STARTED);
  }

  /** WFI: waits until an interrupt is pending that sie enables, or a kick. */
  void waitForInterrupt() {
    timer.look();
    if (awaitsInterrupt()) {
      published = hart.retired;
      outside(() -> polling.poll(timerNanos(), awaitsInterrupt));
      while (awaitsInterrupt()) {
        park(timerNanos(), true);
        timer.look();
      }
      polling.woken((hart.pendingInterrupts() & hart.sie & (Hart.SSIP | Hart.SEIP)) != 0);
    }
    lookAt = 0;
  }

  private boolean awaitsInterrupt() {
    return (hart.pendingInterrupts() & hart.sie) == 0 && !kicked.get();
  }

  private long timerNanos() {
    return (hart.sie & Hart.STIP) == 0 ? Long.MAX_VALUE : timer.nanosLeft();
  }

  private void park(long nanos, boolean started) {
    published = hart.retired;
    quiescence.leave();
    waiting = true;
    boolean calm =
        started ? awaitsInterrupt() : state.get() != HartState.START_PENDING || entry == null;
    if (calm && !kicked.get()) {
      scheduler.park(nanos);
    }
    waiting = false;
    quiescence.enter();
  }

  /** Runs something that waits for other harts, while this one counts as outside guest code. */
  void outside(Runnable wait) {
    quiescence.leave();
    try {
      wait.run();
    } finally {
      quiescence.enter();
    }
  }
}
