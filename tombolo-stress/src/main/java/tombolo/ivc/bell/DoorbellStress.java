// SPDX-License-Identifier: Apache-2.0

package tombolo.ivc.bell;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import tombolo.ivc.abi.Event;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;

/** No ring is lost, and who takes a bell sees what the ringer had stored before. */
public final class DoorbellStress {
  private static final Clock CLOCK = () -> 0;
  private static final BellCounters COUNTERS = new BellCounters();
  private static final HostServices HOST =
      new HostServices(CLOCK, Scheduler.system(), RandomSource.seeded(1));
  private static final DelayedBells DELAYS = new DelayedBells(HOST, COUNTERS);

  private DoorbellStress() {}

  /** Tells nobody. */
  private enum Silence implements Inbox.Signal {
    INSTANCE;

    @Override
    public void changed(boolean bells, boolean events) {}

    @Override
    public void pulse() {}
  }

  /** One side of a channel that is rung, with as little around it as can be. */
  private static final class Rung {
    final Inbox inbox = new Inbox("rung", HOST, DELAYS, COUNTERS, Silence.INSTANCE);
    final Doorbell bell;

    Rung() {
      Event event = new Event(Event.Kind.DOORBELL, 1, 0, 1, 1, 0);
      Bell to = new Bell(inbox, 1, false, event.handle(), () -> event, _ -> {});
      bell = new Doorbell(to, new TokenBucket(DoorbellRate.DEFAULT, 0));
    }

    int take() {
      @Nullable Bell taken = inbox.takeBell();
      return taken == null ? 0 : 1;
    }
  }

  /** A store, then a ring. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Before both.")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Between the store and the ring.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The bell, and what came before it.")
  @State
  public static class Order {
    private final Rung rung = new Rung();
    private int payload;

    /** Stores and rings. */
    @Actor
    public void ring() {
      payload = 1;
      rung.inbox.ring(rung.bell);
    }

    /** Takes the bell and looks. */
    @Actor
    public void take(II_Result result) {
      result.r1 = rung.take();
      result.r2 = payload;
    }
  }

  /** Two rings and a take: what is left at the end makes up for what the take did not see. */
  @JCStressTest
  @Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "Too early; the bell rings still.")
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "Too early; the bell rings still.")
  @Outcome(id = "0, 2, 1", expect = Expect.ACCEPTABLE, desc = "Too early; the bell rings still.")
  @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "The second one rings anew.")
  @Outcome(id = "1, 2, 1", expect = Expect.ACCEPTABLE, desc = "Seen early; rings once more.")
  @Outcome(id = "1, 2, 0", expect = Expect.ACCEPTABLE, desc = "Both by one bell.")
  @State
  public static class NoneLost {
    private final Rung rung = new Rung();
    private int payload;

    /** Stores and rings, twice. */
    @Actor
    public void ring() {
      payload = 1;
      rung.inbox.ring(rung.bell);
      payload = 2;
      rung.inbox.ring(rung.bell);
    }

    /** Takes the bell and looks. */
    @Actor
    public void take(III_Result result) {
      result.r1 = rung.take();
      result.r2 = payload;
    }

    /** Takes what is left. */
    @Arbiter
    public void rest(III_Result result) {
      result.r3 = rung.take();
    }
  }
}
