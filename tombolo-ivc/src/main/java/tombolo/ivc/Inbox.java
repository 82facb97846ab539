// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
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
final class Inbox {
  static final int MAX_EVENTS = 256;

  /** How an endpoint learns that something waits. Called with the inbox locked; never waits. */
  interface Signal {
    /** Tells what waits now; called whenever that changes, and perhaps when it does not. */
    void changed(boolean bells, boolean events);

    /** A bell has rung of a channel whose endpoint knows of no pending bells. */
    void pulse();
  }

  /** What has become of all rings in a directory. */
  static final class Counters {
    final LongAdder rings = new LongAdder();
    final LongAdder delivered = new LongAdder();
    final LongAdder coalesced = new LongAdder();
    final LongAdder delayed = new LongAdder();
    final LongAdder dropped = new LongAdder();
  }

  private final Clock clock;
  private final DelayedBells delays;
  private final Counters counters;

  // All guarded by this.
  private Signal signal;
  private final ArrayDeque<Attachment> rung = new ArrayDeque<>();
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private int lost;

  Inbox(Clock clock, DelayedBells delays, Counters counters, Signal signal) {
    this.clock = clock;
    this.delays = delays;
    this.counters = counters;
    this.signal = signal;
  }

  /** Another signal, which is told at once how things are. */
  synchronized void signal(Signal other) {
    signal = other;
    changed();
  }

  /** Somebody rings. */
  synchronized void ring(Doorbell bell) {
    counters.rings.increment();
    Attachment to = bell.to;
    to.received++;
    if (!to.joined) {
      counters.dropped.increment();
    } else if (to.bellPending || bell.delayed) {
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
    if (!bell.to.joined) {
      counters.dropped.increment();
    } else if (bell.to.bellPending) {
      counters.coalesced.increment();
    } else {
      long now = clock.nanos();
      bell.bucket.take(now);
      deliver(bell.to, now);
    }
  }

  private void deliver(Attachment to, long now) {
    counters.delivered.increment();
    to.delivered++;
    ChannelEvents.rang(to, to.delivered);
    if (to.pulsed) {
      signal.pulse();
      return;
    }
    to.bellPending = true;
    to.pendingSince = now;
    rung.add(to);
    changed();
  }

  /** Takes the bell that has waited longest, or null. */
  synchronized @Nullable Attachment takeBell() {
    @Nullable Attachment next = rung.poll();
    if (next != null) {
      taken(next);
    }
    return next;
  }

  /** Takes the bell of this channel, if it has rung. */
  synchronized boolean takeBell(Attachment of) {
    if (!of.bellPending) {
      return false;
    }
    rung.remove(of);
    taken(of);
    return true;
  }

  private void taken(Attachment of) {
    of.bellPending = false;
    of.latency().add(clock.nanos() - of.pendingSince);
    changed();
  }

  /** Something has happened. */
  synchronized void post(Event event) {
    if (events.size() == MAX_EVENTS) {
      lost = Math.min(lost, Integer.MAX_VALUE - 1) + 1;
    } else {
      events.add(event);
    }
    changed();
  }

  /** The next event, or null; a doorbell is one when there is no other. */
  synchronized @Nullable Event takeEvent() {
    @Nullable Event next = events.poll();
    if (next == null && lost > 0) {
      next = new Event(Event.Kind.LOST, 0, 0, 0, 0, lost);
      lost = 0;
    }
    if (next != null) {
      changed();
      return next;
    }
    @Nullable Attachment bell = takeBell();
    return bell == null ? null : bell.event(Event.Kind.DOORBELL, 0);
  }

  /** Whether a bell has rung. */
  synchronized boolean hasBells() {
    return !rung.isEmpty();
  }

  /** Whether an event waits that is no doorbell. */
  synchronized boolean hasEvents() {
    return !events.isEmpty() || lost > 0;
  }

  /** The endpoint is no longer in this channel: its bell is taken away, and never rings again. */
  synchronized void close(Attachment left) {
    left.joined = false;
    if (left.bellPending) {
      left.bellPending = false;
      rung.remove(left);
    }
    changed();
  }

  /** Whether the endpoint has left the channel. */
  synchronized boolean hasLeft(Attachment of) {
    return !of.joined;
  }

  /** Forgets all events: the run to which they were of interest is over. */
  synchronized void clearEvents() {
    events.clear();
    lost = 0;
    changed();
  }

  /** Has the signal told once more, because what it makes of it has changed. */
  synchronized void tellAgain() {
    changed();
  }

  private void changed() {
    signal.changed(!rung.isEmpty(), !events.isEmpty() || lost > 0);
  }
}
