// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import tombolo.bench.guest.JoinedGuests;
import tombolo.ivc.HostChannel;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.grant.Grant;

/**
 * Measures how fast bytes go through a channel of a mebibyte: by the guest {@code stream}, with a
 * checksum over every word on both sides, and by a guest's plain copy loop. The host's {@code
 * memcpy} is measured for comparison.
 */
record Bandwidth(int bytes, Path root) implements IvcMeasurement {
  private static final int RING = (1 << 20) + 4096;
  private static final Pattern STREAMED = Pattern.compile(" (\\d+) ms, (\\d+) MiB/s");
  private static final Pattern COPIED =
      Pattern.compile("to the channel (\\d+) MiB/s, from it (\\d+) MiB/s");

  @Override
  public String name() {
    return "bandwidth";
  }

  @Override
  public void measure(IvcResults results) throws InterruptedException {
    double memcpy = memcpy();
    results.add("bandwidth.memcpy", memcpy, "MiB/s");
    add(results, "guest-guest", guestToGuest(), memcpy);
    add(results, "guest-host", guestToHost(), memcpy);
    add(results, "host-guest", hostToGuest(), memcpy);
    double[] copies = copies();
    add(results, "copy-to", copies[0], memcpy);
    add(results, "copy-from", copies[1], memcpy);
  }

  private static void add(IvcResults results, String name, double speed, double memcpy) {
    results.add("bandwidth." + name, speed, "MiB/s");
    results.add("bandwidth." + name + ".memcpy-ratio", speed / memcpy, "x");
  }

  private JoinedGuests.Guest stream(String role) {
    return new JoinedGuests.Guest(
        "stream", "role=%s bytes=%d size=%d".formatted(role, bytes, RING));
  }

  private double guestToGuest() throws InterruptedException {
    List<Grant> grants = JoinedGuests.channel("stream", 1, 2);
    try (JoinedGuests guests = new JoinedGuests(root, grants, stream("send"), stream("receive"))) {
      guests.boot();
      guests.awaitEnd();
      return guests.printed(2, STREAMED)[1];
    }
  }

  private double guestToHost() throws InterruptedException {
    List<Grant> grants = JoinedGuests.channel("stream", 1, JoinedGuests.HOST);
    try (JoinedGuests guests = new JoinedGuests(root, grants, stream("send"))) {
      guests.boot();
      double speed = new StreamEnd(guests.hostJoins(1)).receive();
      guests.awaitEnd();
      return speed;
    }
  }

  private double hostToGuest() throws InterruptedException {
    List<Grant> grants = JoinedGuests.channel("stream", JoinedGuests.HOST, 1);
    try (JoinedGuests guests = new JoinedGuests(root, grants, stream("receive"))) {
      HostChannel channel = guests.host().publish(JoinedGuests.KEY, Shape.raw(RING));
      guests.boot();
      new StreamEnd(channel).send(bytes);
      guests.awaitEnd();
      return guests.printed(1, STREAMED)[1];
    }
  }

  /** Returns the speeds of copies to the channel and from it. */
  private double[] copies() throws InterruptedException {
    // Many, so that the guest's loop is compiled for most of them.
    int rounds = bytes >> 16;
    JoinedGuests.Guest guest = new JoinedGuests.Guest("ivc-cost", "role=copy n=" + rounds);
    List<Grant> grants = JoinedGuests.channel("cost", 1, JoinedGuests.HOST);
    try (JoinedGuests guests = new JoinedGuests(root, grants, guest)) {
      guests.boot();
      guests.awaitEnd();
      return guests.printed(1, COPIED);
    }
  }

  private double memcpy() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(1 << 20);
      MemorySegment to = arena.allocate(1 << 20);
      from.fill((byte) 1);
      to.copyFrom(from);
      long start = System.nanoTime();
      for (int done = 0; done < bytes; done += 1 << 20) {
        to.copyFrom(from);
      }
      return StreamEnd.mebibytes(bytes, System.nanoTime() - start);
    }
  }
}
