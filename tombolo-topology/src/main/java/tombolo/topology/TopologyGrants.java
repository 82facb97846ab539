// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.memory.Access;

/**
 * Turns channels into grants: for each channel one to its publisher and one to each subscriber. A
 * bridge is one of these, for this channel alone.
 */
final class TopologyGrants {
  /** An endpoint that has rested may ring at once what its rate allows in 1 / 100 s. */
  private static final int BURST_SECONDS_DIVISOR = 100;

  private TopologyGrants() {}

  static Grants of(Topology topology) {
    List<Grant> grants = new ArrayList<>();
    int position = 0;
    for (ChannelSpec channel : topology.channels()) {
      int bridge = BridgeSpec.idAt(position++);
      int publisher = channel.isFromAnotherHost() ? bridge : topology.vm(channel.publisher()).id();
      DoorbellRate rate = rate(channel);
      grants.add(
          new Grant.Publish(
              publisher,
              channel.key(),
              channel.key(),
              channel.bytes(),
              layout(channel),
              channel.name(),
              rate));
      for (SubscriberSpec subscriber : channel.subscribers()) {
        grants.add(
            new Grant.Subscribe(
                topology.vm(subscriber.vm()).id(),
                publisher,
                channel.key(),
                channel.key(),
                subscriber.access() == Access.READ_WRITE,
                subscriber.doorbell() ? rate : null));
      }
      if (channel.bridge() instanceof BridgeSpec.To) {
        grants.add(
            new Grant.Subscribe(bridge, publisher, channel.key(), channel.key(), true, rate));
      }
    }
    return new Grants(grants);
  }

  private static Layout layout(ChannelSpec channel) {
    return switch (channel.layout()) {
      case RAW -> Layout.RAW;
      case SECTIONED -> Layout.SECTIONED;
    };
  }

  private static @Nullable DoorbellRate rate(ChannelSpec channel) {
    int perSecond = channel.doorbellRate();
    return channel.doorbell()
        ? new DoorbellRate(perSecond, Math.max(perSecond / BURST_SECONDS_DIVISOR, 1))
        : null;
  }
}
