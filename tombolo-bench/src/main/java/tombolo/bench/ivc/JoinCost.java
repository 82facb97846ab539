// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.nio.file.Path;
import java.util.Arrays;
import tombolo.bench.guest.JoinedGuests;
import tombolo.ivc.VmChannel;
import tombolo.ivc.VmEndpoint;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Shape;

/**
 * Measures how long it takes to publish a channel of a page from one VM to another by the Java API,
 * to subscribe to it, and to leave it again; medians. When a call returns, the memory is mapped in
 * the VM, or its vCPU can no longer reach it.
 *
 * @param guest the guest that both VMs run meanwhile: {@code idle}, or {@code spin-word}. Calls
 *     that take memory away have to wait for the vCPU of the latter
 */
record JoinCost(String guest, int rounds, Path root) implements IvcMeasurement {
  @Override
  public String name() {
    return "join and leave beside " + guest;
  }

  @Override
  public void measure(IvcResults results) {
    JoinedGuests.Guest running = new JoinedGuests.Guest(guest, "");
    try (JoinedGuests guests =
        new JoinedGuests(root, JoinedGuests.channel("cost", 1, 2), running, running)) {
      guests.boot();
      VmEndpoint publisher = guests.endpoint(1);
      VmEndpoint subscriber = guests.endpoint(2);
      ChannelId id = new ChannelId(1, JoinedGuests.KEY);
      long[][] nanos = new long[4][rounds];
      for (int i = -rounds; i < rounds; i++) {
        long start = System.nanoTime();
        VmChannel published = publisher.publish(JoinedGuests.KEY, Shape.raw(4096));
        long live = System.nanoTime();
        VmChannel subscribed = subscriber.subscribe(id);
        long joined = System.nanoTime();
        subscriber.unsubscribe(subscribed);
        long left = System.nanoTime();
        publisher.unpublish(published);
        long over = System.nanoTime();
        if (i >= 0) { // the first half warms up, and the guests boot meanwhile
          nanos[0][i] = live - start;
          nanos[1][i] = joined - live;
          nanos[2][i] = left - joined;
          nanos[3][i] = over - left;
        }
      }
      String[] what = {"publish", "subscribe", "unsubscribe", "unpublish"};
      for (int i = 0; i < what.length; i++) {
        String name = "join.%s.%s".formatted(guest, what[i]);
        Arrays.sort(nanos[i]);
        results.add(name, (double) nanos[i][rounds / 2], "ns/op");
      }
    }
  }
}
