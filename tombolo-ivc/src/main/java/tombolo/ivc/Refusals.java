// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tombolo.ivc.abi.Status;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * Counts what one endpoint was refused, and logs the first few: a guest must not be able to flood
 * the log. Thread-safe.
 */
final class Refusals implements Stateful {
  private static final int LOGGED = 32;

  private final String endpoint;
  private final AtomicLong count = new AtomicLong();
  private final AtomicInteger notable = new AtomicInteger();

  Refusals(String endpoint) {
    this.endpoint = endpoint;
  }

  void add(Status status, String what) {
    count.incrementAndGet();
    ChannelEvents.refused(endpoint, status, what);
    if (status == Status.NO_SUCH_CHANNEL || status == Status.NOT_A_PEER) {
      return; // whoever comes first asks until the other one is there
    }
    // Stays where it is once it is past the last one that is logged, so it never wraps.
    int number = notable.get() > LOGGED ? LOGGED + 1 : notable.incrementAndGet();
    if (number <= LOGGED) {
      System.Logger log = System.getLogger(Refusals.class.getName());
      log.log(System.Logger.Level.INFO, what + ": " + status.words());
      if (number == LOGGED) {
        log.log(System.Logger.Level.INFO, endpoint + ": further refusals are counted, not logged");
      }
    }
  }

  long count() {
    return count.get();
  }

  @Override
  public void save(StateWriter out) {
    out.number(count.get()).number(notable.get());
  }

  @Override
  public void restore(StateReader in) {
    count.set(in.int64());
    notable.set(in.int32(0, LOGGED + 1));
  }
}
