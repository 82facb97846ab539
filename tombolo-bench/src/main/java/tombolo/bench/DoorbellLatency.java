// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import tombolo.ivc.grant.Grant;
import tombolo.memory.GuestMemory;

/**
 * One way of a doorbell: from before the ringer's store to the first instruction of the listener's
 * interrupt handler, or until {@code awaitDoorbell} returns to Java code. Both read the same clock.
 * The first third of the rings isn't counted.
 */
record DoorbellLatency(Way way, int rings, Path root) implements IvcMeasurement {
  /** Who rings whom. */
  enum Ends {
    GUEST_GUEST,
    HOST_GUEST,
    GUEST_HOST
  }

  /**
   * @param gapMicros from a ring's being heard to the next one
   * @param awake whether the listening guest loops instead of sleeping
   */
  record Way(String name, Ends ends, int gapMicros, boolean awake) {}

  static final List<Way> WAYS =
      List.of(
          new Way("guest-guest.back-to-back", Ends.GUEST_GUEST, 0, false),
          new Way("guest-guest.20us", Ends.GUEST_GUEST, 20, false),
          new Way("guest-guest.100us", Ends.GUEST_GUEST, 100, false),
          new Way("guest-guest.1ms", Ends.GUEST_GUEST, 1_000, false),
          new Way("guest-guest.awake-20us", Ends.GUEST_GUEST, 20, true),
          new Way("host-guest.20us", Ends.HOST_GUEST, 20, false),
          new Way("host-guest.1ms", Ends.HOST_GUEST, 1_000, false),
          new Way("guest-host.20us", Ends.GUEST_HOST, 20, false),
          new Way("guest-host.1ms", Ends.GUEST_HOST, 1_000, false));

  private static final long SHARED_WORDS = 0x8100_0000L;

  @Override
  public String name() {
    return "doorbell " + way.name;
  }

  @Override
  public void measure(IvcResults results) throws InterruptedException {
    double[] micros =
        switch (way.ends) {
          case GUEST_GUEST -> guestToGuest();
          case HOST_GUEST -> hostToGuest();
          case GUEST_HOST -> guestToHost();
        };
    double[] warm = Arrays.copyOfRange(micros, micros.length / 3, micros.length);
    Arrays.sort(warm);
    results.addPercentiles("doorbell." + way.name, warm, "us");
  }

  private JoinedGuests.Guest ringer() {
    return new JoinedGuests.Guest(
        "bell-bench", "role=ring n=%d gap=%d".formatted(rings, way.gapMicros));
  }

  private JoinedGuests.Guest listener() {
    return new JoinedGuests.Guest("bell-bench", way.awake ? "role=listen awake" : "role=listen");
  }

  private double[] guestToGuest() throws InterruptedException {
    List<Grant> grants = JoinedGuests.channel("bell", 1, 2);
    try (JoinedGuests guests = new JoinedGuests(root, grants, ringer(), listener())) {
      guests.boot();
      guests.awaitEnd();
      return notes(guests, 2);
    }
  }

  private double[] hostToGuest() throws InterruptedException {
    List<Grant> grants = JoinedGuests.channel("bell", JoinedGuests.HOST, 1);
    try (JoinedGuests guests = new JoinedGuests(root, grants, listener())) {
      BellChannel bell = BellChannel.publish(guests);
      guests.boot();
      bell.ring(rings, way.gapMicros);
      guests.awaitEnd();
      return notes(guests, 1);
    }
  }

  private double[] guestToHost() throws InterruptedException {
    List<Grant> grants = JoinedGuests.channel("bell", 1, JoinedGuests.HOST);
    try (JoinedGuests guests = new JoinedGuests(root, grants, ringer())) {
      guests.boot();
      double[] micros = BellChannel.subscribe(guests).listen(rings);
      guests.awaitEnd();
      return micros;
    }
  }

  private double[] notes(JoinedGuests guests, int listener) {
    GuestMemory memory = guests.vm(listener).memory();
    long noted = memory.readLong(SHARED_WORDS + 8);
    if (noted != rings) {
      throw new BenchmarkException("%d rings, but %d heard".formatted(rings, noted));
    }
    double[] micros = new double[rings];
    for (int i = 0; i < rings; i++) {
      micros[i] = CommonClock.micros(memory.readInt(SHARED_WORDS + 0x40 + 4L * i));
    }
    return micros;
  }
}
