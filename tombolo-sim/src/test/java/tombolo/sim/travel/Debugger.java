// SPDX-License-Identifier: Apache-2.0
package tombolo.sim.travel;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tombolo.debug.Resumption;
import tombolo.debug.StopEvent;
import tombolo.debug.Stops;
import tombolo.machine.debug.Debuggable;
import tombolo.sim.SimulationOptions;
import tombolo.sim.SimulationResult;
import tombolo.sim.SimulationWatcher;
import tombolo.topology.Topology;

/** A debugger that drives a run, from a test's thread. */
final class Debugger implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  final TimeTravel travel;
  private final LinkedBlockingQueue<StopEvent> stops = new LinkedBlockingQueue<>();
  private final CompletableFuture<@Nullable SimulationResult> result = new CompletableFuture<>();

  Debugger(Topology topology, SimulationOptions options, String vm, SimulationWatcher watcher)
      throws InterruptedException {
    travel = new TimeTravel(topology, options, vm, watcher);
    Thread.ofPlatform().daemon(true).start(this::run);
    travel.attach(stops::add);
    stop();
  }

  private void run() {
    try {
      result.complete(travel.run());
    } catch (Throwable e) {
      result.completeExceptionally(e);
    }
  }

  StopEvent stop() throws InterruptedException {
    @Nullable StopEvent stop = null;
    for (int i = 0; i < PATIENCE_SECONDS && stop == null; i++) {
      stop = stops.poll(1, TimeUnit.SECONDS);
      if (stop == null && result.isDone()) {
        throw new AssertionError("the run has ended: " + result.join());
      }
    }
    return Objects.requireNonNull(stop, "no stop");
  }

  StopEvent go(Resumption how) throws InterruptedException {
    travel.resume(how);
    return stop();
  }

  StopEvent step(int vcpu) throws InterruptedException {
    return go(new Resumption.Forward(vcpu, true));
  }

  StopEvent stepBack(int vcpu) throws InterruptedException {
    return go(new Resumption.Backward(vcpu));
  }

  StopEvent goOn() throws InterruptedException {
    return go(new Resumption.Forward(-1, true));
  }

  StopEvent goBack() throws InterruptedException {
    return go(new Resumption.Backward(-1));
  }

  void breakAt(long... addresses) {
    travel.setStops(new Stops(java.util.Arrays.stream(addresses).boxed().toList(), List.of()));
  }

  Debuggable vcpu(int index) {
    return travel.vcpus().get(index);
  }

  /** Returns all that a debugger sees of a vCPU. */
  List<String> state(int index) {
    Debuggable vcpu = vcpu(index);
    int count = vcpu.registerSets().stream().mapToInt(set -> set.registers().size()).sum();
    return IntStream.range(0, count)
        .mapToObj(number -> java.util.HexFormat.of().formatHex(vcpu.register(number)))
        .toList();
  }

  /** Lets the run go on without a debugger. */
  SimulationResult leave() throws Exception {
    travel.detach();
    return Objects.requireNonNull(result.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  @Override
  public void close() {
    travel.kill();
  }
}
