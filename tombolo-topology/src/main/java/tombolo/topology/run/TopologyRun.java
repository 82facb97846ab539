// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.Directory;
import tombolo.ivc.DirectorySnapshot;
import tombolo.ivc.HostEndpoint;
import tombolo.machine.VmState;
import tombolo.machine.host.Failures;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Waiters;
import tombolo.machine.host.Worker;
import tombolo.machine.power.StopReason;
import tombolo.machine.vsock.VsockSwitch;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;

/**
 * The VMs of a topology, made, booted, booted again where they may be, and stopped. Whoever starts
 * it owns it and closes it.
 *
 * <p>Thread-safe. A worker boots again what has failed, see {@link RunningVm}; the owner's thread
 * waits for the end, stops what runs and reports. Whoever else wants an end calls {@link
 * #requestStop}, which waits for nobody.
 */
public final class TopologyRun implements AutoCloseable {
  /** How long the worker waits after a step that has failed. */
  private static final long RETRY_NANOS = 10_000_000;

  private final HostServices host;
  private final Watcher watcher;
  private final Directory directory;
  private final VsockSwitch vsock;
  private final Networks networks;
  private final Waiters waiters;
  private final Task restarts;

  /** Others look at it while it grows. */
  private final List<RunningVm> vms = new CopyOnWriteArrayList<>();

  private final Map<String, HostEndpoint> standIns = new LinkedHashMap<>();

  private volatile long bootedAt;
  private volatile @Nullable HostStop wanted; // written with the monitor held
  private volatile boolean closing;
  private boolean closed; // guarded by this

  private TopologyRun(Topology topology, HostServices host, Watcher watcher) {
    this.host = host;
    this.watcher = watcher;
    this.waiters = new Waiters(host);
    this.directory = new Directory(topology.grants(), host);
    this.vsock = new VsockSwitch(host);
    this.networks = new Networks(topology.networks());
    this.restarts = host.scheduler().task("tombolo/restarts", Scheduler.Idle.PARK, this::settle);
  }

  /**
   * Makes and boots the VMs.
   *
   * @param host the time, workers and chance of all of them
   * @throws RuntimeException as {@link #prepare} does
   */
  public static TopologyRun start(Topology topology, HostServices host, Watcher watcher) {
    TopologyRun run = prepare(topology, host, watcher, Set.of());
    run.boot();
    return run;
  }

  /**
   * Makes the VMs; {@link #boot} boots them.
   *
   * @param standIns names of VMs that are not made because the owner is in their place
   * @throws IllegalArgumentException if the topology has no VM of one of these names
   * @throws tombolo.machine.image.ImageException if a kernel or initial RAM disk does not fit
   * @throws tombolo.memory.HostMemoryException if the host does not give the memory
   * @throws tombolo.machine.virtio.DiskImageException if a disk's file can't be used
   * @throws tombolo.topology.InputException if a socket can't be opened, or there is no way outside
   */
  public static TopologyRun prepare(
      Topology topology, HostServices host, Watcher watcher, Set<String> standIns) {
    standIns.forEach(topology::vm);
    TopologyRun run = new TopologyRun(topology, host, watcher);
    boolean made = false;
    try {
      run.restarts.start();
      for (VmSpec spec : topology.vms()) {
        if (standIns.contains(spec.name())) {
          run.standIns.put(spec.name(), run.directory.join(spec.name(), spec.id(), spec.quota()));
        } else {
          run.add(spec);
        }
      }
      made = true;
      return run;
    } finally {
      if (!made) {
        run.close();
      }
    }
  }

  private void add(VmSpec spec) {
    JoinedVm joined =
        JoinedVm.make(spec, directory, vsock, networks, watcher.console(spec, host), host);
    RunningVm vm = new RunningVm(spec, joined, watcher, host, waiters);
    joined
        .vm()
        .addListener(
            state -> {
              if (state == VmState.STOPPED) {
                restarts.wake(); // a listener must not boot the VM itself
              }
            });
    vms.add(vm);
  }

  /** Boots all VMs, in the topology's order. Closes the run if one can't be booted. */
  public void boot() {
    bootedAt = host.clock().nanos();
    boolean booted = false;
    try {
      vms.forEach(RunningVm::boot);
      booted = true;
    } finally {
      if (!booted) {
        close();
      }
    }
  }

  /** The step of the worker. What fails for want of memory is tried again: others wait for it. */
  private long settle() {
    try {
      vms.forEach(RunningVm::settle);
    } catch (Throwable e) {
      Failures.log("tombolo/restarts", "will look again at what has stopped", e);
      return closing ? Worker.DONE : host.clock().nanos() + RETRY_NANOS;
    }
    return closing ? Worker.DONE : Worker.UNTIL_WOKEN;
  }

  /** Returns the VMs, in the topology's order, without those that the owner stands in for. */
  public List<RunningVm> vms() {
    return List.copyOf(vms);
  }

  /**
   * Returns a VM.
   *
   * @throws IllegalArgumentException if there is none of this name, or the owner is in its place
   */
  public RunningVm vm(String name) {
    return vms.stream()
        .filter(vm -> vm.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no VM " + name + " in this run"));
  }

  /**
   * Returns the owner's end of the channels of a VM in whose place it is. The owner may do what
   * that VM may, and may close it, as if that VM died; otherwise the run closes it.
   *
   * @throws IllegalArgumentException unless the run was prepared with such a stand-in
   */
  public HostEndpoint standIn(String name) {
    @Nullable HostEndpoint endpoint = standIns.get(name);
    if (endpoint == null) {
      throw new IllegalArgumentException("no stand-in for a VM " + name + " in this run");
    }
    return endpoint;
  }

  /** Returns the directory of the channels, to look at it. */
  public Directory directory() {
    return directory;
  }

  /** Returns the time, workers and chance of the VMs. */
  public HostServices host() {
    return host;
  }

  /** Whether every VM has stopped and none will boot again by itself. */
  public boolean hasEnded() {
    return vms.stream().allMatch(vm -> vm.end().isPresent());
  }

  /**
   * Has {@link #awaitEnd} stop all VMs. The first request counts. Any thread, also vCPU threads and
   * watchers; waits for nobody.
   */
  public void requestStop(HostStop stop) {
    synchronized (this) {
      if (wanted == null) {
        wanted = stop;
      }
    }
    waiters.tell();
  }

  /** Waits until all VMs have stopped by themselves, or a stop is requested, and reports. */
  public RunReport awaitEnd() throws InterruptedException {
    return awaitEnd(Long.MAX_VALUE, new HostStop("time-out", ExitStatus.TIME_OUT));
  }

  /**
   * Waits until all VMs have stopped by themselves, a stop is requested, or the time is over. Then
   * stops what still runs, and reports.
   *
   * @param nanos how long at the most, by the run's clock; Long.MAX_VALUE = without end
   * @param timeOut the stop that is requested when the time is over
   */
  public RunReport awaitEnd(long nanos, HostStop timeOut) throws InterruptedException {
    if (!waiters.await(() -> wanted != null || hasEnded(), nanos)) {
      requestStop(timeOut);
    }
    DirectorySnapshot atEnd = directory.snapshot();
    @Nullable HostStop stop = hasEnded() ? null : wanted;
    if (stop != null) {
      stop(stop.why());
    }
    return new RunReport(
        vms.stream().flatMap(vm -> vm.outcome().stream()).toList(),
        vms.stream()
            .filter(vm -> vm.end().orElse(null) instanceof StopReason.HostRequest)
            .map(RunningVm::name)
            .toList(),
        stop,
        host.clock().nanos() - bootedAt,
        atEnd.channels().size(),
        atEnd.channels().stream().mapToLong(row -> row.shape().total()).sum());
  }

  /** Stops all VMs. Not for watchers, workers and vCPU threads. */
  public void stop(String why) {
    vms.forEach(RunningVm::refuseRestarts); // none notices the end of another one, and boots again
    vms.forEach(vm -> vm.stop(why));
  }

  /** Stops what runs, and gives everything back. Does nothing when called again. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    stop("closed");
    closing = true;
    restarts.wake();
    restarts.awaitEnd();
    vms.forEach(RunningVm::close);
    vsock.close();
    standIns.values().forEach(HostEndpoint::close);
    directory.close();
  }
}
