// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.memory.HostMemoryException;

/**
 * Somebody who publishes and subscribes: a VM, or Java code of this process. Here are the
 * operations that all front ends share, with their checks; they know nothing of mailboxes and
 * hypercalls.
 *
 * <p>Each operation either does all that it says or throws {@link RefusedException} and changes
 * nothing. Thread-safe: the directory's lock is held throughout. The exception is {@link #ring},
 * which must be fast and takes the receiver's inbox alone.
 */
public abstract sealed class Endpoint implements AutoCloseable permits VmEndpoint, HostEndpoint {
  /** As a target of a doorbell: everybody on the other side. */
  public static final int EVERY_PEER = -1;

  /** A grant can be for more keys than the host has memory for watches. */
  static final int MAX_WATCHES = 1024;

  final Directory directory;
  final Inbox inbox;
  private final Catalogue catalogue = new Catalogue(this);
  private final int id;
  private final String name;
  private final Quota quota;
  private final Refusals refusals;

  /** Written under the directory's lock, read by whoever rings. */
  private final Map<Integer, Attachment> byHandle = new ConcurrentHashMap<>();

  // Guarded by the directory's lock. Attachments of one channel id are in the order of generations.
  private final Map<ChannelId, ArrayDeque<Attachment>> byChannel = new HashMap<>();
  private final Set<ChannelId> watched = new HashSet<>();
  private int lastHandle;
  private int published;
  private long publishedBytes;

  /** Written under the directory's lock; who waits for this endpoint reads it without. */
  private volatile boolean closed;

  Endpoint(Directory directory, int id, String name, Quota quota, Inbox.Signal signal) {
    this.directory = directory;
    this.id = id;
    this.name = name;
    this.quota = quota;
    this.refusals = new Refusals(name);
    this.inbox = new Inbox(directory.clock, directory.delays, directory.counters, signal);
  }

  /** What others call it. */
  public final int id() {
    return id;
  }

  /** For people. */
  public final String name() {
    return name;
  }

  /** What it may have published at a time. */
  public final Quota quota() {
    return quota;
  }

  /** Operations that were refused. */
  public final long refused() {
    return refusals.count();
  }

  /** This endpoint's kind of attachment, not mapped yet. */
  abstract Attachment attachment(Attachment.Terms terms);

  /**
   * Makes a channel that others can subscribe to.
   *
   * @param key unique among this endpoint's live channels
   * @param shape how large it is, and how divided
   */
  public Attachment publish(long key, Shape shape) {
    return operation("publish", () -> publish(key, shape, false));
  }

  final Attachment publish(long key, Shape shape, boolean pulsed) {
    ChannelId channelId = new ChannelId(id, key);
    Grant.@Nullable Publish grant = directory.grants.toPublish(id, key);
    if (grant == null) {
      throw refusal(Status.NOT_GRANTED, "publish", channelId);
    }
    if (grant.layout() != null && grant.layout() != shape.layout()) {
      throw refusal(Status.BAD_LAYOUT, "publish", channelId);
    }
    if (shape.total() > grant.maxSize()) {
      throw refusal(Status.BAD_SIZE, "publish", channelId);
    }
    if (directory.live(channelId) != null) {
      throw refusal(Status.ALREADY_PUBLISHED, "publish", channelId);
    }
    if (published >= quota.channels()) {
      throw refusal(Status.TOO_MANY_CHANNELS, "publish", channelId);
    }
    if (shape.total() > quota.bytes() - publishedBytes) {
      throw refusal(Status.TOO_MANY_BYTES, "publish", channelId);
    }
    Channel channel =
        new Channel(
            channelId,
            directory.nextGeneration(),
            grant.name(),
            shape,
            this,
            directory.pool.allocate(shape.total()));
    published++;
    publishedBytes += shape.total();
    Attachment made =
        attachment(new Attachment.Terms(this, channel, grant, nextHandle(), 0, true, pulsed));
    channel.publisherSide = made;
    attach(made);
    directory.publish(channel);
    for (Endpoint watcher : directory.watchersOf(channelId)) {
      watcher.inbox.post(published(channel));
    }
    ChannelEvents.published(made);
    return made;
  }

  private static Event published(Channel channel) {
    return new Event(
        Event.Kind.PUBLISHED, 0, channel.id.publisher(), channel.id.key(), channel.generation, 0);
  }

  /** Joins a channel that another endpoint has published. */
  public Attachment subscribe(ChannelId channelId) {
    return operation("subscribe", () -> subscribe(channelId, false));
  }

  final Attachment subscribe(ChannelId channelId, boolean pulsed) {
    Grant.Subscribe grant = requireSubscription("subscribe", channelId);
    Channel channel = directory.live(channelId);
    if (channel == null) {
      throw refusal(Status.NO_SUCH_CHANNEL, "subscribe", channelId);
    }
    if (channel.subscribers.containsKey(this)) {
      throw refusal(Status.ALREADY_SUBSCRIBED, "subscribe", channelId);
    }
    boolean sectioned = channel.shape.layout() == Layout.SECTIONED;
    int section = sectioned && grant.write() ? channel.freeSection() : Shape.NO_SECTION;
    if (sectioned && grant.write() && section == Shape.NO_SECTION) {
      throw refusal(Status.NO_SECTION, "subscribe", channelId);
    }
    Attachment made =
        attachment(
            new Attachment.Terms(
                this, channel, grant, nextHandle(), section, grant.write(), pulsed));
    channel.subscribers.put(this, made);
    attach(made);
    if (section != Shape.NO_SECTION) {
      // Not before it is mapped: where that fails, nobody may see that anything was tried.
      channel.own(section, this);
    }
    channel.changed();
    Attachment publisher = channel.publisherSide;
    if (publisher != null) {
      if (grant.doorbell() != null) {
        publisher.mayRing(Doorbell.between(publisher, made));
        made.mayRing(channel.toPublisher(this, () -> Doorbell.between(made, publisher)));
      }
      if (!publisher.pulsed) {
        made.announced = true;
        publisher.endpoint.inbox.post(publisher.event(Event.Kind.PEER_JOINED, id));
      }
    }
    ChannelEvents.subscribed(made);
    return made;
  }

  private Grant.Subscribe requireSubscription(String what, ChannelId channelId) {
    Grant.@Nullable Subscribe grant = directory.grants.toSubscribe(id, channelId);
    if (grant == null) {
      throw refusal(Status.NOT_GRANTED, what, channelId);
    }
    return grant;
  }

  private int nextHandle() {
    if (lastHandle == Integer.MAX_VALUE) {
      throw refusal(Status.TOO_MANY_CHANNELS, "join a channel", null);
    }
    return lastHandle + 1;
  }

  /** Maps a new attachment and notes it; where that fails, it leaves again. */
  private void attach(Attachment made) {
    lastHandle = made.handle();
    byHandle.put(made.handle(), made);
    byChannel.computeIfAbsent(made.id(), _ -> new ArrayDeque<>()).add(made);
    boolean mapped = false;
    try {
      made.map();
      mapped = true;
    } finally {
      if (!mapped) {
        forget(made, true);
      }
    }
  }

  /** Ends a channel that this endpoint has published. Who has joined it keeps the memory. */
  public void unpublish(Attachment channel) {
    operation("unpublish", () -> leave(owned(channel), Role.PUBLISHER, ChannelState.WITHDRAWN));
  }

  /** Leaves a channel that this endpoint has subscribed to. */
  public void unsubscribe(Attachment channel) {
    operation("unsubscribe", () -> leave(owned(channel), Role.SUBSCRIBER, ChannelState.LIVE));
  }

  /** The same by handle, or with handle 0 by key. */
  final void unpublish(int handle, long key) {
    Attachment channel =
        handle == 0 ? oldest(new ChannelId(id, key), "unpublish") : require(handle);
    leave(channel, Role.PUBLISHER, ChannelState.WITHDRAWN);
  }

  /** The same by handle, or with handle 0 by channel: the oldest one that was joined. */
  final void unsubscribe(int handle, ChannelId channelId) {
    Attachment channel = handle == 0 ? oldest(channelId, "unsubscribe") : require(handle);
    leave(channel, Role.SUBSCRIBER, ChannelState.LIVE);
  }

  private Attachment owned(Attachment channel) {
    Attachment mine = byHandle.get(channel.handle());
    if (mine != channel) {
      throw refusal(Status.BAD_HANDLE, "leave", channel.id());
    }
    return channel;
  }

  private Attachment oldest(ChannelId channelId, String what) {
    ArrayDeque<Attachment> all = byChannel.get(channelId);
    if (all == null || all.isEmpty()) {
      throw refusal(Status.BAD_HANDLE, what, channelId);
    }
    return all.getFirst();
  }

  /** The youngest channel of this id that was joined, or null. Lock held. */
  final @Nullable Attachment newest(ChannelId channelId) {
    ArrayDeque<Attachment> all = byChannel.get(channelId);
    return all == null ? null : all.peekLast();
  }

  /** The same for who must have joined one. */
  final Attachment requireNewest(ChannelId channelId, String what) {
    return operation(
        what,
        () -> {
          Attachment newest = newest(channelId);
          if (newest == null) {
            throw refusal(Status.BAD_HANDLE, what, channelId);
          }
          return newest;
        });
  }

  /** The attachment with this handle. Any thread. */
  final Attachment require(int handle) {
    Attachment found = byHandle.get(handle);
    if (found == null) {
      throw refusal(Status.BAD_HANDLE, "use handle " + handle, null);
    }
    return found;
  }

  private void leave(Attachment channel, Role role, ChannelState next) {
    if (channel.role() != role) {
      throw refusal(Status.BAD_HANDLE, "leave as " + role, channel.id());
    }
    if (role == Role.PUBLISHER) {
      end(channel, next);
    }
    detach(channel);
    ChannelEvents.left(channel);
  }

  /** The publisher goes: nobody else can join, and who has joined is told. */
  private void end(Attachment publisher, ChannelState next) {
    Channel channel = publisher.channel;
    directory.withdraw(channel);
    channel.become(next);
    Event.Kind kind = next == ChannelState.ORPHANED ? Event.Kind.ORPHANED : Event.Kind.WITHDRAWN;
    for (Attachment subscriber : channel.subscribers.values()) {
      subscriber.mayNotRing(publisher);
      if (!subscriber.pulsed) {
        subscriber.endpoint.inbox.post(subscriber.event(kind, id));
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
    channel.mayRingNobody();
    inbox.close(channel);
    try {
      channel.unmap();
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
    } else if (whole.subscribers.remove(this, channel)) {
      if (channel.section() != Shape.NO_SECTION && unmapped) {
        whole.disown(channel.section());
      }
      whole.changed();
      Attachment publisher = whole.publisherSide;
      if (publisher != null) {
        publisher.mayNotRing(channel);
        if (channel.announced) {
          publisher.endpoint.inbox.post(publisher.event(Event.Kind.PEER_LEFT, id));
        }
      }
    }
    if (whole.isDeserted()) {
      directory.free(whole);
      whole.publisher.published--;
      whole.publisher.publishedBytes -= whole.shape.total();
    }
  }

  /**
   * Rings the other side of a channel. What the calling thread has stored before is visible to who
   * takes the bell. Any thread; takes the receivers' inboxes alone, one after the other.
   *
   * @param target a peer's id, or {@link #EVERY_PEER}
   */
  public void ring(Attachment channel, int target) {
    if (channel.endpoint != this) {
      throw refusal(Status.BAD_HANDLE, "ring", channel.id());
    }
    if (channel.grant.doorbell() == null) {
      throw refusal(Status.NOT_GRANTED, "ring", channel.id());
    }
    if (!ringPeers(channel, target)) {
      throw refusal(Status.NOT_A_PEER, "ring " + target + " of", channel.id());
    }
  }

  /** Rings everybody on the other side. False if nobody is there, or no grant says that it may. */
  final boolean ringAll(Attachment channel) {
    return ringPeers(channel, EVERY_PEER);
  }

  private static boolean ringPeers(Attachment channel, int target) {
    boolean rang = false;
    for (Doorbell bell : channel.doorbells) {
      if (target == EVERY_PEER || bell.to.endpoint.id == target) {
        bell.ring();
        rang = true;
      }
    }
    return rang;
  }

  /** The same by handle. */
  final void ring(int handle, int target) {
    ring(require(handle), target);
  }

  /** The live channel that this endpoint may join or has joined. */
  public ChannelInfo lookUp(ChannelId channelId) {
    return operation("look up", () -> catalogue.find(channelId));
  }

  /** Which channel a name stands for, published or not. */
  public ChannelId resolve(String channelName) {
    ChannelId found = directory.grants.named(channelName);
    if (found == null) {
      // No other answer than for a name that exists and is none of its business.
      throw refusal(Status.NOT_GRANTED, "use the name " + channelName, null);
    }
    return found;
  }

  /**
   * A step through all channels that this endpoint has joined or may join, by generation.
   *
   * @param cursor 0 to begin, then what the step before says
   */
  public Listing<ChannelInfo> list(long cursor) {
    return operation("list", () -> catalogue.list(cursor));
  }

  /**
   * A step through all who have joined a channel of this endpoint, itself excluded, by id.
   *
   * @param cursor 0 to begin, then what the step before says
   */
  public Listing<Peer> peers(Attachment channel, long cursor) {
    return operation("list peers", () -> catalogue.peers(owned(channel).channel, cursor));
  }

  /** Has each publication of a channel told as an event, the present one, too. */
  public void watch(ChannelId channelId) {
    operation(
        "watch",
        () -> {
          requireSubscription("watch", channelId);
          if (watched.size() >= MAX_WATCHES && !watched.contains(channelId)) {
            throw refusal(Status.TOO_MANY_CHANNELS, "watch", channelId);
          }
          directory.watch(channelId, this);
          watched.add(channelId);
          Channel channel = directory.live(channelId);
          if (channel != null) {
            inbox.post(published(channel));
          }
        });
  }

  /** Leaves everything, as one who dies: peers are told, watches end, events are forgotten. */
  final void leaveAll() {
    directory.lock.lock();
    try {
      try {
        leaveEach(attachments());
      } finally {
        lastHandle = 0;
      }
    } finally {
      directory.lock.unlock();
    }
  }

  /**
   * The same for what was not joined by hypercall, in the middle of a run: handles are not used
   * again.
   */
  final void leaveJoinedByDevice() {
    operation(
        "leave",
        () -> leaveEach(attachments().stream().filter(channel -> !channel.pulsed).toList()));
  }

  private void leaveEach(List<Attachment> channels) {
    RuntimeException failure = null;
    for (Attachment channel : channels) {
      try {
        if (channel.role() == Role.PUBLISHER) {
          end(channel, ChannelState.ORPHANED);
        }
        detach(channel);
        ChannelEvents.left(channel);
      } catch (RuntimeException e) {
        failure = e; // one that can't be given back must not keep the others
      }
    }
    watched.forEach(channel -> directory.unwatch(channel, this));
    watched.clear();
    inbox.clearEvents();
    if (failure != null) {
      throw failure;
    }
  }

  /** Leaves everything and is no more. Does nothing when called again. */
  @Override
  public void close() {
    directory.lock.lock();
    try {
      if (!closed) {
        closed = true; // before those are woken who wait for something
        try {
          leaveAll();
        } finally {
          directory.remove(this);
        }
      }
    } finally {
      directory.lock.unlock();
    }
  }

  /** Whether it is no more. Any thread. */
  final boolean isClosed() {
    return closed;
  }

  /** The attachments at this moment, by handle. Lock held. */
  final List<Attachment> attachments() {
    return byHandle.values().stream().sorted(Comparator.comparingInt(Attachment::handle)).toList();
  }

  /** Channels whose memory is on this endpoint's account. Lock held. */
  final int publishedChannels() {
    return published;
  }

  /** Bytes on this endpoint's account. Lock held. */
  final long publishedBytes() {
    return publishedBytes;
  }

  final void operation(String what, Runnable body) {
    operation(
        what,
        () -> {
          body.run();
          return this;
        });
  }

  /** Does something under the lock; what the host cannot do becomes a refusal. */
  final <T> T operation(String what, Supplier<T> body) {
    directory.lock.lock();
    try {
      if (closed) {
        throw refusal(Status.GONE, what, null);
      }
      return body.get();
    } catch (HostMemoryException e) {
      throw refusal(Status.NO_MEMORY, what, null);
    } finally {
      directory.lock.unlock();
    }
  }

  /** A shape that was asked for; what is wrong with it is this endpoint's refusal. */
  final Shape shape(Supplier<Shape> asked) {
    try {
      return asked.get();
    } catch (RefusedException e) {
      throw refusal(e.status(), "publish", null);
    }
  }

  /** Counts and tells a refusal, for the caller to throw. */
  final RefusedException refusal(Status status, String what, @Nullable ChannelId channelId) {
    String line =
        "%s: %s%s".formatted(name, what, channelId == null ? "" : " channel " + channelId);
    refusals.add(status, line);
    return new RefusedException(status, line);
  }
}
