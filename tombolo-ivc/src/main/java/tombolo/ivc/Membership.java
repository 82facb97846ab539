// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;

/**
 * The channels that one endpoint has joined and watches: notes who comes and goes, and tells the
 * peers. {@link Endpoint} checks who may do so, and {@link Passage} has the order of the steps.
 *
 * <p>Guarded by the directory's lock; {@link #find} alone is for any thread.
 */
final class Membership {
  /** The most watches: a grant can be for more keys than the host has memory for watches. */
  static final int MAX_WATCHES = 1024;

  private final Endpoint endpoint;
  private final ChannelTable channels;

  /** Written under the directory's lock, read by whoever rings. */
  private final Map<Integer, Attachment> byHandle = new ConcurrentHashMap<>();

  /** Attachments of one channel id are in the order of generations. */
  private final Map<ChannelId, ArrayDeque<Attachment>> byChannel = new LinkedHashMap<>();

  private final Set<ChannelId> watched = new LinkedHashSet<>();
  private int lastHandle;

  Membership(Endpoint endpoint, ChannelTable channels) {
    this.endpoint = endpoint;
    this.channels = channels;
  }

  /** Returns the attachment with this handle, or null. Any thread. */
  @Nullable Attachment find(int handle) {
    return byHandle.get(handle);
  }

  /** Returns the attachment of this channel id that was joined first, or null. */
  @Nullable Attachment oldest(ChannelId id) {
    ArrayDeque<Attachment> all = byChannel.get(id);
    return all == null ? null : all.peekFirst();
  }

  /** Returns the attachment of this channel id that was joined last, or null. */
  @Nullable Attachment newest(ChannelId id) {
    ArrayDeque<Attachment> all = byChannel.get(id);
    return all == null ? null : all.peekLast();
  }

  /** Returns all attachments, by handle. */
  List<Attachment> all() {
    return byHandle.values().stream().sorted(Comparator.comparingInt(Attachment::handle)).toList();
  }

  /** Returns the handle of the next attachment, or 0 if there are no more in this run. */
  int nextHandle() {
    return lastHandle == Integer.MAX_VALUE ? 0 : lastHandle + 1;
  }

  /**
   * Enters a channel that the endpoint has made and can reach, and tells who watches for it.
   *
   * @param answer tells the guest, before anybody else knows of the channel
   * @return false, and nothing has changed, if the guest can't be told
   */
  boolean enterAsPublisher(Attachment made, Predicate<Attachment> answer) {
    Channel channel = made.channel;
    channel.number(channels.nextGeneration());
    if (!answer.test(made)) {
      return false;
    }
    channel.publisherSide = made;
    note(made);
    channels.publish(channel);
    endpoint.directory.changedLocked();
    for (Endpoint watcher : channels.watchersOf(channel.id)) {
      watcher.inbox.post(channel.published());
    }
    ChannelEvents.published(made);
    return true;
  }

  /** Keeps another endpoint's channel, and the section that it is to get, for a new subscriber. */
  void expect(Attachment made) {
    made.channel.passing++;
    if (made.section() != Shape.NO_SECTION) {
      made.channel.reserve(made.section(), endpoint);
    }
  }

  /**
   * Enters another endpoint's channel, which was kept by {@link #expect} and which the endpoint can
   * reach, and tells its publisher.
   *
   * @param answer tells the guest, before anybody else knows of it
   * @return false, and nothing has changed, if the guest can't be told
   */
  boolean enterAsSubscriber(Attachment made, Predicate<Attachment> answer) {
    if (!answer.test(made)) {
      return false;
    }
    Channel channel = made.channel;
    channel.passing--;
    channel.subscribers.put(endpoint, made);
    note(made);
    if (made.section() != Shape.NO_SECTION) {
      channel.own(made.section(), endpoint);
    }
    channel.changed();
    Attachment publisher = channel.publisherSide;
    if (publisher != null) {
      if (made.grant.doorbell() != null) {
        publisher.mayRingLocked(publisher.doorbellTo(made));
        made.mayRingLocked(channel.toPublisher(endpoint, () -> made.doorbellTo(publisher)));
      }
      if (!publisher.bell.pulsed()) {
        made.announced = true;
        publisher.endpoint.inbox.post(publisher.event(Event.Kind.PEER_JOINED, endpoint.id()));
      }
    }
    ChannelEvents.subscribed(made);
    return true;
  }

  private void note(Attachment made) {
    lastHandle = Math.max(lastHandle, made.handle());
    byHandle.put(made.handle(), made);
    byChannel.computeIfAbsent(made.id(), _ -> new ArrayDeque<>()).add(made);
  }

  /** Enters a channel that the endpoint had joined when state was saved; nobody is told. */
  void restore(Attachment made, long place) {
    made.mapAt(place);
    note(made);
    if (made.role() == Role.PUBLISHER) {
      made.channel.publisherSide = made;
    } else {
      made.channel.subscribers.put(endpoint, made);
    }
  }

  /** Returns the handle that was given out last in this run. */
  int lastHandle() {
    return lastHandle;
  }

  /** Sets the handle that was given out last, in restored state. */
  void lastHandle(int handle) {
    lastHandle = handle;
  }

  /** Returns what the endpoint watches. */
  Set<ChannelId> watched() {
    return watched;
  }

  /**
   * Begins to leave a channel: nobody finds it by this endpoint's handle any more, and nobody rings
   * this side. One that the endpoint has published becomes withdrawn or orphaned. The endpoint may
   * still reach the memory, so its section stays its own, and no peer is told that it has left.
   */
  void beginToLeave(Attachment side, ChannelState next) {
    Channel channel = side.channel;
    if (side.role() == Role.PUBLISHER) {
      end(side, next);
      channel.publisherSide = null;
    } else {
      channel.subscribers.remove(endpoint, side);
      if (channel.publisherSide != null) {
        channel.publisherSide.mayNotRingLocked(side);
      }
    }
    channel.passing++;
    side.mayRingNobodyLocked();
    endpoint.inbox.close(side.bell);
    byHandle.remove(side.handle());
    ArrayDeque<Attachment> sameId = byChannel.get(side.id());
    if (sameId != null) {
      sameId.remove(side);
      if (sameId.isEmpty()) {
        byChannel.remove(side.id());
      }
    }
  }

  /**
   * Ends what {@link #beginToLeave} began, and tells the publisher.
   *
   * @param unmapped whether the endpoint can't reach the memory; if it still can, nobody else gets
   *     its section, and the memory is never used again
   * @return whether nobody is left, so the memory is to be freed
   */
  boolean left(Attachment side, boolean unmapped) {
    Channel channel = side.channel;
    boolean deserted = pass(side, unmapped);
    if (side.role() == Role.SUBSCRIBER) {
      channel.changed();
      Attachment publisher = channel.publisherSide;
      if (publisher != null && side.announced) {
        publisher.endpoint.inbox.post(publisher.event(Event.Kind.PEER_LEFT, endpoint.id()));
      }
    }
    ChannelEvents.left(side);
    return deserted;
  }

  /**
   * Lets go of a channel that the endpoint was on its way into or out of.
   *
   * @param unmapped see {@link #left}
   * @return whether nobody is left
   */
  boolean pass(Attachment side, boolean unmapped) {
    Channel channel = side.channel;
    channel.passing--;
    channel.leaked |= !unmapped;
    boolean subscribersSection =
        side.role() == Role.SUBSCRIBER && side.section() != Shape.NO_SECTION;
    if (subscribersSection && unmapped) {
      channel.disown(side.section());
    }
    return channel.isDeserted();
  }

  /** Watches nothing any more and forgets all events. */
  void forgetAll() {
    watched.forEach(channel -> channels.unwatch(channel, endpoint));
    watched.clear();
    endpoint.inbox.clearEvents();
  }

  /** Lets handles begin at 1 again: the run that knew them is over. */
  void reuseHandles() {
    lastHandle = 0;
  }

  /** Ends a channel's life: nobody else can join, and who has joined is told. */
  private void end(Attachment publisher, ChannelState next) {
    Channel channel = publisher.channel;
    channels.withdraw(channel);
    channel.become(next);
    Event.Kind kind = next == ChannelState.ORPHANED ? Event.Kind.ORPHANED : Event.Kind.WITHDRAWN;
    for (Attachment subscriber : channel.subscribers.values()) {
      subscriber.mayNotRingLocked(publisher);
      if (!subscriber.bell.pulsed()) {
        subscriber.endpoint.inbox.post(subscriber.event(kind, endpoint.id()));
      }
      if (next == ChannelState.ORPHANED) {
        ChannelEvents.orphaned(subscriber);
      }
    }
  }

  /** Begins to watch for a channel; false, and nothing has changed, if it watches for too many. */
  boolean watch(ChannelId id) {
    if (watched.size() >= MAX_WATCHES && !watched.contains(id)) {
      return false;
    }
    channels.watch(id, endpoint);
    watched.add(id);
    return true;
  }
}
