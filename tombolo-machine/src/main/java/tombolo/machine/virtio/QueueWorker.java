// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * Serves the queues of one device. The vCPU thread that notifies serves its queue at once. A worker
 * serves the queues for which the device has asked for more time, a queue a step. Each queue is
 * served by one of them at a time.
 *
 * <p>Thread-safe. {@code due} has a bit for each queue that the worker has to serve. It is set
 * before the worker is woken, and cleared before the queue is served, so no request is lost.
 */
final class QueueWorker implements Worker, Stateful {
  private final Task task;
  private final List<Turn> turns;
  private final IntConsumer serve;
  private final Consumer<Throwable> onFailure;
  private final LongSupplier lateness;
  private final Clock clock;
  private final AtomicLong due = new AtomicLong();

  /** The queue that was served last; others go first. Used by the worker. */
  private int last;

  /** Whether the next service waits until a time. Used by the worker. */
  private boolean isLate;

  private long lateUntil;

  private volatile boolean closed;

  /**
   * Makes a worker that {@link #start} starts.
   *
   * @param queues how many, 1 to 64
   * @param serve serves a queue on the worker's behalf
   * @param lateness how long to wait before a queue is served, in nanoseconds
   * @param onFailure is told what serve throws; the worker goes on, for the VM's next run
   */
  QueueWorker(
      String name,
      int queues,
      HostServices host,
      IntConsumer serve,
      LongSupplier lateness,
      Consumer<Throwable> onFailure) {
    this.turns = Stream.generate(Turn::new).limit(queues).toList();
    this.serve = serve;
    this.onFailure = onFailure;
    this.lateness = lateness;
    this.clock = host.clock();
    this.task = host.scheduler().task(name, Scheduler.Idle.PARK, this);
  }

  void start() {
    task.start();
  }

  /** Serves a queue on the calling thread, unless another one does. */
  void run(int queue, Runnable work) {
    turns.get(queue).run(work, () -> later(queue));
  }

  /** Makes the worker serve a queue. Any thread, with any lock held. */
  void later(int queue) {
    due.getAndUpdate(bits -> bits | 1L << queue);
    task.wake();
  }

  @Override
  public long step() {
    if (closed) {
      return DONE;
    }
    long bits = due.get();
    if (bits == 0) {
      return UNTIL_WOKEN;
    }
    if (!isLate) {
      long late = lateness.getAsLong();
      isLate = late > 0;
      lateUntil = isLate ? clock.nanos() + late : 0;
    }
    if (isLate && clock.nanos() < lateUntil) {
      return lateUntil;
    }
    isLate = false;
    int queue = next(bits);
    last = queue;
    due.getAndUpdate(now -> now & ~(1L << queue));
    try {
      run(queue, () -> serve.accept(queue));
    } catch (Throwable e) {
      onFailure.accept(e);
    }
    return due.get() == 0 ? UNTIL_WOKEN : AGAIN;
  }

  /** The first bit that is set above {@link #last}, or else from 0 on. */
  private int next(long bits) {
    long above = last == Long.SIZE - 1 ? 0 : bits & -2L << last;
    return Long.numberOfTrailingZeros(above == 0 ? bits : above);
  }

  void pause() {
    task.pause();
  }

  /** Takes a step in any case, so that a device goes on as one that was restored, step by step. */
  void resume() {
    task.resume();
    task.wake();
  }

  /** Ends the worker, and waits for the step that it is in. */
  void close() {
    closed = true;
    task.resume();
    task.wake();
    task.awaitEnd();
  }

  @Override
  public void save(StateWriter out) {
    out.number(due.get()).number(last);
  }

  @Override
  public void restore(StateReader in) {
    long bits = in.int64();
    long known = -1L >>> (Long.SIZE - turns.size());
    if ((bits & ~known) != 0) {
      throw in.wrong("0x%x names queues that are not there".formatted(bits));
    }
    last = in.int32(0, turns.size() - 1);
    due.set(bits);
    if (bits != 0) {
      task.wake();
    }
  }
}
