// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.util.ArrayList;
import java.util.List;

/**
 * A host on one thread without chance: it steps its workers in the order in which they were made,
 * until none has work, and time goes on only when the test says so. So two of them with the same
 * parts do the same, whatever happened before.
 */
public final class OrderedHost {
  private final List<OrderedTask> tasks = new ArrayList<>();
  private final HostServices services =
      new HostServices(() -> this.now, new OrderedScheduler(), RandomSource.seeded(1));
  private long now;

  /** Returns the services; always the same ones. */
  public HostServices services() {
    return services;
  }

  /** Steps every worker until none has work. */
  public void run() {
    boolean stepped = true;
    while (stepped) {
      stepped = false;
      for (OrderedTask task : List.copyOf(tasks)) {
        stepped |= task.stepIfReady();
      }
    }
  }

  /** Lets time go on, and steps nobody. */
  public void elapse(long nanos) {
    now += nanos;
  }

  private final class OrderedScheduler implements Scheduler {
    @Override
    public Task task(String name, Idle idle, Worker worker) {
      return new OrderedTask(worker);
    }

    @Override
    public void park(long nanos) {
      run();
    }

    @Override
    public void unpark(Thread thread) {}

    @Override
    public boolean stepsMayBlock() {
      return false;
    }
  }

  private final class OrderedTask implements Task {
    private final Worker worker;
    private long until = Worker.AGAIN;
    private boolean paused;

    OrderedTask(Worker worker) {
      this.worker = worker;
    }

    boolean stepIfReady() {
      if (paused || hasEnded() || until > now) {
        return false;
      }
      until = Worker.UNTIL_WOKEN;
      until = Math.min(until, worker.step());
      return true;
    }

    @Override
    public void start() {
      tasks.add(this);
    }

    @Override
    public void wake() {
      until = hasEnded() ? Worker.DONE : Worker.AGAIN;
    }

    @Override
    public void pause() {
      paused = true;
    }

    @Override
    public void resume() {
      paused = false;
    }

    @Override
    public void interrupt() {}

    @Override
    public boolean hasEnded() {
      return until == Worker.DONE;
    }

    @Override
    public void awaitEnd() {
      run();
    }
  }
}
