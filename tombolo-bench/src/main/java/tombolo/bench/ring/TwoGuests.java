// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import tombolo.bench.guest.JoinedGuests;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Size;
import tombolo.bench.ring.fork.Effort;
import tombolo.bench.suite.Report;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;

/**
 * Two VMs of this process, each with the guest {@code ring-bench}, and the ring in C between them
 * in a sectioned channel. The guests send and check messages as the ends of a fork do, and read one
 * clock. Only Tombolo has guests.
 *
 * @param root the repository
 */
record TwoGuests(Path root) implements Setting {
  private static final int RECEIVER = 1;
  private static final int SENDER = 2;

  /** The number of parts of the guest's stream; it prints the median of their rates. */
  private static final int PARTS = 20;

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

  /**
   * Returns what the sender's command line says of how long it sends, and how fast.
   *
   * @param warmUp microseconds
   */
  static String schedule(Size size, Effort effort, int warmUp) {
    int slice = effort.sliceMicros();
    return "rate=%d warm-up=%d stream=%d timed-warm-up=%d timed=%d"
        .formatted(
            effort.rate(size), warmUp, PARTS * slice, effort.warmUps() * slice / 4, PARTS * slice);
  }

  /** Boots both VMs for one run; there is nobody to take turns with. */
  @Override
  public void measure(
      List<Contender> contenders,
      Size size,
      Effort effort,
      int slices,
      ResultTable results,
      Report report)
      throws InterruptedException {
    String sends =
        "role=send bytes=%d %s"
            .formatted(
                size.bytes(), schedule(size, effort, effort.warmUps() * effort.sliceMicros()));
    // The receiver comes first, because it reports what is wrong with a message.
    try (JoinedGuests guests =
        new JoinedGuests(
            root,
            GRANTS,
            new JoinedGuests.Guest("ring-bench", "role=receive bytes=" + size.bytes()),
            new JoinedGuests.Guest("ring-bench", sends))) {
      guests.boot();
      guests.awaitEnd();
      double[] printed = guests.printed(RECEIVER, RESULT);
      Row row = results.row(Contender.TOMBOLO);
      row.rates().add(new Slice(printed[0], true));
      row.p50s().add(new Slice(printed[1], true));
      row.p99s().add(printed[2]);
      row.p999s().add(printed[3]);
    }
  }
}
