// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tombolo.machine.BoardContext;
import tombolo.machine.Vcpu;
import tombolo.machine.VcpuExit;
import tombolo.machine.debug.Debuggable;
import tombolo.machine.host.Mishaps;
import tombolo.machine.image.SymbolTable;
import tombolo.machine.power.GuestFault;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.riscv.debug.DebuggedHart;
import tombolo.riscv.debug.HeldEngine;
import tombolo.riscv.hart.AiaCsrs;
import tombolo.riscv.hart.CodeBudget;
import tombolo.riscv.hart.Csrs;
import tombolo.riscv.hart.Dispatcher;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.HartTimer;
import tombolo.riscv.hart.Quiescence;
import tombolo.riscv.hart.Traps;
import tombolo.riscv.interrupt.HartSignal;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.interrupt.InterruptFile;
import tombolo.riscv.isa.Cause;

/**
 * A hart as the VM's vCPU: runs an engine, delivers traps and interrupts, answers the supervisor's
 * calls.
 *
 * <p>Threads: {@link #run} and what it calls belong to whoever runs the vCPU. Others reach it in
 * three ways only: {@link #kick}, {@link #setInterrupt} and {@link #start}, and {@link Quiescence}.
 * Each of the three writes what it has to say, then calls the waker and sets attention. The hart
 * reads what was said after it has cleared attention, and before it returns {@link
 * VcpuExit.Waiting}; what is said after that read is followed by the waker's call, which has {@link
 * #run} called again, or by attention, if the hart runs. So no wake-up is lost. The waker comes
 * first because a hart that waits for it need not wait for the other store, too.
 */
public final class RiscvVcpu implements Vcpu, Stateful {
  /**
   * Instructions between two looks at the clock: about 50 µs, so timers are that exact while a
   * guest runs.
   */
  private static final int CLOCK_INTERVAL = 10_000;

  private static final VcpuExit KICKED = new VcpuExit.Kicked();
  private static final VcpuExit BUDGET_USED = new VcpuExit.BudgetUsed();
  private static final VcpuExit PREEMPTED = new VcpuExit.Preempted();
  private static final VcpuExit UNTIL_WOKEN = new VcpuExit.Waiting(Long.MAX_VALUE);

  private static final VarHandle PUBLISHED;

  static {
    try {
      PUBLISHED = MethodHandles.lookup().findVarHandle(RiscvVcpu.class, "published", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The place at which a started hart begins, and what it finds in a1. */
  public record Entry(long address, long opaque) {}

  public final Hart hart;
  public final Quiescence quiescence;
  public final HartTimer timer;

  /** The hart's part of the IMSIC; null on a board without. */
  public final @Nullable InterruptFile interruptFile;

  private final Engine engine;
  private final String vmName;
  private final Mishaps mishaps;
  private final Traps traps;
  private final SystemInstructions system;
  private final DebuggedHart debug;
  private SymbolTable symbols = SymbolTable.EMPTY;

  // Used by whoever runs the vCPU.

  /** When hart.retired is more than this, the present run looks at the clock. */
  private long lookAt;

  /**
   * hart.retired at the latest look at the clock with which a run began. Runs begin with a look,
   * except those that go on after a device access soon after the last one: a doorbell takes six
   * accesses, and a look as long as the rest of an exit. Looks in the middle of a run do not count
   * here. Where a guest sees its timer then follows from the runs and their budgets alone, whatever
   * the engine, as long as the clock stands still in them.
   */
  private long lookedAt;

  /** Whether the last run ended with a device access. */
  private boolean afterAccess;

  /** Whether the instruction at pc is a device access that the VM has completed. */
  private boolean deviceAccess;

  /** Whether the hart holds an exception that the VM has made of a device access. */
  private boolean rejected;

  /** Whether the hart is past a WFI or a suspending call, and nothing has ended that wait yet. */
  private boolean asleep;

  private final AtomicBoolean kicked = new AtomicBoolean();
  private final AtomicReference<HartState> state = new AtomicReference<>(HartState.STOPPED);
  private volatile @Nullable Entry entry;
  private volatile Runnable waker = () -> {};

  /** hart.retired for others to read, opaque: no order with anything is needed. */
  @SuppressWarnings("unused") // by PUBLISHED
  private long published;

  /**
   * Makes a hart that is stopped.
   *
   * @param engine executes the hart's code
   * @param budget what decoded code counts against
   * @param vectorLength bytes of a vector register
   * @param clockOrigin the clock's time at which {@code time} is 0
   * @param controller which of them sets the hart's external interrupt: {@link #setInterrupt}, or
   *     {@link #interruptFile}
   */
  public RiscvVcpu(
      int index,
      BoardContext context,
      Sbi sbi,
      Engine engine,
      CodeBudget budget,
      int vectorLength,
      long clockOrigin,
      InterruptController controller) {
    this.engine = engine;
    this.vmName = context.vmName();
    this.mishaps = context.host().mishaps();
    hart = new Hart(index, context.memory(), budget, vectorLength);
    quiescence = new Quiescence(hart, context.host().scheduler());
    timer = new HartTimer(hart, context.host().clock(), clockOrigin);
    traps = new Traps(hart);
    interruptFile =
        controller == InterruptController.AIA ? new InterruptFile(externalInterrupt()) : null;
    AiaCsrs aia = interruptFile == null ? null : new AiaCsrs(hart, timer, interruptFile);
    Csrs csrs = new Csrs(hart, timer, aia);
    system = new SystemInstructions(this, traps, csrs, sbi);
    debug = new DebuggedHart(hart, csrs, engine, this::completeAccess);
  }

  @Override
  public int index() {
    return hart.index;
  }

  @Override
  public void onWake(Runnable newWaker) {
    waker = newWaker;
  }

  @Override
  public VcpuExit run(long budget) {
    long limit = hart.retired + Math.min(budget, Long.MAX_VALUE - hart.retired);
    quiescence.enter();
    try {
      if (!afterAccess || hart.retired - lookedAt >= CLOCK_INTERVAL) {
        lookedAt = hart.retired;
        timer.look();
      }
      afterAccess = false;
      return runUntilExit(limit);
    } finally {
      publish();
      quiescence.leave();
    }
  }

  private void publish() {
    PUBLISHED.setOpaque(this, hart.retired);
  }

  private VcpuExit runUntilExit(long limit) {
    completeAccess();
    lookAt = lookedAt + CLOCK_INTERVAL;
    @Nullable VcpuExit exit = null;
    if (rejected) {
      rejected = false;
      exit = exception();
    }
    while (exit == null) {
      if ((long) Hart.ATTENTION.getOpaque(hart) != 0) {
        Hart.ATTENTION.setVolatile(hart, 0L);
        quiescence.serve();
      }
      if (kicked.get() && kicked.getAndSet(false)) {
        return KICKED;
      }
      if (hart.retired >= limit) {
        return BUDGET_USED;
      }
      exit = asleep || state.get() != HartState.STARTED ? awaken() : runEngine(limit);
    }
    return exit;
  }

  private @Nullable VcpuExit runEngine(long limit) {
    if (hart.retired > lookAt) {
      lookAt = hart.retired + CLOCK_INTERVAL;
      publish();
      timer.look();
    }
    HeldEngine held = debug.engine();
    if (held == null || held.takesInterrupts()) {
      traps.takeInterrupt();
    }
    long near = Math.min(lookAt, limit - Engine.SLACK);
    if (held != null) {
      held.run(near, limit);
    } else if (hart.retired <= near) {
      engine.run(hart, near);
    } else {
      engine.runExactly(hart, limit);
    }
    return switch (hart.stop) {
      case PAUSE -> null;
      case SHARED, HELD -> PREEMPTED;
      case TRAP, REFUSED -> refusedOrTrapped();
      case SYSTEM -> system.execute();
      case FENCE_I -> {
        if (hart.shared != null) {
          hart.shared.synchronizes();
        }
        hart.mmu.fenceCode();
        finishInstruction();
        yield null;
      }
      case DEVICE_LOAD -> {
        deviceAccess = true;
        afterAccess = true;
        yield new VcpuExit.MmioRead(hart.mmu.deviceGpa, hart.access.deviceSize());
      }
      case DEVICE_STORE -> {
        deviceAccess = true;
        afterAccess = true;
        yield new VcpuExit.MmioWrite(
            hart.mmu.deviceGpa, hart.access.deviceSize(), hart.access.deviceValue());
      }
    };
  }

  /** Goes on after an instruction that was not executed. */
  @Nullable VcpuExit refusedOrTrapped() {
    return hart.stop == Hart.Stop.REFUSED
        ? new VcpuExit.MmioRefused(hart.refusedGpa, hart.refusedSize, hart.refusedStore)
        : exception();
  }

  /** Starts or wakes the hart if it is time; otherwise returns until when it waits. */
  private @Nullable VcpuExit awaken() {
    switch (state.get()) {
      case STOPPED -> {
        return UNTIL_WOKEN;
      }
      case START_PENDING -> {
        Entry where = entry;
        if (where == null) {
          return UNTIL_WOKEN; // whoever starts the hart wakes it once the entry is there
        }
        entry = null;
        hart.start(where.address, hart.index, where.opaque);
        if (hart.shared != null) {
          hart.shared.interrupted();
        }
        asleep = false;
        state.set(HartState.STARTED);
      }
      case STARTED, SUSPENDED -> {
        if ((hart.pendingInterrupts() & hart.sie) == 0) {
          return (hart.sie & Hart.STIP) == 0
              ? UNTIL_WOKEN
              : new VcpuExit.Waiting(timer.deadlineNanos());
        }
        asleep = false;
        state.set(HartState.STARTED);
      }
    }
    return null;
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

  /** Counts a device store that was not rejected. */
  private void completeAccess() {
    if (deviceAccess) {
      finishInstruction();
    }
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
    publish();
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
    rejected = true;
  }

  @Override
  public long hypercallArgument(int number) {
    return hart.x[10 + Objects.checkIndex(number, 6)];
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
    return (long) PUBLISHED.getOpaque(this);
  }

  @Override
  public long evictedCodePages() {
    return hart.mmu.evictedPages();
  }

  @Override
  public Map<String, Long> engineFigures() {
    Dispatcher.Counters counters = hart.counters;
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("in regions", counters.instructions());
    figures.put("region exits", counters.left());
    figures.put("region hand-overs", counters.handedOver());
    figures.put("region traps", counters.stopped());
    return figures;
  }

  @Override
  public Debuggable debuggable() {
    return debug;
  }

  /** Sets or clears bits of sip. Any thread. */
  public void setInterrupt(int bits, boolean level) {
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
    waker.run();
    Hart.ATTENTION.setVolatile(hart, -1L);
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

  /** HSM's hart_stop, by the vCPU itself. */
  void stop() {
    state.set(HartState.STOPPED);
  }

  /** HSM's hart_suspend, by the vCPU itself: waits as WFI does, and others can see it. */
  void suspend() {
    state.set(HartState.SUSPENDED);
    timer.look();
    asleep = true;
  }

  /**
   * WFI: the hart executes nothing more until an interrupt is pending that sie enables, or for no
   * reason, as the specification allows.
   */
  void waitForInterrupt() {
    timer.look();
    asleep = mishaps.strikes(Mishaps.Kind.WAKE_UP, vmName) == 0;
  }

  /** Goes back to what a fresh board has; nobody runs the vCPU. */
  public void reset(SymbolTable kernelSymbols) {
    symbols = kernelSymbols;
    deviceAccess = false;
    afterAccess = false;
    rejected = false;
    asleep = false;
    entry = null;
    state.set(HartState.STOPPED);
    hart.setPending(-1, false);
    traps.reset();
    if (interruptFile != null) {
      interruptFile.reset();
    }
    hart.start(0, 0, 0);
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

  @Override
  public void save(StateWriter out) {
    out.part("hart", hart).part("traps", traps).part("timer", timer);
    out.flag(deviceAccess).flag(rejected).flag(asleep).flag(kicked.get());
    out.flag(afterAccess).number((int) Math.min(hart.retired - lookedAt, CLOCK_INTERVAL));
    out.number(state.get().number);
    Entry where = entry;
    out.flag(where != null);
    if (where != null) {
      out.number(where.address).number(where.opaque);
    }
    if (interruptFile != null) {
      out.part("interrupt-file", interruptFile);
    }
  }

  @Override
  public void restore(StateReader in) {
    in.part("hart", hart).part("traps", traps).part("timer", timer);
    deviceAccess = in.flag();
    rejected = in.flag();
    asleep = in.flag();
    kicked.set(in.flag());
    afterAccess = in.flag();
    lookedAt = hart.retired - in.int32(0, CLOCK_INTERVAL);
    state.set(HartState.of(in));
    entry = in.flag() ? new Entry(in.int64(), in.int64()) : null;
    if (interruptFile != null) {
      in.part("interrupt-file", interruptFile);
    }
    publish();
  }
}
