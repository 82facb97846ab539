// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.nio.file.Path;
import java.time.Duration;
import tombolo.bench.guest.JoinedGuests;

/**
 * Counts the round trips of the guests {@code ping} and {@code pong}, which both sleep in between.
 * A round trip is two rings. The guests are suspended between two slices.
 */
final class GuestPingPong implements SliceContender {
  private final JoinedGuests guests;

  private GuestPingPong(JoinedGuests guests) {
    this.guests = guests;
  }

  /** Boots the guests, and suspends them when they play. */
  static GuestPingPong open(Path root) throws InterruptedException {
    // As a warm-up they play on without noting anything.
    JoinedGuests guests =
        new JoinedGuests(
            root,
            JoinedGuests.channel("ball", 1, 2),
            new JoinedGuests.Guest("ping", "n=1 warmup=1000000000000"),
            new JoinedGuests.Guest("pong", ""));
    boolean opened = false;
    try {
      guests.boot();
      guests.awaitRings(2, Duration.ofMinutes(1));
      guests.suspend();
      opened = true;
      return new GuestPingPong(guests);
    } finally {
      if (!opened) {
        guests.close();
      }
    }
  }

  @Override
  public String name() {
    return "ping and pong";
  }

  @Override
  public EventTimes run(long nanos) throws InterruptedException {
    guests.resume();
    Thread.sleep(Duration.ofNanos(LEAD_IN_NANOS));
    long rings = guests.rings();
    long begin = System.nanoTime();
    Thread.sleep(Duration.ofNanos(nanos));
    rings = guests.rings() - rings;
    long took = System.nanoTime() - begin;
    guests.suspend();
    return EventTimes.ofCount(rings / 2, took);
  }

  @Override
  public void close() {
    guests.close();
  }
}
