// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import tombolo.bench.ring.contender.Arrivals;
import tombolo.bench.ring.contender.Medium;
import tombolo.bench.ring.contender.Size;

/** Opens the two ends of a contender, each for the thread that calls it, which is pinned then. */
record Ends(Size size, Effort effort, Pinning pinning) {
  /**
   * Returns the sending end. What the medium runs beside its ends rests between two turns; that is
   * the sender's process's, if the ends are in two.
   */
  End sending(Medium medium) {
    return new LazyEnd(
        () -> {
          pinning.pin(Pinning.SENDER);
          Departures departures = new Departures(medium.sender(), size, effort);
          return turn -> {
            medium.wake();
            try {
              return departures.take(turn);
            } finally {
              medium.rest();
            }
          };
        });
  }

  /** Returns the receiving end. */
  End receiving(Medium medium) {
    return new LazyEnd(
        () -> {
          pinning.pin(Pinning.RECEIVER);
          Arrivals arrivals = new Arrivals(size.bytes());
          return new ReceivingEnd(medium.receiver(arrivals), arrivals);
        });
  }
}
