// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelInfo;
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
import tombolo.machine.host.Mishaps;
import tombolo.memory.HostMemoryException;

/**
 * A member of a directory that publishes and subscribes: a VM, or Java code of this process. It has
 * the operations that all front ends share, with their checks; it knows nothing of mailboxes and
 * hypercalls.
 *
 * <p>Each operation either does all that it says or throws {@link RefusedException} and changes
 * nothing. Thread-safe. An operation that joins or leaves holds this endpoint's {@link #turn}
 * throughout and the directory's lock for short steps ({@link Passage}); one that only looks holds
 * the directory's lock. {@link #ring} must be fast and takes the receiver's inbox alone.
 */
public abstract sealed class Endpoint implements AutoCloseable permits VmEndpoint, HostEndpoint {
  /** The target of a ring for everybody on the other side. */
  public static final int EVERY_PEER = -1;

  final Directory directory;
  final Inbox inbox;
  final Membership membership;
  final Account account;

  /**
   * Held by a thread that changes what this endpoint has joined, from the first step to the last.
   * Taken before the directory's lock. A thread that holds it may wait for this endpoint's vCPUs,
   * because a vCPU thread that waits for it is outside guest code.
   */
  final ReentrantLock turn = new ReentrantLock();

  private final Passage passage;
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
    this.inbox = new Inbox(name, directory.host(), directory.delays, directory.counters, signal);
    this.membership = new Membership(this, directory.channels);
    this.passage = new Passage(this);
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
    return publish(key, () -> shape, false, _ -> true);
  }

  /**
   * Makes a channel.
   *
   * @param asked returns the shape, or throws what the endpoint is refused
   * @param pulsed whether a ring is a pulse of an interrupt, and no event tells of the channel
   * @param answer tells the guest, with the directory locked and before anybody else knows of the
   *     channel; false if the guest can't be told, and there is no channel then
   */
  final Attachment publish(
      long key, Supplier<Shape> asked, boolean pulsed, Predicate<Attachment> answer) {
    return change(
        "publish",
        () -> {
          ChannelId channelId = new ChannelId(id, key);
          Shape shape = asked.get();
          Grant.Publish grant = directory.locked(() -> requirePublicationLocked(channelId, shape));
          // Nothing that was asked so far can change in this endpoint's turn.
          int handle = membership.nextHandle();
          Channel channel = directory.channels.make(channelId, grant.name(), shape, this);
          Attachment made =
              attachment(new Attachment.Terms(this, channel, grant, handle, 0, true, pulsed));
          passage.publish(made, answer);
          return made;
        });
  }

  /** Asks everything that can be a reason to refuse, before anything is counted or allocated. */
  private Grant.Publish requirePublicationLocked(ChannelId channelId, Shape shape) {
    Grant.@Nullable Publish grant = directory.grants.toPublish(id, channelId.key());
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
    requireHandleLocked();
    refuseByMishap(Status.NO_MEMORY, "publish", channelId);
    return grant;
  }

  private void refuseByMishap(Status status, String what, ChannelId channelId) {
    if (directory.host().mishaps().strikes(Mishaps.Kind.REFUSAL, name) != 0) {
      throw refusal(status, what, channelId);
    }
  }

  /** Joins a channel that another endpoint has published. */
  public Attachment subscribe(ChannelId channelId) {
    return subscribe(channelId, false, _ -> true);
  }

  /**
   * Joins a channel.
   *
   * @param pulsed whether a ring is a pulse of an interrupt, and no event tells of the channel
   * @param answer tells the guest, with the directory locked and before anybody else knows that it
   *     has joined; false if the guest can't be told, and it has not joined then
   */
  final Attachment subscribe(ChannelId channelId, boolean pulsed, Predicate<Attachment> answer) {
    return change(
        "subscribe",
        () -> {
          Attachment made = directory.locked(() -> expectLocked(channelId, pulsed));
          passage.subscribe(made, answer);
          return made;
        });
  }

  /** Asks everything that can be a reason to refuse, and keeps the channel for this endpoint. */
  private Attachment expectLocked(ChannelId channelId, boolean pulsed) {
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
    refuseByMishap(Status.WINDOW_FULL, "subscribe", channelId);
    int handle = requireHandleLocked();
    Attachment made =
        attachment(
            new Attachment.Terms(this, channel, grant, handle, section, grant.write(), pulsed));
    membership.expect(made);
    return made;
  }

  private Grant.Subscribe requireSubscription(String what, ChannelId channelId) {
    Grant.@Nullable Subscribe grant = directory.grants.toSubscribe(id, channelId);
    if (grant == null) {
      throw refusal(Status.NOT_GRANTED, what, channelId);
    }
    return grant;
  }

  /** Returns the handle of the next attachment, which does not count before it is joined. */
  private int requireHandleLocked() {
    int next = membership.nextHandle();
    if (next == 0) {
      throw refusal(Status.TOO_MANY_CHANNELS, "join a channel", null);
    }
    return next;
  }

  /** Ends a channel that this endpoint has published. Its subscribers keep the memory. */
  public void unpublish(Attachment channel) {
    leave("unpublish", Role.PUBLISHER, () -> ownedLocked(channel));
  }

  /** Leaves a channel that this endpoint has subscribed to. */
  public void unsubscribe(Attachment channel) {
    leave("unsubscribe", Role.SUBSCRIBER, () -> ownedLocked(channel));
  }

  /** Leaves by handle, or with handle 0 by channel: the one that was joined first. */
  final void leave(int handle, ChannelId channelId, Role role) {
    String what = role == Role.PUBLISHER ? "unpublish" : "unsubscribe";
    leave(
        what,
        role,
        () -> {
          Attachment found = handle == 0 ? membership.oldest(channelId) : require(handle);
          if (found == null) {
            throw refusal(Status.BAD_HANDLE, what, channelId);
          }
          return found;
        });
  }

  /** Leaves a channel, if the endpoint is on this side of it. */
  private void leave(String what, Role role, Supplier<Attachment> which) {
    change(
        what,
        () -> {
          Attachment found = directory.locked(which);
          if (found.role() != role) {
            throw refusal(Status.BAD_HANDLE, "leave as " + role, found.id());
          }
          passage.leave(found);
          return this;
        });
  }

  /** Leaves some of what it has joined as if it died, in the middle of a run. */
  final void leave(Predicate<Attachment> which) {
    change(
        "leave",
        () -> {
          passage.leaveAll(which);
          return this;
        });
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
    turn.lock();
    try {
      try {
        passage.leaveAll(_ -> true);
      } finally {
        directory.withLock(membership::reuseHandles);
      }
    } finally {
      turn.unlock();
    }
  }

  /** Leaves everything and ends. Does nothing when called again. */
  @Override
  public void close() {
    turn.lock();
    try {
      if (directory.locked(this::closesNow)) {
        try {
          leaveAll();
        } finally {
          directory.withLock(() -> directory.removeLocked(this));
        }
      }
    } finally {
      turn.unlock();
    }
  }

  /** Notes that it is closed, before those are woken who wait for something. */
  private boolean closesNow() {
    boolean first = !closed;
    closed = true;
    return first;
  }

  /** Closes an endpoint that never was in a directory and has joined nothing. */
  final void closeUnused() {
    closed = true;
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

  /** Looks at something, or notes something, under the directory's lock; waits for nothing. */
  final <T> T operation(String what, Supplier<T> body) {
    return directory.locked(
        () -> {
          requireOpenLocked(what);
          return body.get();
        });
  }

  /**
   * Changes what this endpoint has joined, in its turn. The body takes the directory's lock for
   * each of its steps, and not while it waits or zeroes. What the host cannot do becomes a refusal.
   */
  final <T> T change(String what, Supplier<T> body) {
    turn.lock();
    try {
      directory.withLock(() -> requireOpenLocked(what));
      return body.get();
    } catch (HostMemoryException e) {
      throw refusal(Status.NO_MEMORY, what, null);
    } finally {
      turn.unlock();
    }
  }

  private void requireOpenLocked(String what) {
    if (closed) {
      throw refusal(Status.GONE, what, null);
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
