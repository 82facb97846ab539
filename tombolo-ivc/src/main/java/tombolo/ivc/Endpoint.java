// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelInfo;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Listing;
import tombolo.ivc.abi.Peer;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.bell.Doorbell;
import tombolo.ivc.bell.Inbox;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Quota;
import tombolo.memory.HostMemoryException;

/**
 * A member of a directory that publishes and subscribes: a VM, or Java code of this process. It has
 * the operations that all front ends share, with their checks; it knows nothing of mailboxes and
 * hypercalls.
 *
 * <p>Each operation either does all that it says or throws {@link RefusedException} and changes
 * nothing. Thread-safe: an operation holds the directory's lock throughout. The exception is {@link
 * #ring}, which must be fast and takes the receiver's inbox alone.
 */
public abstract sealed class Endpoint implements AutoCloseable permits VmEndpoint, HostEndpoint {
  /** The target of a ring for everybody on the other side. */
  public static final int EVERY_PEER = -1;

  final Directory directory;
  final Inbox inbox;
  final Membership membership;
  final Account account;
  private final Catalogue catalogue = new Catalogue(this);
  private final int id;
  private final String name;
  final Refusals refusals;

  /** Written under the directory's lock; who waits for this endpoint reads it without. */
  private volatile boolean closed;

  Endpoint(Directory directory, int id, String name, Quota quota, Inbox.Signal signal) {
    this.directory = directory;
    this.id = id;
    this.name = name;
    this.account = new Account(quota);
    this.refusals = new Refusals(name);
    this.inbox = new Inbox(directory.host().clock(), directory.delays, directory.counters, signal);
    this.membership = new Membership(this, directory.channels);
  }

  /** Returns the number that others know it by. */
  public final int id() {
    return id;
  }

  /** Returns its name, for people. */
  public final String name() {
    return name;
  }

  /** Returns how much it may have published at a time. */
  public final Quota quota() {
    return account.quota();
  }

  /** Returns how many of its operations were refused. */
  public final long refused() {
    return refusals.count();
  }

  /** Makes this endpoint's kind of attachment, not mapped yet. */
  abstract Attachment attachment(Attachment.Terms terms);

  /**
   * Makes a channel that others can subscribe to.
   *
   * @param key unique among this endpoint's live channels
   * @param shape how large it is, and how divided
   */
  public Attachment publish(long key, Shape shape) {
    return operation("publish", () -> publishLocked(key, shape, false));
  }

  /**
   * Makes a channel.
   *
   * @param pulsed whether a ring is a pulse of an interrupt, and no event tells of the channel
   */
  final Attachment publishLocked(long key, Shape shape, boolean pulsed) {
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
    if (directory.channels.live(channelId) != null) {
      throw refusal(Status.ALREADY_PUBLISHED, "publish", channelId);
    }
    @Nullable Status overQuota = account.refuses(shape.total());
    if (overQuota != null) {
      throw refusal(overQuota, "publish", channelId);
    }
    int handle = nextHandleLocked();
    Channel channel = directory.channels.create(channelId, grant.name(), shape, this);
    Attachment made =
        attachment(new Attachment.Terms(this, channel, grant, handle, 0, true, pulsed));
    membership.enterAsPublisher(made);
    return made;
  }

  /** Joins a channel that another endpoint has published. */
  public Attachment subscribe(ChannelId channelId) {
    return operation("subscribe", () -> subscribeLocked(channelId, false));
  }

  /**
   * Joins a channel.
   *
   * @param pulsed whether a ring is a pulse of an interrupt, and no event tells of the channel
   */
  final Attachment subscribeLocked(ChannelId channelId, boolean pulsed) {
    Grant.Subscribe grant = requireSubscription("subscribe", channelId);
    Channel channel = directory.channels.live(channelId);
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
                this, channel, grant, nextHandleLocked(), section, grant.write(), pulsed));
    membership.enterAsSubscriber(made);
    return made;
  }

  private Grant.Subscribe requireSubscription(String what, ChannelId channelId) {
    Grant.@Nullable Subscribe grant = directory.grants.toSubscribe(id, channelId);
    if (grant == null) {
      throw refusal(Status.NOT_GRANTED, what, channelId);
    }
    return grant;
  }

  private int nextHandleLocked() {
    int next = membership.nextHandle();
    if (next == 0) {
      throw refusal(Status.TOO_MANY_CHANNELS, "join a channel", null);
    }
    return next;
  }

  /** Ends a channel that this endpoint has published. Its subscribers keep the memory. */
  public void unpublish(Attachment channel) {
    operation("unpublish", () -> leaveLocked(ownedLocked(channel), Role.PUBLISHER));
  }

  /** Leaves a channel that this endpoint has subscribed to. */
  public void unsubscribe(Attachment channel) {
    operation("unsubscribe", () -> leaveLocked(ownedLocked(channel), Role.SUBSCRIBER));
  }

  /** Leaves by handle, or with handle 0 by channel: the one that was joined first. */
  final void leave(int handle, ChannelId channelId, Role role) {
    String what = role == Role.PUBLISHER ? "unpublish" : "unsubscribe";
    operation(
        what,
        () -> {
          Attachment found = handle == 0 ? membership.oldest(channelId) : require(handle);
          if (found == null) {
            throw refusal(Status.BAD_HANDLE, what, channelId);
          }
          leaveLocked(found, role);
        });
  }

  /** Leaves a channel, if the endpoint is on this side of it. */
  final void leaveLocked(Attachment channel, Role role) {
    if (channel.role() != role) {
      throw refusal(Status.BAD_HANDLE, "leave as " + role, channel.id());
    }
    membership.leave(channel, ChannelState.WITHDRAWN);
  }

  private Attachment ownedLocked(Attachment channel) {
    if (membership.find(channel.handle()) != channel) {
      throw refusal(Status.BAD_HANDLE, "leave", channel.id());
    }
    return channel;
  }

  /** Returns the attachment with this handle. Any thread. */
  final Attachment require(int handle) {
    Attachment found = membership.find(handle);
    if (found == null) {
      throw refusal(Status.BAD_HANDLE, "use handle " + handle, null);
    }
    return found;
  }

  /**
   * Rings the other side of a channel. Whoever takes the bell sees what the calling thread has
   * stored before. Any thread; takes the receivers' inboxes alone, one after the other.
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
    for (Doorbell doorbell : channel.doorbells) {
      if (target == EVERY_PEER || doorbell.to().endpoint() == target) {
        doorbell.ring();
        rang = true;
      }
    }
    return rang;
  }

  /** Returns the live channel that this endpoint may join or has joined. */
  public ChannelInfo lookUp(ChannelId channelId) {
    return operation("look up", () -> catalogue.find(channelId));
  }

  /** Returns the channel that a name stands for, published or not. */
  public ChannelId resolve(String channelName) {
    ChannelId found = directory.grants.named(channelName);
    if (found == null) {
      // No other answer than for a name that exists and is none of its business.
      throw refusal(Status.NOT_GRANTED, "use the name " + channelName, null);
    }
    return found;
  }

  /**
   * Takes a step through all channels that this endpoint has joined or may join, by generation.
   *
   * @param cursor 0 to begin, then the cursor of the step before
   */
  public Listing<ChannelInfo> list(long cursor) {
    return operation("list", () -> catalogue.list(cursor));
  }

  /**
   * Takes a step through all other members of a channel of this endpoint, by id.
   *
   * @param cursor 0 to begin, then the cursor of the step before
   */
  public Listing<Peer> peers(Attachment channel, long cursor) {
    return operation("list peers", () -> catalogue.peers(ownedLocked(channel).channel, cursor));
  }

  /** Posts an event for every publication of a channel, including the current one. */
  public void watch(ChannelId channelId) {
    operation(
        "watch",
        () -> {
          requireSubscription("watch", channelId);
          if (!membership.watch(channelId)) {
            throw refusal(Status.TOO_MANY_CHANNELS, "watch", channelId);
          }
          Channel channel = directory.channels.live(channelId);
          if (channel != null) {
            inbox.post(channel.published());
          }
        });
  }

  /** Leaves everything as if it died: peers are told, watches end, events are forgotten. */
  final void leaveAll() {
    directory.lock.lock();
    try {
      try {
        membership.leaveAll(membership.all());
      } finally {
        membership.reuseHandles();
      }
    } finally {
      directory.lock.unlock();
    }
  }

  /** Leaves everything and ends. Does nothing when called again. */
  @Override
  public void close() {
    directory.lock.lock();
    try {
      if (!closed) {
        closed = true; // before those are woken who wait for something
        try {
          leaveAll();
        } finally {
          directory.removeLocked(this);
        }
      }
    } finally {
      directory.lock.unlock();
    }
  }

  /** Returns whether it was closed. Any thread. */
  final boolean isClosed() {
    return closed;
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

  /** Counts and logs a refusal, for the caller to throw. */
  final RefusedException refusal(Status status, String what, @Nullable ChannelId channelId) {
    String line =
        "%s: %s%s".formatted(name, what, channelId == null ? "" : " channel " + channelId);
    refusals.add(status, line);
    return new RefusedException(status, line);
  }
}
