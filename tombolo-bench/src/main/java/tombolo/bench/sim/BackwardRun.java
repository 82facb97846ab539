// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.sim;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tombolo.bench.suite.BenchmarkException;
import tombolo.debug.Resumption;
import tombolo.debug.StopEvent;
import tombolo.sim.SimulationOptions;
import tombolo.sim.SimulationWatcher;
import tombolo.sim.travel.TimeTravel;
import tombolo.topology.Topology;

/** A simulated run that has come to a time, and goes back from there, an instruction at a time. */
final class BackwardRun {
  private static final long PATIENCE_SECONDS = 600;

  private final LinkedBlockingQueue<StopEvent> stops = new LinkedBlockingQueue<>();
  private final TimeTravel travel;

  /**
   * Runs the VM {@code a} of a topology up to a virtual time.
   *
   * @param nanos the time
   * @throws BenchmarkException if it does not come so far
   */
  BackwardRun(Topology topology, SimulationOptions options, long nanos)
      throws InterruptedException {
    travel = new TimeTravel(topology, options, "a", watcher(nanos));
    Thread.ofPlatform().name("backward-run").daemon(true).start(this::run);
    travel.attach(stops::add);
    await();
    travel.resume(new Resumption.Forward(-1, true));
    if (await().kind() != StopEvent.Kind.INTERRUPTED) {
      throw new BenchmarkException("the guest ended too early");
    }
  }

  private SimulationWatcher watcher(long nanos) {
    return new SimulationWatcher() {
      private boolean interrupted;

      @Override
      public boolean goesOn(long now) {
        if (now >= nanos && !interrupted) {
          interrupted = true;
          travel.interrupt();
        }
        return true;
      }
    };
  }

  private void run() {
    try {
      travel.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private StopEvent await() throws InterruptedException {
    @Nullable StopEvent stop = stops.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (stop == null) {
      throw new BenchmarkException("the run does not stop");
    }
    return stop;
  }

  /** Undoes an instruction, and returns how many nanoseconds that took. */
  long stepBack() throws InterruptedException {
    long start = System.nanoTime();
    travel.resume(new Resumption.Backward(0));
    if (await().kind() != StopEvent.Kind.STEPPED) {
      throw new BenchmarkException("nothing was undone");
    }
    return System.nanoTime() - start;
  }

  void end() {
    travel.kill();
  }
}
