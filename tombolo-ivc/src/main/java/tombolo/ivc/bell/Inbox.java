// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.Event;
import tombolo.machine.host.Clock;

/**
 * What waits for one endpoint: doorbells that have rung and events. Thread-safe by its own lock,
 * which is held for a few instructions at a time.
 *
 * <h2>Why no ring is lost</h2>
 *
 * <p>A ring finds, under the lock, that the bell is pending, or makes it so, or queues it for when
 * a token is there. Taking the bell clears it under the same lock. So a ring after the take makes
 * it pending anew, and a ring before it is the one that is taken; and because the lock orders the
 * two, whatever the ringer stored before such a ring is visible to who took the bell.
 *
 * <p>The signal is changed under the lock as well, so that it always says what is pending.
 */
public final class Inbox {
  /** The most events that wait; further ones are counted as lost. */
  public static final int MAX_EVENTS = 256;

  /** How an endpoint learns that something waits. Called with the inbox locked; never waits. */
  public interface Signal {
    /** Tells what waits now; called whenever that changes, and perhaps when it does not. */
    void changed(boolean bells, boolean events);

    /** A bell has rung of a channel whose endpoint knows of no pending bells. */
    void pulse();
  }

  private final Clock clock;
  private final DelayedBells delays;
  private final BellCounters counters;

  // All guarded by this.
  private Signal signal;
  private final ArrayDeque<Bell> rung = new ArrayDeque<>();
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private int lost;

  /**
   * An empty inbox.
   *
   * @param clock by which rings are limited and timed
   * @param delays delivers the rings that have to wait for a token
   * @param counters counts what becomes of rings
   * @param signal is told what waits
   */
  public Inbox(Clock clock, DelayedBells delays, BellCounters counters, Signal signal) {
    this.clock = clock;
    this.delays = delays;
    this.counters = counters;
    this.signal = signal;
  }

  /** Another signal, which is told at once how things are. */
  public synchronized void signal(Signal other) {
    signal = other;
    changed();
  }

  /** Somebody rings. */
  synchronized void ring(Doorbell bell) {
    counters.rings.increment();
    Bell to = bell.to();
    to.received++;
    if (!to.joined) {
      counters.dropped.increment();
    } else if (to.pending || bell.delayed) {
      counters.coalesced.increment();
    } else {
      long now = clock.nanos();
      long wait = bell.bucket.take(now);
      if (wait == 0) {
        deliver(to, now);
      } else {
        bell.delayed = true;
        counters.delayed.increment();
        delays.add(now + wait, bell);
      }
    }
  }

  /** A token is there for a ring that had to wait. */
  synchronized void deliverDelayed(Doorbell bell) {
    bell.delayed = false;
    if (!bell.to().joined) {
      counters.dropped.increment();
    } else if (bell.to().pending) {
      counters.coalesced.increment();
    } else {
      long now = clock.nanos();
      bell.bucket.take(now);
      deliver(bell.to(), now);
    }
  }

  private void deliver(Bell to, long now) {
    counters.delivered.increment();
    to.delivered();
    if (to.pulsed()) {
      signal.pulse();
      return;
    }
    to.pending = true;
    to.pendingSince = now;
    rung.add(to);
    changed();
  }

  /** Takes the bell that has waited longest, or null. */
  public synchronized @Nullable Bell takeBell() {
    @Nullable Bell next = rung.poll();
    if (next != null) {
      taken(next);
    }
    return next;
  }

  /** Takes the bell of this channel, if it has rung. */
  public synchronized boolean takeBell(Bell of) {
    if (!of.pending) {
      return false;
    }
    rung.remove(of);
    taken(of);
    return true;
  }

  private void taken(Bell of) {
    of.pending = false;
    of.latency().add(clock.nanos() - of.pendingSince);
    changed();
  }

  /** Something has happened. */
  public synchronized void post(Event event) {
    if (events.size() == MAX_EVENTS) {
      lost = Math.min(lost, Integer.MAX_VALUE - 1) + 1;
    } else {
      events.add(event);
    }
    changed();
  }

  /** The next event, or null; a doorbell is one when there is no other. */
  public synchronized @Nullable Event takeEvent() {
    @Nullable Event next = events.poll();
    if (next == null && lost > 0) {
      next = new Event(Event.Kind.LOST, 0, 0, 0, 0, lost);
      lost = 0;
    }
    if (next != null) {
      changed();
      return next;
    }
    @Nullable Bell bell = takeBell();
    return bell == null ? null : bell.event();
  }

  /** Whether a bell has rung. */
  public synchronized boolean hasBells() {
    return !rung.isEmpty();
  }

  /** Whether an event waits that is no doorbell. */
  public synchronized boolean hasEvents() {
    return !events.isEmpty() || lost > 0;
  }

  /** The endpoint is no longer in this channel: its bell is taken away, and never rings again. */
  public synchronized void close(Bell left) {
    left.joined = false;
    if (left.pending) {
      left.pending = false;
      rung.remove(left);
    }
    changed();
  }

  /** Whether the endpoint has left the channel. */
  public synchronized boolean hasLeft(Bell of) {
    return !of.joined;
  }

  /** Forgets all events: the run to which they were of interest is over. */
  public synchronized void clearEvents() {
    events.clear();
    lost = 0;
    changed();
  }

  /** Returns the rings of a bell of this inbox so far. */
  public synchronized BellStatistics statistics(Bell of) {
    return new BellStatistics(
        of.received, of.delivered, of.percentileNanos(0.5), of.percentileNanos(0.99));
  }

  private void changed() {
    signal.changed(!rung.isEmpty(), !events.isEmpty() || lost > 0);
  }
}
