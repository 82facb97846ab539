// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.Vcpu;
import tombolo.machine.Vm;
import tombolo.machine.VmState;
import tombolo.machine.debug.Debuggable;
import tombolo.machine.debug.Hold;
import tombolo.memory.GuestMemory;

/**
 * A VM of an ordinary run. While it is stopped, so are all others of its topology, see {@link
 * Freeze}. It waits before its first instruction until a debugger has come.
 *
 * <p>Each vCPU asks {@link #next} on its own thread. The first that comes to a stop says so, and
 * from then on all get {@link Hold#LEAVE}: their workers step them in vain until the session's
 * thread has heard of the stop and has suspended the VMs, which takes microseconds. A second one
 * that comes to a stop meanwhile comes to it again when the VM goes on. What is written while the
 * VM is suspended is visible to the vCPUs when they go on, because {@link Vm#resume} synchronizes
 * with them.
 */
public final class LiveTarget implements Target {
  private static final long START_SECONDS = 10;

  private final Vm vm;
  private final Freeze freeze;
  private final Runnable kill;
  private final List<Debuggable> vcpus = new ArrayList<>();
  private final List<Probe> probes = new ArrayList<>();

  /** Open once a vCPU is about to execute its first instruction. */
  private final CountDownLatch started = new CountDownLatch(1);

  /** Whether no vCPU may execute anything. */
  private volatile boolean holding = true;

  /** The stop that a vCPU has come to and nobody has taken yet. */
  private final AtomicReference<@Nullable StopEvent> come = new AtomicReference<>();

  /** Used by the session's thread, and before it there is one. */
  private boolean frozen;

  // Written while the VM is suspended, or before it boots.
  private Stops stops = Stops.NONE;
  private WatchedBytes watched;
  private volatile int stepped = -1;
  private volatile boolean others = true;

  private volatile Consumer<StopEvent> listener = event -> {};

  /**
   * Makes the target of a VM that has not been booted.
   *
   * @param freeze that of its topology
   * @param kill ends the run; waits for nobody
   * @throws IllegalArgumentException if its accelerator offers nothing to debuggers
   */
  public LiveTarget(Vm vm, Freeze freeze, Runnable kill) {
    this.vm = vm;
    this.freeze = freeze;
    this.kill = kill;
    this.watched = new WatchedBytes(vm.memory(), Stops.NONE);
    for (Vcpu vcpu : vm.board().vcpus()) {
      @Nullable Debuggable debuggable = vcpu.debuggable();
      if (debuggable == null) {
        throw new IllegalArgumentException(
            "%s: its accelerator offers nothing to debuggers".formatted(vm.name()));
      }
      int index = vcpu.index();
      vcpus.add(debuggable);
      probes.add(new Probe(debuggable, index));
    }
    for (int i = 0; i < vcpus.size(); i++) {
      vcpus.get(i).hold(new VcpuHold(i));
    }
    vm.addListener(
        state -> {
          if (state == VmState.STOPPED) {
            started.countDown();
          }
        });
  }

  /** What one vCPU asks, on its own thread. */
  private final class VcpuHold implements Hold {
    private final int index;

    VcpuHold(int index) {
      this.index = index;
    }

    @Override
    public long next() {
      return LiveTarget.this.next(index);
    }

    /** A vCPU that stands still, or executes one instruction, stays out of interrupt handlers. */
    @Override
    public boolean takesInterrupts() {
      return !holding && others && index != stepped;
    }
  }

  /**
   * Waits until the VM, which was booted, is at its first instruction, where it stays.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitStart() throws InterruptedException {
    boolean _ = started.await(START_SECONDS, TimeUnit.SECONDS); // it may have failed to start
  }

  /**
   * The VM stays where it is until a debugger lets it go. Called once, after {@link #awaitStart}.
   */
  public void booted() {
    settle();
  }

  /** A vCPU asks how far it may go on. */
  private long next(int index) {
    if (holding) {
      started.countDown();
      return Hold.LEAVE;
    }
    boolean steps = index == stepped;
    if (!steps && !others) {
      return Hold.LEAVE;
    }
    @Nullable StopEvent event = probes.get(index).look(stops, steps);
    if (event == null && !stops.watchpoints().isEmpty()) {
      event = changed(index);
    }
    if (event != null) {
      if (!stop(event)) {
        probes.get(index).comeAgain();
      }
      return Hold.LEAVE;
    }
    return steps ? 1 : stops.allowance(vcpus.get(index).pc());
  }

  private @Nullable StopEvent changed(int index) {
    @Nullable Watchpoint hit = watched.changed();
    return hit == null ? null : new StopEvent(StopEvent.Kind.WATCHPOINT, index, hit, "");
  }

  /** Returns whether this is the stop that the debugger hears of. */
  private boolean stop(StopEvent event) {
    if (holding || !come.compareAndSet(null, event)) {
      return false;
    }
    holding = true;
    listener.accept(event);
    return true;
  }

  @Override
  public String name() {
    return vm.name();
  }

  @Override
  public List<Debuggable> vcpus() {
    return vcpus;
  }

  @Override
  public GuestMemory memory() {
    return vm.memory();
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public boolean goesBackwards() {
    return false;
  }

  @Override
  public void attach(Consumer<StopEvent> stopped) {
    listener = stopped;
    if (holding) {
      stopped.accept(StopEvent.of(StopEvent.Kind.INTERRUPTED, 0));
    } else {
      interrupt();
    }
  }

  @Override
  public void settle() {
    if (!frozen) {
      freeze.begin();
      frozen = true;
    }
    come.set(null);
  }

  @Override
  public void setStops(Stops wanted) {
    stops = wanted;
    watched = new WatchedBytes(vm.memory(), wanted);
  }

  @Override
  public void resume(Resumption how) {
    if (!(how instanceof Resumption.Forward(int step, boolean all))) {
      throw new IllegalArgumentException("a live VM goes forwards only");
    }
    stepped = step;
    others = all || step < 0;
    probes.forEach(Probe::letGo);
    frozen = false;
    holding = false;
    freeze.end();
  }

  @Override
  public void interrupt() {
    stop(StopEvent.of(StopEvent.Kind.INTERRUPTED, 0));
  }

  @Override
  public void detach() {
    listener = event -> {};
    holding = true;
    settle();
    setStops(Stops.NONE);
    resume(new Resumption.Forward(-1, true));
  }

  @Override
  public void kill() {
    detach();
    kill.run();
  }

  @Override
  public String describe() {
    return "%s, which runs: nothing can be undone".formatted(vm.name());
  }
}
