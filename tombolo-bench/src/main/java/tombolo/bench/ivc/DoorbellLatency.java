// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.nio.file.Path;
import java.time.Duration;
import tombolo.bench.guest.CommonClock;
import tombolo.bench.guest.JoinedGuests;
import tombolo.memory.GuestMemory;

/**
 * Rings one doorbell again and again. A ring's time goes from before the ringer's store to the
 * first instruction of the listener's interrupt handler, or to the return of {@code awaitDoorbell}
 * to Java code. Both read the same clock. The guests are suspended between two slices.
 */
final class DoorbellLatency implements SliceContender {
  // What bell-bench leaves in its VM's memory.
  private static final long NOTED = 0x8100_0008L;
  private static final long NOTES = 0x8100_0040L;

  /** More rings than any run has time for. */
  private static final int ENDLESS = 2_000_000_000;

  private static final Duration BOOT_LIMIT = Duration.ofMinutes(1);

  private final DoorbellWay way;
  private final JoinedGuests guests;
  private final Bell bell;

  /** Where the bell is heard, and what Java code does of it. */
  private sealed interface Bell {
    /** A guest rings, a guest hears. */
    record BetweenGuests(GuestMemory listener) implements Bell {}

    /** Java code rings, a guest hears. */
    record ByHost(BellChannel ringer, GuestMemory listener) implements Bell {}

    /** A guest rings, Java code hears. */
    record ToHost(BellChannel listener) implements Bell {}
  }

  private DoorbellLatency(DoorbellWay way, JoinedGuests guests, Bell bell) {
    this.way = way;
    this.guests = guests;
    this.bell = bell;
  }

  /** Boots the guests, and suspends them when they are ready for the first slice. */
  static DoorbellLatency open(DoorbellWay way, Path root) throws InterruptedException {
    JoinedGuests.Guest ringer =
        new JoinedGuests.Guest(
            "bell-bench", "role=ring n=%d gap=%d".formatted(ENDLESS, way.gapMicros()));
    JoinedGuests.Guest hears =
        new JoinedGuests.Guest("bell-bench", way.awake() ? "role=listen awake" : "role=listen");
    JoinedGuests guests =
        switch (way.ends()) {
          case GUEST_GUEST ->
              new JoinedGuests(root, JoinedGuests.channel("bell", 1, 2), ringer, hears);
          case HOST_GUEST ->
              new JoinedGuests(root, JoinedGuests.channel("bell", JoinedGuests.HOST, 1), hears);
          case GUEST_HOST ->
              new JoinedGuests(root, JoinedGuests.channel("bell", 1, JoinedGuests.HOST), ringer);
        };
    boolean opened = false;
    try {
      DoorbellLatency made = new DoorbellLatency(way, guests, boot(way, guests));
      guests.suspend();
      opened = true;
      return made;
    } finally {
      if (!opened) {
        guests.close();
      }
    }
  }

  private static Bell boot(DoorbellWay way, JoinedGuests guests) throws InterruptedException {
    return switch (way.ends()) {
      case GUEST_GUEST -> {
        guests.boot();
        GuestMemory listener = guests.vm(2).memory();
        guests.awaitRings(1, BOOT_LIMIT);
        yield new Bell.BetweenGuests(listener);
      }
      case HOST_GUEST -> {
        BellChannel channel = BellChannel.publish(guests);
        guests.boot();
        channel.awaitListener();
        yield new Bell.ByHost(channel, guests.vm(1).memory());
      }
      case GUEST_HOST -> {
        guests.boot();
        BellChannel channel = BellChannel.subscribe(guests);
        channel.awaitRinger();
        yield new Bell.ToHost(channel);
      }
    };
  }

  @Override
  public String name() {
    return "doorbell " + way.name();
  }

  @Override
  public EventTimes run(long nanos) throws InterruptedException {
    double[] micros =
        switch (bell) {
          case Bell.BetweenGuests(GuestMemory listener) ->
              noted(listener, LEAD_IN_NANOS, nanos, DoorbellLatency::sleep);
          case Bell.ByHost(BellChannel ringer, GuestMemory listener) ->
              noted(listener, LEAD_IN_NANOS, nanos, time -> ringer.ring(time, way.gapMicros()));
          case Bell.ToHost(BellChannel listener) -> {
            guests.resume();
            listener.listen(LEAD_IN_NANOS);
            double[] heard = listener.listen(nanos);
            guests.suspend();
            yield heard;
          }
        };
    return EventTimes.of(micros, nanos);
  }

  /** What the host does for some nanoseconds while a guest takes notes. */
  @FunctionalInterface
  private interface Meanwhile {
    void pass(long nanos) throws InterruptedException;
  }

  /**
   * Returns the listening guest's notes of the time behind the lead-in. The last one is left out,
   * which the guest may not have written to its end. The first of the lead-in may have been under
   * way when the guests were suspended.
   */
  private double[] noted(GuestMemory listener, long leadIn, long nanos, Meanwhile meanwhile)
      throws InterruptedException {
    listener.writeLong(NOTED, 0);
    guests.resume();
    meanwhile.pass(leadIn);
    long from = Math.max(1, listener.readLong(NOTED));
    meanwhile.pass(nanos);
    guests.suspend();
    long to = listener.readLong(NOTED) - 1;
    double[] micros = new double[(int) Math.max(0, to - from)];
    for (int i = 0; i < micros.length; i++) {
      micros[i] = CommonClock.micros(listener.readInt(NOTES + Integer.BYTES * (from + i)));
    }
    return micros;
  }

  private static void sleep(long nanos) throws InterruptedException {
    Thread.sleep(Duration.ofNanos(nanos));
  }

  @Override
  public void close() {
    guests.close();
  }
}
