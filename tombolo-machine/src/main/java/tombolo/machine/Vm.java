// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.host.Failures;
import tombolo.machine.host.HostServices;
import tombolo.machine.pci.GpaWindow;
import tombolo.machine.power.StopReason;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;

/**
 * A virtual machine: memory, buses, a board of vCPUs, and its life from loading to closing.
 *
 * <p>Whoever creates it owns it and closes it. Thread-safe: calls that change the state take effect
 * one after the other, in some order; a call that makes no sense in the state it finds throws
 * {@link IllegalStateException} and changes nothing.
 *
 * <p><b>Locks.</b> {@code owner} is held throughout such a call, also while it waits for the vCPUs.
 * So vCPUs, and with them devices, hypercall handlers and listeners, never take it: there, {@link
 * #stop()} only asks, and every other such call is refused. {@link VcpuWorkers} says why nothing is
 * lost and nobody waits for ever.
 */
public final class Vm implements AutoCloseable {
  private final VmConfig config;
  private final BoardModel model;
  private final StateMonitor monitor;
  private final GuestMemory memory = new GuestMemory();
  private final DeviceBus mmio = new DeviceBus();
  private final DeviceBus ports = new DeviceBus();
  private final HostMemory ram;
  private final Board board;
  private final VmStatistics statistics;
  private final ExitDispatch dispatch;

  private final @Nullable GpaWindow window;
  private final AllocatedRanges ranges;
  private final List<Runnable> runEnds = new CopyOnWriteArrayList<>();

  private final ReentrantLock owner = new ReentrantLock();

  // The latest run, or null before the first boot. Written by the owner, read by anybody who asks
  // for a stop.
  private volatile @Nullable VcpuWorkers run;

  // Guarded by owner.
  private boolean closed;
  private boolean devicesRest;

  // Written before the monitor says STOPPED where no run has a reason of its own.
  private volatile @Nullable StopReason stoppedBeforeBoot;

  // Guest code may have run: what the RAM holds is not what a fresh machine has. Written by whoever
  // loads, while no vCPU runs.
  private boolean used;

  private Vm(VmConfig config, Accelerator accelerator, BoardModel model) {
    this.config = config;
    this.model = model;
    this.monitor = new StateMonitor(config.host().scheduler());
    this.window = config.windowBytes() == 0 ? null : new GpaWindow(memory, config.windowBytes());
    this.ranges = new AllocatedRanges(window);
    this.ram = HostMemory.allocate(config.memoryBytes());
    @Nullable Board made = null;
    try {
      made = accelerator.createBoard(model, context());
      this.board = made;
      this.statistics = new VmStatistics(made.vcpus());
      this.dispatch =
          new ExitDispatch(
              memory,
              mmio,
              ports,
              config.hypercalls(),
              this::request,
              statistics,
              new UnknownAccessLog(config.name()));
      load();
      config.console().onFailure(e -> fail("the console failed", e));
    } catch (RuntimeException | Error e) {
      if (made != null) {
        made.close();
      }
      memory.unmapAll();
      ram.close();
      throw e;
    }
    change(VmState.LOADED);
  }

  private BoardContext context() {
    return new BoardContext(
        config.name(),
        config.vcpus(),
        memory,
        ram,
        mmio,
        ports,
        config.console(),
        this::request,
        config.host());
  }

  /**
   * Makes a VM and loads its image; it is {@link VmState#LOADED} then.
   *
   * @throws IllegalArgumentException if the accelerator has not that many vCPUs, not that board, or
   *     no board with room for that much RAM
   * @throws IllegalStateException if the accelerator does not work here
   * @throws tombolo.machine.image.ImageException if the image does not fit
   * @throws tombolo.memory.HostMemoryException if the host does not give the memory
   */
  public static Vm create(VmConfig config, Accelerator accelerator) {
    if (accelerator.availability()
        instanceof Availability.Unavailable(String reason, String remedy)) {
      throw new IllegalStateException(
          "accelerator %s: %s; %s".formatted(accelerator.name(), reason, remedy));
    }
    if (config.vcpus() > accelerator.maxVcpus()) {
      throw new IllegalArgumentException(
          "%s: %d vCPUs: accelerator %s has at most %d"
              .formatted(
                  config.name(), config.vcpus(), accelerator.name(), accelerator.maxVcpus()));
    }
    @Nullable BoardModel wanted = config.board();
    if (wanted != null && !accelerator.boards().contains(wanted)) {
      throw new IllegalArgumentException(
          "%s: accelerator %s has no board with interrupt controller %s"
              .formatted(config.name(), accelerator.name(), wanted.interruptController()));
    }
    return new Vm(config, accelerator, wanted == null ? accelerator.boards().getFirst() : wanted);
  }

  /** Returns its name. */
  public String name() {
    return config.name();
  }

  /** Returns its time, workers and chance, for what acts on its behalf. */
  public HostServices host() {
    return config.host();
  }

  /** Where it is in its life; it may be elsewhere by the time the caller looks at the answer. */
  public VmState state() {
    return monitor.state();
  }

  /** Returns the guest physical address space. */
  public GuestMemory memory() {
    return memory;
  }

  /** Returns the devices by guest physical address. */
  public DeviceBus mmio() {
    return mmio;
  }

  /** Returns the devices by x86 port. */
  public DeviceBus ports() {
    return ports;
  }

  /** Returns what the guest can ask the host for. */
  public HypercallTable hypercalls() {
    return config.hypercalls();
  }

  /** Returns the board that the accelerator has made; its owner is this VM. */
  public Board board() {
    return board;
  }

  /** Returns the kind of its board. */
  public BoardModel boardModel() {
    return model;
  }

  /** A wire into the interrupt controller, see {@link Board#interruptLine}. */
  public InterruptLine interruptLine(int number) {
    return board.interruptLine(number);
  }

  /**
   * Where memory that this VM shares with others comes and goes; null if it was made without. It is
   * nowhere until a device puts it behind a BAR.
   */
  public @Nullable GpaWindow window() {
    return window;
  }

  /**
   * Allocates guest physical addresses for a channel from the VM's window: best fit, O(log n).
   * Nothing is mapped there. They are given back by {@link #releaseChannel}, or when the run ends.
   *
   * @param expectedSize bytes, rounded up to whole pages
   * @return the range, or empty if the size is not positive, the window has no such gap, or the
   *     guest has turned the window off
   * @throws IllegalStateException if the VM has no window
   */
  public Optional<GpaRange> allocateChannel(long expectedSize) {
    return ranges.allocate(expectedSize);
  }

  /**
   * Gives a range of {@link #allocateChannel} back and takes what {@link GpaWindow#map} has mapped
   * there off the VM's map. Returns when no vCPU reaches it any more.
   *
   * @return false, and nothing has changed, unless it is exactly a range that was allocated from
   *     this VM and not released yet
   * @throws IllegalStateException if the VM has no window
   */
  public boolean releaseChannel(long gpa, long size) {
    return ranges.release(gpa, size);
  }

  /**
   * Has something done at the end of each run: before the state is {@link VmState#STOPPED}, before
   * a reset loads the image anew, and at {@link #close()}. So who holds something on the guest's
   * behalf gives it back there. No vCPU runs then, and none will before it is done. It is called by
   * one thread at a time, perhaps without a run before, must not change the VM's state and returns
   * soon.
   */
  public void onRunEnd(Runnable action) {
    runEnds.add(action);
  }

  /**
   * Pulses an interrupt for some vCPUs alone, and wakes them, see {@link Board#injectInterrupt}.
   * Any thread, in any state; waits for nobody. A guest that is loaded or suspended takes it once
   * it runs. A reset, and a boot after a stop, forget it.
   *
   * @param vcpus bit n is the vCPU of index n; {@link #allVcpus()} for whichever comes first
   * @param irq the interrupt controller's number of it
   * @throws IllegalArgumentException if the mask is empty or names a vCPU that is not there, or if
   *     the controller has no such input
   */
  public void injectInterrupt(long vcpus, int irq) {
    if (vcpus == 0 || (vcpus & ~allVcpus()) != 0) {
      throw new IllegalArgumentException(
          "%s: interrupt %d for the vCPUs 0x%x: must be some of 0x%x"
              .formatted(config.name(), irq, vcpus, allVcpus()));
    }
    board.injectInterrupt(vcpus, irq);
  }

  /** Returns the mask of all its vCPUs, for {@link #injectInterrupt}. */
  public long allVcpus() {
    return -1L >>> (Long.SIZE - config.vcpus());
  }

  /** Returns its counters. */
  public VmStatistics statistics() {
    return statistics;
  }

  /** Tells a listener of every later change of state. */
  public void addListener(VmListener listener) {
    monitor.listen(listener);
  }

  /**
   * Runs the guest from its first instruction; a VM that had been stopped is loaded anew.
   *
   * @throws IllegalStateException unless it is loaded or stopped
   * @throws tombolo.machine.image.ImageException if the image does not fit, as it did before
   */
  public void boot() {
    enter("booted");
    try {
      if (!freshlyLoaded()) {
        change(VmState.LOADING);
        try {
          load();
        } catch (RuntimeException | Error e) {
          change(VmState.STOPPED);
          throw e;
        }
        change(VmState.LOADED);
      }
      VcpuWorkers workers = newWorkers();
      stoppedBeforeBoot = null;
      run = workers;
      VmEvents.started(config);
      workers.start();
    } finally {
      owner.unlock();
    }
  }

  private VcpuWorkers newWorkers() {
    return new VcpuWorkers(
        config.name(), board.vcpus(), dispatch, monitor, config.host(), this::load, this::ended);
  }

  /**
   * Brings every vCPU out of guest code, and then every device to rest; memory and devices stay as
   * they are, time goes on.
   *
   * @throws IllegalStateException unless it is running, or if it stops meanwhile
   */
  public void suspend() {
    enter("suspended");
    try {
      VcpuWorkers workers = settled("suspended", VmState.RUNNING);
      workers.pause();
      if (workers.awaitSettled() == null) {
        throw wrongState(VmState.STOPPED, "suspended", "running");
      }
      board.pause();
      devicesRest = true;
    } finally {
      owner.unlock();
    }
  }

  /**
   * Goes on after {@link #suspend()}.
   *
   * @throws IllegalStateException unless it is suspended
   */
  public void resume() {
    enter("resumed");
    try {
      VcpuWorkers workers = settled("resumed", VmState.SUSPENDED);
      wakeDevices();
      workers.resume();
    } finally {
      owner.unlock();
    }
  }

  /**
   * Starts the guest anew, with zeroed RAM, and runs it, also if it was suspended.
   *
   * @throws IllegalStateException unless it is running or suspended, or if it stops meanwhile
   */
  public void reset() {
    enter("reset");
    try {
      VcpuWorkers workers = settled("reset", VmState.RUNNING, VmState.SUSPENDED);
      wakeDevices();
      workers.reset(true);
      if (workers.awaitSettled() == null) {
        throw wrongState(VmState.STOPPED, "reset", "running or suspended");
      }
    } finally {
      owner.unlock();
    }
  }

  /**
   * Writes all that the guest has: RAM, vCPUs, interrupt controller and devices. Changes nothing.
   * What is written of a stopped VM is how its latest run has left it, to be compared.
   *
   * @throws IllegalStateException unless it is suspended or stopped
   * @throws tombolo.machine.state.StateException if the state cannot be written
   */
  public void save(StateWriter out) {
    enter("saved");
    try {
      boolean stopped = monitor.state() == VmState.STOPPED;
      if (stopped) {
        board.pause();
      } else {
        settled("saved", VmState.SUSPENDED);
      }
      try {
        out.part("ram", new RamState(ram));
        out.part("board", board);
      } finally {
        if (stopped) {
          board.resume();
        }
      }
    } finally {
      owner.unlock();
    }
  }

  /**
   * Makes this VM what another one was that was made in the same way and that {@link #save} wrote.
   * It is suspended then, and {@link #resume} lets it run on.
   *
   * @throws IllegalStateException unless it is loaded and was never booted
   * @throws tombolo.machine.state.StateException if the state is not that of such a VM; this one is
   *     as after a stop then
   */
  public void restore(StateReader in) {
    enter("restored");
    try {
      if (run != null || monitor.state() != VmState.LOADED) {
        throw wrongState(monitor.state(), "restored", "loaded and was never booted");
      }
      board.pause();
      devicesRest = true;
      try {
        in.part("ram", new RamState(ram));
        in.part("board", board);
      } catch (RuntimeException | Error e) {
        finish(new StopReason.HostRequest("its state could not be restored"));
        throw e;
      }
      VcpuWorkers workers = newWorkers();
      run = workers;
      VmEvents.started(config);
      workers.startSuspended();
    } finally {
      owner.unlock();
    }
  }

  /** {@link #stop(String)} without a particular reason. */
  public void stop() {
    stop("stopped by the host");
  }

  /**
   * Ends the guest's run. Returns when its vCPUs have left it, or at once when a vCPU's step calls
   * it. Does nothing if the VM is stopped.
   *
   * @param why becomes the {@link StopReason.HostRequest}, unless there is another reason already
   */
  public void stop(String why) {
    StopReason reason = new StopReason.HostRequest(why);
    // First without the owner's lock: who holds it may be waiting for these vCPUs.
    end(reason);
    if (VcpuWorkers.currentVm() != null) {
      return;
    }
    owner.lock();
    try {
      finish(reason);
    } finally {
      owner.unlock();
    }
  }

  /** Stops the VM and gives everything back. Does nothing when called again. */
  @Override
  public void close() {
    StopReason reason = new StopReason.HostRequest("closed");
    refuseOnVcpuThread("closed");
    end(reason);
    owner.lock();
    try {
      if (closed) {
        return;
      }
      finish(reason);
      closed = true;
      try {
        endRun();
        board.close();
      } finally {
        memory.unmapAll();
        ram.close();
      }
    } finally {
      owner.unlock();
    }
  }

  /**
   * Waits for the end of the present run, or of the first one if the VM was not booted yet.
   *
   * @param deadline how long at the most, by the VM's clock
   * @return why it ended, or empty if it has not in that time
   */
  public Optional<StopReason> awaitStop(Duration deadline) throws InterruptedException {
    long end = config.host().clock().nanos() + deadline.toNanos();
    @Nullable VcpuWorkers awaited = run;
    monitor.lock();
    try {
      while (true) {
        awaited = awaited == null ? run : awaited;
        @Nullable StopReason reason = awaited == null ? stoppedBeforeBoot : awaited.outcome();
        long left = end - config.host().clock().nanos();
        if (reason != null || left <= 0) {
          return Optional.ofNullable(reason);
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        monitor.await(left);
      }
    } finally {
      monitor.unlock();
      monitor.tell();
    }
  }

  /** Returns why the latest run ended; empty while it has not. */
  public Optional<StopReason> stopReason() {
    @Nullable VcpuWorkers workers = run;
    return Optional.ofNullable(workers == null ? stoppedBeforeBoot : workers.outcome());
  }

  /**
   * Ends the run because code of the host that serves this VM has failed, such as a device's
   * worker. Other VMs live on. Any thread, with any lock held; never waits, never throws. Does
   * nothing if no run is under way.
   *
   * @param where what has failed
   */
  public void fail(String where, Throwable cause) {
    StopReason reason = VcpuWorkers.INDESCRIBABLE;
    try {
      reason = new StopReason.InternalFailure(where, cause);
    } catch (Throwable again) {
      // The end counts, not the words for it.
    }
    request(reason);
    Failures.log(config.name(), where, cause);
  }

  /** What devices and exits ask for. Any thread; never waits. */
  private void request(StopReason reason) {
    @Nullable VcpuWorkers workers = run;
    if (workers == null) {
      return;
    }
    if (reason instanceof StopReason.ResetRequested && config.onGuestReset() == GuestReset.REBOOT) {
      workers.reset(false);
    } else {
      workers.end(reason);
    }
  }

  private void end(StopReason reason) {
    @Nullable VcpuWorkers workers = run;
    if (workers != null) {
      workers.end(reason);
    }
  }

  /** Brings the VM to STOPPED and waits for its workers. Owner's lock held. */
  private void finish(StopReason reason) {
    @Nullable VcpuWorkers workers = run;
    wakeDevices();
    if (workers != null) {
      workers.end(reason);
      workers.awaitEnd(config.host().clock());
    } else if (monitor.state() != VmState.STOPPED) {
      // Whoever acts on the guest's behalf may have acquired something without a run.
      endRun();
      stoppedBeforeBoot = reason;
      change(VmState.STOPPED);
    }
  }

  /**
   * Whether the image is loaded and was not run; otherwise the VM is stopped, and the workers of
   * its last run have ended. Owner's lock held.
   *
   * @throws IllegalStateException if the VM runs or is suspended
   */
  private boolean freshlyLoaded() {
    @Nullable VcpuWorkers last = run;
    if (last == null) {
      return monitor.state() == VmState.LOADED;
    }
    // Not by a look at the state: a guest that resets itself brings it through LOADED, too.
    @Nullable VmState settled = last.awaitSettled();
    if (settled != null) {
      throw wrongState(settled, "booted", "loaded or stopped");
    }
    last.awaitEnd(config.host().clock());
    wakeDevices();
    return false;
  }

  /** Ends the rest of the devices that a suspension has begun. Owner's lock held. */
  private void wakeDevices() {
    if (devicesRest) {
      devicesRest = false;
      board.resume();
    }
  }

  private void ended(StopReason reason) {
    try {
      board.dropCaches(); // first: what follows may need the memory
    } finally {
      endRun();
    }
    VmEvents.stopped(config, reason, statistics);
  }

  /** The run, once no reset is under way that the guest has asked for. Owner's lock held. */
  private VcpuWorkers settled(String verb, VmState... allowed) {
    @Nullable VcpuWorkers workers = run;
    @Nullable VmState settled = workers == null ? monitor.state() : workers.awaitSettled();
    if (workers != null && settled != null && List.of(allowed).contains(settled)) {
      return workers;
    }
    String names = String.join(" or ", Arrays.stream(allowed).map(Vm::word).toList());
    throw wrongState(settled == null ? VmState.STOPPED : settled, verb, names);
  }

  /** Zeroes what an earlier run has left and puts the image in. No vCPU runs. */
  private void load() {
    if (used) {
      endRun();
      new RamState(ram).zero();
    }
    used = true;
    board.load(config.image());
  }

  /** Has everybody give back what a run has acquired. No vCPU runs. */
  private void endRun() {
    boolean lackedMemory = false;
    for (Runnable action : runEnds) {
      lackedMemory |= !giveBack(action);
    }
    if (lackedMemory) {
      // The others have given something back since.
      runEnds.forEach(this::giveBack);
    }
    ranges.releaseAll();
  }

  /** Does what is due at the end of a run; false if it should be tried again. */
  private boolean giveBack(Runnable action) {
    try {
      action.run();
      return true;
    } catch (Throwable e) {
      // The next one has its own to give back.
      Failures.log(config.name(), "the end of a run failed", e);
      return !(e instanceof OutOfMemoryError);
    }
  }

  private void change(VmState state) {
    monitor.lock();
    monitor.change(state);
    monitor.unlock();
    monitor.tell();
  }

  private void enter(String verb) {
    refuseOnVcpuThread(verb);
    owner.lock();
    if (closed) {
      owner.unlock();
      throw new IllegalStateException(config.name() + " is closed and can't be " + verb);
    }
  }

  private void refuseOnVcpuThread(String verb) {
    @Nullable String vcpuOf = VcpuWorkers.currentVm();
    if (vcpuOf != null) {
      throw new IllegalStateException(
          "%s can't be %s by a vCPU of %s".formatted(config.name(), verb, vcpuOf));
    }
  }

  private IllegalStateException wrongState(VmState found, String verb, String needed) {
    return new IllegalStateException(
        "%s is %s; only a VM that is %s can be %s"
            .formatted(config.name(), word(found), needed, verb));
  }

  private static String word(VmState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
