// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.bell.BellStatistics;
import tombolo.ivc.grant.Quota;
import tombolo.ring.RingView;

/**
 * A directory at one moment, for people and programs that look on. Immutable.
 *
 * @param endpoints by id
 * @param channels by generation
 * @param rings all rings so far
 * @param delivered rings that made a bell ring, or sent a pulse
 * @param coalesced rings that found the bell rung already, or a ring waiting
 * @param delayed rings that had to wait for a token; they are delivered, coalesced or dropped later
 * @param dropped rings whose target had left meanwhile
 * @param heldBytes memory of channels that is not free: that of {@code channels}, and of those that
 *     a mapping could not be removed from
 */
public record DirectorySnapshot(
    List<EndpointRow> endpoints,
    List<ChannelRow> channels,
    long rings,
    long delivered,
    long coalesced,
    long delayed,
    long dropped,
    long heldBytes) {

  /**
   * An endpoint.
   *
   * @param id its id
   * @param name its name
   * @param vm whether it is a VM
   * @param publishedChannels on its account
   * @param publishedBytes on its account
   * @param quota the most of both
   * @param joined how many channels it has joined now, its own included
   * @param refused how often it was refused something
   */
  public record EndpointRow(
      int id,
      String name,
      boolean vm,
      int publishedChannels,
      long publishedBytes,
      Quota quota,
      int joined,
      long refused) {}

  /**
   * A channel and who has joined it, the publisher first if it is still there.
   *
   * @param ring the ring of messages in it, or the two of a region v3; null if the host sees none.
   *     docs/ring-format.md says where it would be
   */
  public record ChannelRow(
      ChannelId id,
      String publisher,
      @Nullable String name,
      long generation,
      Shape shape,
      ChannelState state,
      List<Side> sides,
      @Nullable RingView ring) {}

  /**
   * A member of a channel.
   *
   * @param endpoint its id
   * @param name its name
   * @param role publisher or subscriber
   * @param gpa where a VM sees the channel; empty for others, and while the window is off
   * @param writable whether it may write
   * @param section its section, or {@link Shape#NO_SECTION}
   * @param received rings that came for it
   * @param delivered rings that became a bell or a pulse
   * @param p50Nanos from ring to taking, half of all times are at most this; 0 if none was taken
   * @param p99Nanos the same for 99 of 100
   */
  public record Side(
      int endpoint,
      String name,
      Role role,
      OptionalLong gpa,
      boolean writable,
      int section,
      long received,
      long delivered,
      long p50Nanos,
      long p99Nanos) {}

  /** Takes a snapshot. With the directory locked. */
  static DirectorySnapshot of(
      List<Endpoint> endpoints, List<Channel> channels, Directory directory) {
    return new DirectorySnapshot(
        endpoints.stream().map(DirectorySnapshot::row).toList(),
        channels.stream().map(DirectorySnapshot::row).toList(),
        directory.counters.rings.sum(),
        directory.counters.delivered.sum(),
        directory.counters.coalesced.sum(),
        directory.counters.delayed.sum(),
        directory.counters.dropped.sum(),
        directory.channels.pool.bytes());
  }

  private static EndpointRow row(Endpoint endpoint) {
    return new EndpointRow(
        endpoint.id(),
        endpoint.name(),
        endpoint instanceof VmEndpoint,
        endpoint.account.channels(),
        endpoint.account.bytes(),
        endpoint.quota(),
        endpoint.membership.all().size(),
        endpoint.refused());
  }

  private static ChannelRow row(Channel channel) {
    List<Side> sides = new ArrayList<>();
    if (channel.publisherSide != null) {
      sides.add(side(channel.publisherSide));
    }
    channel.subscribers.values().forEach(subscriber -> sides.add(side(subscriber)));
    return new ChannelRow(
        channel.id,
        channel.publisher.name(),
        channel.name,
        channel.generation,
        channel.shape,
        channel.state,
        List.copyOf(sides),
        channel.ring().orElse(null));
  }

  private static Side side(Attachment of) {
    OptionalLong gpa = of instanceof VmChannel inVm ? inVm.gpa() : OptionalLong.empty();
    BellStatistics rings = of.endpoint.inbox.statistics(of.bell);
    return new Side(
        of.endpoint.id(),
        of.endpoint.name(),
        of.role(),
        gpa,
        of.writable(),
        of.section(),
        rings.received(),
        rings.delivered(),
        rings.p50Nanos(),
        rings.p99Nanos());
  }
}
