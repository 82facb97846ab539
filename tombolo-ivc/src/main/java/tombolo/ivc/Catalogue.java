// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelInfo;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Listing;
import tombolo.ivc.abi.Peer;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Grant;

/**
 * One endpoint's view of the channels of its directory: those that it has joined, and those that it
 * may join. Guarded by the directory's lock.
 */
final class Catalogue {
  /** The channels that one step of a listing looks at, so that none holds the lock for long. */
  private static final int LISTING_STEP = 256;

  private final Endpoint endpoint;

  Catalogue(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** Returns the live channel of this id, or the youngest that the endpoint has joined. */
  ChannelInfo find(ChannelId id) {
    if (!mayPublish(id) && !maySubscribe(id)) {
      throw endpoint.refusal(Status.NOT_GRANTED, "look up", id);
    }
    @Nullable Channel live = endpoint.directory.channels.live(id);
    if (live != null) {
      return info(live);
    }
    @Nullable Attachment joined = endpoint.membership.newest(id);
    if (joined == null) {
      throw endpoint.refusal(Status.NO_SUCH_CHANNEL, "look up", id);
    }
    return info(joined.channel);
  }

  /** Returns the next channel by generation. */
  Listing<ChannelInfo> list(long cursor) {
    long at = Math.max(cursor, 0);
    for (int i = 0; i < LISTING_STEP; i++) {
      @Nullable Channel next = endpoint.directory.channels.after(at);
      if (next == null) {
        return Listing.end(at);
      }
      at = next.generation;
      boolean joinable = next.state == ChannelState.LIVE && maySubscribe(next.id);
      if (joinable || mine(next) != null) {
        return Listing.of(info(next), at);
      }
    }
    return Listing.again(at);
  }

  /** Returns the next member of a channel by id, leaving out the endpoint itself. */
  Listing<Peer> peers(Channel channel, long cursor) {
    @Nullable Attachment next = null;
    for (Attachment each : everybody(channel)) {
      int other = each.endpoint.id();
      boolean further = other > cursor && other != endpoint.id();
      if (further && (next == null || other < next.endpoint.id())) {
        next = each;
      }
    }
    return next == null
        ? Listing.end(cursor)
        : Listing.of(new Peer(next.endpoint.id(), next.section()), next.endpoint.id());
  }

  private static List<Attachment> everybody(Channel channel) {
    List<Attachment> all = new ArrayList<>(channel.subscribers.values());
    if (channel.publisherSide != null) {
      all.add(channel.publisherSide);
    }
    return all;
  }

  private boolean mayPublish(ChannelId id) {
    return id.publisher() == endpoint.id()
        && endpoint.directory.grants.toPublish(endpoint.id(), id.key()) != null;
  }

  private boolean maySubscribe(ChannelId id) {
    return endpoint.directory.grants.toSubscribe(endpoint.id(), id) != null;
  }

  private @Nullable Attachment mine(Channel channel) {
    return channel.publisher == endpoint
        ? channel.publisherSide
        : channel.subscribers.get(endpoint);
  }

  private ChannelInfo info(Channel channel) {
    @Nullable Attachment mine = mine(channel);
    Grant.@Nullable Subscribe grant =
        endpoint.directory.grants.toSubscribe(endpoint.id(), channel.id);
    boolean writable = mine == null ? grant != null && grant.write() : mine.writable();
    return new ChannelInfo(
        channel.id,
        channel.name,
        channel.generation,
        channel.shape,
        channel.state,
        writable,
        mine == null ? 0 : mine.handle());
  }
}
