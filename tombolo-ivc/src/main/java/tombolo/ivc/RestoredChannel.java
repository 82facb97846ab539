// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.bell.Doorbell;
import tombolo.ivc.bell.TokenBucket;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.machine.state.StateReader;
import tombolo.memory.HostMemoryException;

/**
 * Reads one channel with who has joined it, for {@link RestoredDirectory}. With the directory
 * locked.
 */
final class RestoredChannel {
  private final Directory directory;
  private final StateReader in;
  private final long now;
  private final ChannelId id;
  private final IntFunction<Endpoint> members;

  /**
   * @param members returns the endpoint of an id, or throws
   */
  RestoredChannel(
      Directory directory, StateReader in, long now, ChannelId id, IntFunction<Endpoint> members) {
    this.directory = directory;
    this.in = in;
    this.now = now;
    this.id = id;
    this.members = members;
  }

  /** Reads the shape and makes the channel. */
  Channel create(long generation, Endpoint publisher) {
    Shape shape = shape();
    Grant.Publish grant = publishGrant();
    if ((grant.layout() != null && grant.layout() != shape.layout())
        || shape.total() > grant.maxSize()) {
      throw in.wrong("channel %s has a shape that is not granted: %s".formatted(id, shape));
    }
    @Nullable Status overQuota = publisher.account.refuses(shape.total());
    if (overQuota != null) {
      throw in.wrong("channel %s: %s".formatted(id, overQuota.words()));
    }
    try {
      Channel made = directory.channels.make(id, grant.name(), shape, publisher);
      made.number(generation);
      publisher.account.charge(shape.total());
      return made;
    } catch (HostMemoryException e) {
      throw in.wrong("channel %s: %s".formatted(id, e.getMessage()));
    }
  }

  private Shape shape() {
    Layout[] layouts = Layout.values();
    Layout layout = layouts[in.int32(0, layouts.length - 1)];
    try {
      return new Shape(layout, in.int64(), in.int32(), in.int64());
    } catch (RefusedException e) {
      throw in.wrong("channel %s: %s".formatted(id, e.getMessage()));
    }
  }

  private Grant.Publish publishGrant() {
    Grant.@Nullable Publish grant = directory.grants.toPublish(id.publisher(), id.key());
    if (grant == null) {
      throw in.wrong("nobody may publish channel " + id);
    }
    return grant;
  }

  /** Reads the rest. */
  void restore(Channel channel) {
    channel.restore(in);
    for (int left = in.int32(1, Integer.MAX_VALUE); left > 0; left--) {
      restoreSide(channel);
    }
    if ((channel.state == ChannelState.LIVE) != (channel.publisherSide != null)) {
      throw in.wrong("channel %s is %s".formatted(id, channel.state));
    }
    if (channel.publisherSide != null) {
      restoreDoorbells(channel, channel.publisherSide);
    }
  }

  private void restoreSide(Channel channel) {
    Endpoint endpoint = members.apply(in.int32());
    boolean publishes = in.flag();
    int handle = in.int32(1, Integer.MAX_VALUE);
    long place = in.int64();
    int section = in.int32();
    boolean pulsed = in.flag();
    boolean announced = in.flag();
    if (endpoint.membership.find(handle) != null) {
      throw in.wrong("%s has two channels of handle %d".formatted(endpoint.name(), handle));
    }
    if (pulsed && !(endpoint instanceof VmEndpoint)) {
      throw in.wrong("%s has joined by hypercall and is no VM".formatted(endpoint.name()));
    }
    Grant grant = publishes ? asPublisher(channel, endpoint) : asSubscriber(channel, endpoint);
    boolean writable = !(grant instanceof Grant.Subscribe its) || its.write();
    if (!fits(channel, endpoint, publishes, section, writable)) {
      throw in.wrong("%s has section %d of %s".formatted(endpoint.name(), section, id));
    }
    Attachment made =
        endpoint.attachment(
            new Attachment.Terms(endpoint, channel, grant, handle, section, writable, pulsed));
    made.announced = announced;
    try {
      endpoint.membership.restore(made, place);
    } catch (RefusedException e) {
      throw in.wrong("%s can't see %s at 0x%x".formatted(endpoint.name(), id, place));
    }
    endpoint.inbox.restore(made.bell, in);
  }

  private Grant asPublisher(Channel channel, Endpoint endpoint) {
    if (endpoint != channel.publisher || channel.publisherSide != null) {
      throw in.wrong("%s is not the publisher of %s".formatted(endpoint.name(), id));
    }
    return publishGrant();
  }

  private Grant asSubscriber(Channel channel, Endpoint endpoint) {
    Grant.@Nullable Subscribe grant = directory.grants.toSubscribe(endpoint.id(), id);
    if (grant == null || channel.subscribers.containsKey(endpoint)) {
      throw in.wrong("%s may not subscribe to %s".formatted(endpoint.name(), id));
    }
    return grant;
  }

  private static boolean fits(
      Channel channel, Endpoint endpoint, boolean publishes, int section, boolean writable) {
    if (publishes) {
      return section == 0;
    }
    if (channel.shape.layout() == Layout.RAW || !writable) {
      return section == Shape.NO_SECTION;
    }
    return section >= 1
        && section <= channel.shape.sections()
        && channel.owner(section) == endpoint.id();
  }

  private void restoreDoorbells(Channel channel, Attachment publisher) {
    for (Attachment subscriber : channel.subscribers.values()) {
      @Nullable Doorbell made =
          subscriber.grant.doorbell() == null ? null : publisher.doorbellTo(subscriber);
      if (in.flag() != (made != null)) {
        throw in.wrong("who may ring in %s is not as granted".formatted(id));
      }
      if (made != null) {
        made.restore(in, now);
        publisher.mayRingLocked(made);
      }
    }
    for (int left = in.int32(0, Integer.MAX_VALUE); left > 0; left--) {
      restoreToPublisher(channel, publisher);
    }
    for (Attachment subscriber : channel.subscribers.values()) {
      subscriber.mayRingLocked(
          channel.toPublisher(subscriber.endpoint, () -> subscriber.doorbellTo(publisher)));
    }
  }

  private void restoreToPublisher(Channel channel, Attachment publisher) {
    Endpoint subscriber = members.apply(in.int32());
    Grant.@Nullable Subscribe grant = directory.grants.toSubscribe(subscriber.id(), id);
    @Nullable DoorbellRate rate = grant == null ? null : grant.doorbell();
    if (rate == null) {
      throw in.wrong("%s may not ring in %s".formatted(subscriber.name(), id));
    }
    Doorbell made = new Doorbell(publisher.bell, new TokenBucket(rate, now));
    made.restore(in, now);
    if (channel.toPublisher(subscriber, () -> made) != made) {
      throw in.wrong("%s rings in %s twice".formatted(subscriber.name(), id));
    }
  }
}
