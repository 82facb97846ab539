// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes one thread at a time do a piece of work that several ask for, while none of them waits:
 * whoever asks while the work is done has it done once more by the thread that does it.
 *
 * <p>That thread does the work {@link #ROUNDS} times at the most and leaves the rest to a worker.
 * So two vCPUs of a guest cannot hold each other for ever.
 *
 * <p>No request is lost: it either turns IDLE into DOING, or is there as AGAIN when the thread that
 * does the work tries to turn DOING into IDLE.
 */
final class Turn {
  /** Rounds of one thread, before it leaves the rest to the worker. */
  static final int ROUNDS = 16;

  private enum Phase {
    IDLE,
    DOING,
    AGAIN
  }

  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.IDLE);

  /**
   * Sees to it that the work is done after this call has begun: by the caller, by the thread that
   * does it now, or by the worker.
   *
   * @param later asks the worker to call this method; does not wait
   */
  void run(Runnable work, Runnable later) {
    if (phase.getAndUpdate(now -> now == Phase.IDLE ? Phase.DOING : Phase.AGAIN) != Phase.IDLE) {
      return;
    }
    try {
      for (int round = 0; round < ROUNDS; round++) {
        phase.set(Phase.DOING);
        work.run();
        if (phase.compareAndSet(Phase.DOING, Phase.IDLE)) {
          return;
        }
      }
    } catch (RuntimeException | Error e) {
      phase.set(Phase.IDLE);
      throw e;
    }
    phase.set(Phase.IDLE);
    later.run();
  }
}
