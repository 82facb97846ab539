// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.nio.file.Path;
import java.util.regex.Pattern;
import tombolo.bench.guest.JoinedGuests;

/**
 * Plays {@code ping} and {@code pong} for the times of single round trips, by the guest's own
 * clock. Then counts stores to the doorbell that wait for nothing, and the interrupts that the peer
 * takes of them: fewer, because rings that wait are one ring.
 */
record DoorbellRates(int rounds, int flood, Path root) implements IvcMeasurement {
  private static final long SHARED_WORDS = 0x8100_0000L;
  private static final Pattern PLAYED =
      Pattern.compile(" a second, p50 ([0-9.]+) us, p99 ([0-9.]+) us");
  private static final Pattern RANG = Pattern.compile("rings, (\\d+) a second");

  @Override
  public String name() {
    return "rings a second";
  }

  @Override
  public void measure(IvcResults results) throws InterruptedException {
    String played = "n=%d warmup=%d".formatted(rounds, rounds / 2);
    try (JoinedGuests guests =
        new JoinedGuests(
            root,
            JoinedGuests.channel("ball", 1, 2),
            new JoinedGuests.Guest("ping", played),
            new JoinedGuests.Guest("pong", ""))) {
      guests.boot();
      guests.awaitEnd();
      double[] numbers = guests.printed(1, PLAYED);
      results.add("doorbell.round-trip.p50", numbers[0], "us");
      results.add("doorbell.round-trip.p99", numbers[1], "us");
    }
    try (JoinedGuests guests =
        new JoinedGuests(
            root,
            JoinedGuests.channel("bell", 1, 2),
            new JoinedGuests.Guest("bell-bench", "role=ring flood n=" + flood),
            new JoinedGuests.Guest("bell-bench", "role=listen"))) {
      guests.boot();
      guests.awaitEnd();
      double rate = guests.printed(1, RANG)[0];
      long taken = guests.vm(2).memory().readLong(SHARED_WORDS);
      results.add("doorbell.flood.rings", rate, "1/s");
      results.add("doorbell.flood.interrupts", rate * taken / flood, "1/s");
    }
  }
}
