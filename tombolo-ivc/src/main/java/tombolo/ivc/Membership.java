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
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;

/**
 * The channels that one endpoint has joined and watches. Enters channels, leaves them, and tells
 * the peers. {@link Endpoint} checks who may do so.
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

  /** Enters a channel that the endpoint has made, and tells who watches for it. */
  void enterAsPublisher(Attachment made) {
    Channel channel = made.channel;
    channel.publisherSide = made;
    attach(made);
    channels.publish(channel);
    endpoint.directory.changedLocked();
    for (Endpoint watcher : channels.watchersOf(channel.id)) {
      watcher.inbox.post(channel.published());
    }
    ChannelEvents.published(made);
  }

  /** Enters another endpoint's channel, and tells its publisher. */
  void enterAsSubscriber(Attachment made) {
    Channel channel = made.channel;
    channel.subscribers.put(endpoint, made);
    attach(made);
    if (made.section() != Shape.NO_SECTION) {
      // Not before it is mapped: where that fails, nobody may see that anything was tried.
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
  }

  /** Maps a new attachment and notes it; where that fails, it leaves again. */
  private void attach(Attachment made) {
    note(made);
    boolean mapped = false;
    try {
      made.mapLocked();
      mapped = true;
    } finally {
      if (!mapped) {
        forget(made, true);
      }
    }
  }

  private void note(Attachment made) {
    lastHandle = Math.max(lastHandle, made.handle());
    byHandle.put(made.handle(), made);
    byChannel.computeIfAbsent(made.id(), _ -> new ArrayDeque<>()).add(made);
  }

  /** Enters a channel that the endpoint had joined when state was saved; nobody is told. */
  void restore(Attachment made, long place) {
    made.mapAtLocked(place);
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

  /** Leaves a channel; one that the endpoint has published becomes withdrawn or orphaned. */
  void leave(Attachment channel, ChannelState next) {
    if (channel.role() == Role.PUBLISHER) {
      end(channel, next);
    }
    detach(channel);
    ChannelEvents.left(channel);
  }

  /** Leaves these channels, watches nothing any more and forgets all events. */
  void leaveAll(List<Attachment> attachments) {
    RuntimeException failure = null;
    for (Attachment channel : attachments) {
      try {
        leave(channel, ChannelState.ORPHANED);
      } catch (RuntimeException e) {
        failure = e; // one that can't be given back must not keep the others
      }
    }
    watched.forEach(channel -> channels.unwatch(channel, endpoint));
    watched.clear();
    endpoint.inbox.clearEvents();
    if (failure != null) {
      throw failure;
    }
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

  /**
   * Takes one side out of its channel: first its bells, then its mapping, then the rest. Goes to
   * the end also where the mapping can't be removed; the memory is never used again then.
   */
  private void detach(Attachment channel) {
    boolean unmapped = false;
    channel.mayRingNobodyLocked();
    endpoint.inbox.close(channel.bell);
    try {
      channel.unmapLocked();
      unmapped = true;
    } finally {
      channel.channel.leaked |= !unmapped;
      forget(channel, unmapped);
    }
  }

  /**
   * Removes what is noted of one side.
   *
   * @param unmapped whether the endpoint can't reach the memory; if it still can, nobody else gets
   *     its section
   */
  private void forget(Attachment channel, boolean unmapped) {
    byHandle.remove(channel.handle());
    ArrayDeque<Attachment> sameId = byChannel.get(channel.id());
    if (sameId != null) {
      sameId.remove(channel);
      if (sameId.isEmpty()) {
        byChannel.remove(channel.id());
      }
    }
    Channel whole = channel.channel;
    if (channel.role() == Role.PUBLISHER) {
      whole.publisherSide = null;
    } else if (whole.subscribers.remove(endpoint, channel)) {
      if (channel.section() != Shape.NO_SECTION && unmapped) {
        whole.disown(channel.section());
      }
      whole.changed();
      Attachment publisher = whole.publisherSide;
      if (publisher != null) {
        publisher.mayNotRingLocked(channel);
        if (channel.announced) {
          publisher.endpoint.inbox.post(publisher.event(Event.Kind.PEER_LEFT, endpoint.id()));
        }
      }
    }
    if (whole.isDeserted()) {
      channels.free(whole);
      endpoint.directory.changedLocked();
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
