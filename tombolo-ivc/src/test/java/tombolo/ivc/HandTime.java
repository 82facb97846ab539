// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayList;
import java.util.List;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;

/**
 * Time that goes on only when a test says so, to the nanosecond. When it does, everything happens
 * that is due by then: workers are stepped on the test's own thread. For tests that don't wait;
 * {@link tombolo.machine.host.SteppedHost} is for all others.
 */
final class HandTime {
  private final List<Stepped> tasks = new ArrayList<>();
  private final HostServices host =
      new HostServices(() -> now(), new Hand(), RandomSource.seeded(1));
  private long now;

  private long now() {
    return now;
  }

  HostServices host() {
    return host;
  }

  long nanos() {
    return now;
  }

  /** Lets time go on, and everything happen that is due by then. */
  void advance(long nanos) {
    now += nanos;
    for (boolean stepped = true; stepped; ) {
      stepped =
          List.copyOf(tasks).stream().filter(task -> task.until <= now).anyMatch(Stepped::step);
      tasks.removeIf(Stepped::hasEnded);
    }
  }

  /** Whether a worker was started that has not ended. */
  boolean hasWorker() {
    return !tasks.isEmpty();
  }

  private final class Hand implements Scheduler {
    @Override
    public Task task(String name, Idle idle, Worker worker) {
      return new Stepped(worker);
    }

    @Override
    public void park(long nanos) {
      throw new AssertionError("nothing lets time go on while the test waits");
    }

    @Override
    public void unpark(Thread thread) {}
  }

  private final class Stepped implements Task {
    private final Worker worker;
    private long until = Worker.AGAIN;
    private boolean ended;

    Stepped(Worker worker) {
      this.worker = worker;
    }

    boolean step() {
      until = Worker.UNTIL_WOKEN;
      long wanted = worker.step();
      ended = wanted == Worker.DONE;
      until = Math.min(until, wanted);
      return true;
    }

    @Override
    public void start() {
      tasks.add(this);
    }

    @Override
    public void wake() {
      until = Worker.AGAIN;
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void interrupt() {}

    @Override
    public boolean hasEnded() {
      return ended;
    }

    @Override
    public void awaitEnd() {
      throw new AssertionError("nothing lets time go on while the test waits");
    }
  }
}
