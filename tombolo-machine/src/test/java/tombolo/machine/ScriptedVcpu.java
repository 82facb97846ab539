// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A vCPU that does what a test tells it: each step of its script is one exit. At the end of the
 * script it waits, as a guest in WFI does, until it is kicked or told more.
 */
final class ScriptedVcpu implements Vcpu {
  private final int index;
  private final Queue<Supplier<VcpuExit>> script = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean kicked = new AtomicBoolean();
  private final AtomicLong runs = new AtomicLong();
  private volatile @Nullable Thread runner;
  private volatile Runnable waker = () -> {};

  /** What the vCPU was answered, in order: "read 5", "rejected", "result 7". */
  final List<String> answers = new ArrayList<>();

  /** Set where two threads were in run() at once, which must never be. */
  volatile boolean sharedByTwoThreads;

  final long[] arguments = new long[6];

  ScriptedVcpu(int index) {
    this.index = index;
  }

  /** Appends exits to the script. */
  ScriptedVcpu then(VcpuExit... exits) {
    for (VcpuExit exit : exits) {
      then(() -> exit);
    }
    return this;
  }

  /** Appends an action inside guest code that ends in an exit. */
  ScriptedVcpu then(Supplier<VcpuExit> step) {
    script.add(step);
    wake();
    return this;
  }

  /** How often run() was called. */
  long runs() {
    return runs.get();
  }

  /** Whether a thread is in run() just now. */
  boolean inRun() {
    return runner != null;
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public VcpuExit run(long budget) {
    sharedByTwoThreads |= runner != null;
    runner = Thread.currentThread();
    runs.incrementAndGet();
    try {
      if (kicked.getAndSet(false)) {
        return new VcpuExit.Kicked();
      }
      Supplier<VcpuExit> step = script.poll();
      return step != null ? step.get() : new VcpuExit.Waiting(Long.MAX_VALUE);
    } finally {
      runner = null;
    }
  }

  @Override
  public void completeRead(long value) {
    answers.add("read " + value);
  }

  @Override
  public void rejectAccess() {
    answers.add("rejected");
  }

  @Override
  public long hypercallArgument(int number) {
    return arguments[number];
  }

  @Override
  public void completeHypercall(long result) {
    answers.add("result " + result);
  }

  @Override
  public void kick() {
    kicked.set(true);
    wake();
  }

  private void wake() {
    waker.run();
  }

  @Override
  public void onWake(Runnable newWaker) {
    waker = newWaker;
  }

  @Override
  public long retiredInstructions() {
    return runs.get() * 10;
  }
}
