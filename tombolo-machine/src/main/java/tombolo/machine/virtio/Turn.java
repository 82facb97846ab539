// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets one thread at a time do a piece of work that several ask for, and none of them wait: who
 * asks while it is done has it done once more by the thread that does it.
 *
 * <p>No request is lost: it either turns IDLE into DOING, or is there as AGAIN when the one who
 * does it tries to turn DOING into IDLE.
 */
final class Turn {
  private enum Phase {
    IDLE,
    DOING,
    AGAIN
  }

  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.IDLE);

  /** Has the work done after this call begins, by the caller or by whoever does it now. */
  void run(Runnable work) {
    if (phase.getAndUpdate(now -> now == Phase.IDLE ? Phase.DOING : Phase.AGAIN) != Phase.IDLE) {
      return;
    }
    try {
      do {
        phase.set(Phase.DOING);
        work.run();
      } while (!phase.compareAndSet(Phase.DOING, Phase.IDLE));
    } catch (RuntimeException | Error e) {
      phase.set(Phase.IDLE);
      throw e;
    }
  }
}
