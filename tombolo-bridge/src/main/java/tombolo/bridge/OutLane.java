// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import io.aeron.Aeron;
import java.util.List;
import tombolo.bridge.channel.ChannelSource;
import tombolo.bridge.stream.Outbound;
import tombolo.bridge.wire.Frame;
import tombolo.bridge.wire.Names;
import tombolo.bridge.wire.Status;
import tombolo.ivc.HostEndpoint;
import tombolo.topology.BridgeSpec;
import tombolo.topology.ChannelSpec;
import tombolo.topology.HostSpec;
import tombolo.topology.RemoteSpec;
import tombolo.topology.SocketAddressSpec;
import tombolo.topology.Topology;

/** A channel that goes to other hosts. For the bridges' worker. */
final class OutLane {
  private final String name;
  private final List<RemoteSpec> remotes;
  private final long hash;
  private final HostEndpoint endpoint;
  private final ChannelSource source;
  private final DataOutlet outlet;
  private final Outbound outbound;
  private String state = "";

  OutLane(
      Topology topology,
      HostSpec host,
      ChannelSpec channel,
      BridgeSpec.To bridge,
      HostEndpoint endpoint,
      long firstStream,
      Errors errors) {
    this.name = channel.name();
    this.hash = Frame.hash(name);
    this.endpoint = endpoint;
    this.remotes = bridge.hosts().stream().map(topology::remote).toList();
    List<SocketAddressSpec> addresses = remotes.stream().map(RemoteSpec::address).toList();
    this.source = new ChannelSource(endpoint, name, errors::once);
    this.outlet =
        new DataOutlet(
            "channel." + name,
            Uris.data(host, addresses, bridge.multicast()),
            Uris.copies(addresses, bridge.multicast()),
            Uris.dataStream(host.name(), name),
            errors);
    this.outbound =
        new Outbound(new Names(host.name(), name), bridge.hosts(), source, outlet, firstStream);
  }

  List<RemoteSpec> remotes() {
    return remotes;
  }

  boolean isFor(long channel) {
    return channel == hash;
  }

  void ensure(Aeron aeron, long now) {
    outlet.ensure(aeron, now);
  }

  void forget() {
    outlet.forget();
  }

  void changed() {
    source.changed();
  }

  int step(long now) {
    int work = outbound.step(now);
    if (!outbound.state().equals(state)) {
      state = outbound.state();
      BridgeEvents.changed(name, true, hosts(), state);
    }
    return work;
  }

  private String hosts() {
    return String.join(",", remotes.stream().map(RemoteSpec::name).toList());
  }

  boolean onStatus(Status status, long now) {
    return outbound.onStatus(status, now);
  }

  /** Says that nothing is to do until the ring's writer rings, or Aeron has room. */
  boolean sleep() {
    return outbound.isBlocked() || source.sleep();
  }

  void wake() {
    source.wake();
  }

  void leave(long now) {
    outbound.leave(now);
  }

  void close() {
    endpoint.close();
  }

  /**
   * Returns what an onlooker sees.
   *
   * @param strangers streams and frames refused at this host's address, for whatever channel
   */
  BridgeRow row(long strangers) {
    return BridgeRow.of(name, true, hosts(), outbound.state(), outbound.counters(), strangers);
  }
}
