// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import tombolo.bench.JoinedGuests;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;

/**
 * Two VMs of this process, each with the guest {@code ring-bench}, and the ring in C between them
 * in a sectioned channel. The guests do what {@link Departures} and {@link Arrivals} do, by one
 * clock. Only Tombolo has guests.
 *
 * @param root the repository
 */
record TwoGuests(Path root) implements Setting {
  private static final int RECEIVER = 1;
  private static final int SENDER = 2;
  private static final long KEY = 1;
  private static final String CHANNEL = "messages";
  private static final DoorbellRate RATE = new DoorbellRate(1_000_000, 1_000_000);
  private static final List<Grant> GRANTS =
      List.of(
          new Grant.Publish(SENDER, KEY, KEY, 4L << 20, null, CHANNEL, RATE),
          new Grant.Subscribe(RECEIVER, SENDER, KEY, KEY, true, RATE));
  private static final Pattern RESULT =
      Pattern.compile("(\\d+) messages/s, p50 (\\d+) ns, p99 (\\d+) ns, p99\\.9 (\\d+) ns");

  @Override
  public String label() {
    return "guests";
  }

  @Override
  public String description() {
    return "two guests";
  }

  @Override
  public boolean takes(Contender contender, Size size) {
    return contender == Contender.TOMBOLO;
  }

  @Override
  public Measured measure(Contender contender, Size size, Effort effort)
      throws InterruptedException {
    String sends =
        "role=send bytes=%d rate=%d warm-up=%d stream=%d timed-warm-up=%d timed=%d"
            .formatted(
                size.bytes(),
                size.rate(),
                effort.warmUpNanos() / 1_000,
                effort.streamNanos() / 1_000,
                effort.timedWarmUpNanos() / 1_000,
                effort.timedNanos() / 1_000);
    // The receiver first: it says what is wrong with a message.
    try (JoinedGuests guests =
        new JoinedGuests(
            root,
            GRANTS,
            new JoinedGuests.Guest("ring-bench", "role=receive bytes=" + size.bytes()),
            new JoinedGuests.Guest("ring-bench", sends))) {
      guests.boot();
      guests.awaitEnd();
      double[] printed = guests.printed(RECEIVER, RESULT);
      return new Measured(printed[0], printed[1], printed[2], printed[3]);
    }
  }
}
