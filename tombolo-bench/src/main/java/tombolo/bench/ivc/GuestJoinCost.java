// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tombolo.bench.guest.JoinedGuests;
import tombolo.ivc.grant.Grant;

/** Measures what {@link JoinCost} does, but by guests through the device and by their clock. */
record GuestJoinCost(int rounds, Path root) implements IvcMeasurement {
  private static final Pattern PUBLISHED = Pattern.compile("publish (\\d+) ns, unpublish (\\d+)");
  private static final Pattern SUBSCRIBED =
      Pattern.compile("subscribe (\\d+) ns, unsubscribe (\\d+)");

  @Override
  public String name() {
    return "join and leave by guests";
  }

  @Override
  public void measure(IvcResults results) throws InterruptedException {
    List<Grant> grants = new ArrayList<>(JoinedGuests.channel("cost", 1, 2));
    grants.add(Grant.Publish.of(1, 2, 4096, null));
    try (JoinedGuests guests =
        new JoinedGuests(
            root,
            grants,
            new JoinedGuests.Guest("ivc-cost", "role=publish n=" + rounds),
            new JoinedGuests.Guest("ivc-cost", "role=subscribe n=" + rounds))) {
      guests.boot();
      guests.awaitEnd();
      double[] published = guests.printed(1, PUBLISHED);
      double[] subscribed = guests.printed(2, SUBSCRIBED);
      results.add("join.guest.publish", published[0], "ns/op");
      results.add("join.guest.subscribe", subscribed[0], "ns/op");
      results.add("join.guest.unsubscribe", subscribed[1], "ns/op");
      results.add("join.guest.unpublish", published[1], "ns/op");
    }
  }
}
