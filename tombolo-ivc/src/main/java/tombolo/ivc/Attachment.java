// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.bell.Bell;
import tombolo.ivc.bell.Doorbell;
import tombolo.ivc.bell.TokenBucket;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;

/**
 * One endpoint's side of one channel, from its joining to its leaving. Owned by the directory. What
 * its public methods return never changes but for {@link #state} and {@link #changes}; any thread
 * may read all of it.
 */
public abstract sealed class Attachment permits VmChannel, HostChannel {
  private static final Doorbell[] NOBODY = {};

  final Endpoint endpoint;
  final Channel channel;
  final Grant grant;
  private final Role role;
  private final int handle;
  private final int section;
  private final boolean writable;

  /** The bell by which peers ring this side. */
  final Bell bell;

  /** Whether the peer knows that this side has joined. Guarded by the directory's lock. */
  boolean announced;

  /**
   * The peers that this side may ring; replaced as peers come and go, under the directory's lock.
   */
  volatile Doorbell[] doorbells = NOBODY;

  /**
   * The terms on which an endpoint joins a channel.
   *
   * @param pulsed joined by hypercall: a ring is a pulse, and no event tells of it
   */
  record Terms(
      Endpoint endpoint,
      Channel channel,
      Grant grant,
      int handle,
      int section,
      boolean writable,
      boolean pulsed) {}

  Attachment(Terms terms) {
    this.endpoint = terms.endpoint;
    this.channel = terms.channel;
    this.grant = terms.grant;
    this.role = grant instanceof Grant.Publish ? Role.PUBLISHER : Role.SUBSCRIBER;
    this.handle = terms.handle;
    this.section = terms.section;
    this.writable = terms.writable;
    this.bell =
        new Bell(
            endpoint.inbox,
            endpoint.id(),
            terms.pulsed,
            terms.handle,
            () -> event(Event.Kind.DOORBELL, 0),
            number -> ChannelEvents.rang(this, number));
  }

  /**
   * Lets the endpoint see the memory, or throws and lets it see nothing. May wait for the
   * endpoint's vCPUs, so it is called without the directory's lock, in the endpoint's turn.
   */
  abstract void map();

  /** Returns where the endpoint sees the memory, as state; -1 where that is nothing to restore. */
  abstract long placeLocked();

  /**
   * Lets the endpoint see the memory where it saw it when {@link #placeLocked} was saved, or throws
   * and lets it see nothing. For restored state: no vCPU runs.
   */
  abstract void mapAt(long place);

  /**
   * Returns when the endpoint can't reach the memory any more, which may take until its vCPUs have
   * left guest code; so it is called without the directory's lock, in the endpoint's turn. Called
   * once after each successful {@link #map} or {@link #mapAt}.
   */
  abstract void unmap();

  /** Makes the way by which this side rings a peer; null if no grant says that it may. */
  @Nullable Doorbell doorbellTo(Attachment peer) {
    DoorbellRate rate = grant.doorbell();
    return rate == null
        ? null
        : new Doorbell(peer.bell, new TokenBucket(rate, endpoint.directory.host().clock().nanos()));
  }

  /** Returns the way by which this side rings a peer now, or null. */
  @Nullable Doorbell doorbellAt(Attachment peer) {
    return Arrays.stream(doorbells)
        .filter(doorbell -> doorbell.to() == peer.bell)
        .findFirst()
        .orElse(null);
  }

  /** Lets this side ring a peer; null is nobody. */
  void mayRingLocked(@Nullable Doorbell doorbell) {
    if (doorbell != null) {
      Doorbell[] before = doorbells;
      Doorbell[] after = Arrays.copyOf(before, before.length + 1);
      after[before.length] = doorbell;
      doorbells = after;
    }
  }

  /** Keeps this side from ringing a peer, which is no longer there. */
  void mayNotRingLocked(Attachment peer) {
    doorbells =
        Arrays.stream(doorbells)
            .filter(doorbell -> doorbell.to() != peer.bell)
            .toArray(Doorbell[]::new);
  }

  /** Keeps this side from ringing anybody, since it leaves. */
  void mayRingNobodyLocked() {
    doorbells = NOBODY;
  }

  /** Returns the number that the endpoint knows it by: from 1, never used twice in a run. */
  public int handle() {
    return handle;
  }

  /** Returns the publisher and the key. */
  public ChannelId id() {
    return channel.id;
  }

  /** Returns the number of the channel among all that were published: from 1, ever greater. */
  public long generation() {
    return channel.generation;
  }

  /** Returns the channel's name, or null. */
  public @Nullable String name() {
    return channel.name;
  }

  /** Returns the side that the endpoint is on. */
  public Role role() {
    return role;
  }

  /** Returns how the memory is divided. */
  public Shape shape() {
    return channel.shape;
  }

  /**
   * Returns the section that the endpoint can write: 0 the publisher's, from 1 a subscriber's, or
   * {@link Shape#NO_SECTION}.
   */
  public int section() {
    return section;
  }

  /** Returns whether the endpoint can write: all of a raw channel, or a section of its own. */
  public boolean writable() {
    return writable;
  }

  /** Returns the channel's state, which may be another one by the time the caller looks. */
  public ChannelState state() {
    return channel.state;
  }

  /**
   * Returns a number that changes whenever somebody joins or leaves the channel or its state
   * changes.
   */
  public int changes() {
    return channel.changes;
  }

  final Event event(Event.Kind kind, int peer) {
    return new Event(kind, handle, peer, channel.id.key(), channel.generation, 0);
  }

  @Override
  public String toString() {
    return "%s of %s by %s".formatted(role, channel, endpoint.name());
  }
}
