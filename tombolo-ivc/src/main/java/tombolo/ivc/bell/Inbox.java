// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.Event;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Mishaps;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * The doorbells that have rung and the events that wait for one endpoint. Thread-safe by its own
 * lock, which is held for a few instructions at a time. It guards the endpoint's {@link Bell}s and
 * the buckets of the {@link Doorbell}s that ring them, too; nobody else takes it.
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

  /** Tells an endpoint what waits. Called with the inbox locked; never waits. */
  public interface Signal {
    /** Tells what waits now; called whenever that changes, and perhaps when it does not. */
    void changed(boolean bells, boolean events);

    /** Tells that a bell has rung of a channel whose endpoint knows of no pending bells. */
    void pulse();

    /** Tells nobody. */
    Signal NONE =
        new Signal() {
          @Override
          public void changed(boolean bells, boolean events) {}

          @Override
          public void pulse() {}
        };
  }

  private final String owner;
  private final Clock clock;
  private final Mishaps mishaps;
  private final DelayedBells delays;
  private final BellCounters counters;

  // All guarded by this.
  private Signal signal;
  private final ArrayDeque<Bell> rung = new ArrayDeque<>();
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private int lost;

  /**
   * Makes an empty inbox.
   *
   * @param owner the endpoint's name
   * @param host by whose clock rings are limited and timed
   * @param delays delivers the rings that have to wait for a token
   * @param counters counts what becomes of rings
   * @param signal is told what waits
   */
  public Inbox(
      String owner, HostServices host, DelayedBells delays, BellCounters counters, Signal signal) {
    this.owner = owner;
    this.clock = host.clock();
    this.mishaps = host.mishaps();
    this.delays = delays;
    this.counters = counters;
    this.signal = signal;
  }

  /** Replaces the signal, and tells the new one at once what waits. */
  public synchronized void signal(Signal other) {
    signal = other;
    changed();
  }

  /** Takes a ring: the bell becomes pending, or the ring waits for a token. */
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
      long late = mishaps.strikes(Mishaps.Kind.LATE_BELL, owner);
      long wait = late > 0 ? late : bell.bucket.take(now); // a late ring takes its token later
      if (wait == 0) {
        deliver(to, now);
      } else {
        bell.delayed = true;
        counters.delayed.increment();
        delays.add(now + wait, bell);
      }
    }
  }

  /** Delivers a ring that had to wait, since a token is there. */
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

  /** Appends an event, or counts it as lost if too many wait. */
  public synchronized void post(Event event) {
    if (events.size() == MAX_EVENTS) {
      lost = Math.min(lost, Integer.MAX_VALUE - 1) + 1;
    } else {
      events.add(event);
    }
    changed();
  }

  /** Takes the next event, or null; a doorbell is one when there is no other. */
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

  /** Returns whether a bell has rung. */
  public synchronized boolean hasBells() {
    return !rung.isEmpty();
  }

  /** Returns whether an event waits that is no doorbell. */
  public synchronized boolean hasEvents() {
    return !events.isEmpty() || lost > 0;
  }

  /** Silences a bell for good, since the endpoint leaves the channel. */
  public synchronized void close(Bell left) {
    left.joined = false;
    if (left.pending) {
      left.pending = false;
      rung.remove(left);
    }
    changed();
  }

  /** Returns whether the endpoint has left the channel of this bell. */
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

  synchronized void save(Doorbell doorbell, StateWriter out, long now) {
    doorbell.bucket.save(out, now);
  }

  synchronized void restore(Doorbell doorbell, StateReader in, long now) {
    doorbell.bucket.restore(in, now);
  }

  /** Marks a ring as waiting for a token, in restored state. */
  synchronized void delay(Doorbell doorbell) {
    doorbell.delayed = true;
  }

  /** Returns whether a ring has somebody to ring. */
  synchronized boolean reaches(Doorbell doorbell) {
    return doorbell.to().joined;
  }

  /** Writes the state of a bell of this inbox. */
  public synchronized void save(Bell bell, StateWriter out) {
    bell.save(out, clock.nanos());
  }

  /** Reads the state of a bell of this inbox; {@link #restore(StateReader, Collection)} follows. */
  public synchronized void restore(Bell bell, StateReader in) {
    bell.restore(in, clock.nanos());
  }

  /** Writes what waits: events, and the order in which bells have rung. */
  public synchronized void save(StateWriter out) {
    out.number(rung.size());
    rung.forEach(bell -> out.number(bell.handle()));
    out.number(events.size());
    events.forEach(event -> save(event, out));
    out.number(lost);
  }

  private static void save(Event event, StateWriter out) {
    out.number(event.kind().code()).number(event.handle()).number(event.peer());
    out.number(event.key()).number(event.generation()).number(event.count());
  }

  /**
   * Reads what waits, and tells the signal.
   *
   * @param bells all of the endpoint's bells, with their state restored
   */
  public synchronized void restore(StateReader in, Collection<Bell> bells) {
    rung.clear();
    events.clear();
    Map<Integer, Bell> pending = new LinkedHashMap<>();
    bells.stream().filter(bell -> bell.pending).forEach(bell -> pending.put(bell.handle(), bell));
    for (int left = in.int32(pending.size(), pending.size()); left > 0; left--) {
      int handle = in.int32();
      @Nullable Bell bell = pending.remove(handle);
      if (bell == null) {
        throw in.wrong("the bell of handle %d has not rung".formatted(handle));
      }
      rung.add(bell);
    }
    for (int left = in.int32(0, MAX_EVENTS); left > 0; left--) {
      events.add(event(in));
    }
    lost = in.int32(0, Integer.MAX_VALUE);
    changed();
  }

  private static Event event(StateReader in) {
    Event.Kind[] kinds = Event.Kind.values();
    Event.Kind kind = kinds[in.int32(kinds[0].code(), kinds[kinds.length - 1].code()) - 1];
    return new Event(kind, in.int32(), in.int32(), in.int64(), in.int64(), in.int32());
  }

  private void changed() {
    signal.changed(!rung.isEmpty(), !events.isEmpty() || lost > 0);
  }
}
