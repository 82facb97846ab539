// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint's side of one channel, from its joining to its leaving. Owned by the directory. What
 * it says of the channel never changes, so any thread may read it.
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

  /** Joined by a hypercall: a ring is a pulse, and no event tells of it. */
  final boolean pulsed;

  /** The peer knows that this side has joined. Guarded by the directory's lock. */
  boolean announced;

  /** Whom this side may ring; replaced as peers come and go, under the directory's lock. */
  volatile Doorbell[] doorbells = NOBODY;

  // Guarded by the endpoint's inbox.
  boolean joined = true;
  boolean bellPending;
  long pendingSince;
  long received;
  long delivered;
  private @Nullable LatencyHistogram latency;

  /** On which terms an endpoint joins a channel. */
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
    this.pulsed = terms.pulsed;
  }

  /** Lets the endpoint see the memory, or throws and lets it see nothing. Directory locked. */
  abstract void map();

  /**
   * Returns when the endpoint can't reach the memory any more. Directory locked; called once after
   * each successful {@link #map}.
   */
  abstract void unmap();

  /** Lets this side ring a peer; null is nobody. Directory locked. */
  void mayRing(@Nullable Doorbell bell) {
    if (bell != null) {
      Doorbell[] before = doorbells;
      Doorbell[] after = Arrays.copyOf(before, before.length + 1);
      after[before.length] = bell;
      doorbells = after;
    }
  }

  /** The peer is no longer there to be rung. Directory locked. */
  void mayNotRing(Attachment peer) {
    doorbells = Arrays.stream(doorbells).filter(bell -> bell.to != peer).toArray(Doorbell[]::new);
  }

  /** This side leaves. Directory locked. */
  void mayRingNobody() {
    doorbells = NOBODY;
  }

  /** What the endpoint calls it: from 1, never used twice in a run. */
  public int handle() {
    return handle;
  }

  /** Publisher and key. */
  public ChannelId id() {
    return channel.id;
  }

  /** Which of all channels it is: greater for each one published, from 1. */
  public long generation() {
    return channel.generation;
  }

  /** The channel's name, or null. */
  public @Nullable String name() {
    return channel.name;
  }

  /** The side that the endpoint is on. */
  public Role role() {
    return role;
  }

  /** How the memory is divided. */
  public Shape shape() {
    return channel.shape;
  }

  /**
   * The section that the endpoint can write: 0 the publisher's, from 1 a subscriber's, or {@link
   * Shape#NO_SECTION}.
   */
  public int section() {
    return section;
  }

  /** Whether the endpoint can write: all of a raw channel, its section of a sectioned one. */
  public boolean writable() {
    return writable;
  }

  /** The channel's present state; it may be another one by the time the caller looks. */
  public ChannelState state() {
    return channel.state;
  }

  /** Another number whenever somebody has joined or left, or the state is another one. */
  int changes() {
    return channel.changes;
  }

  Event event(Event.Kind kind, int peer) {
    return new Event(kind, handle, peer, channel.id.key(), channel.generation, 0);
  }

  /** Times from a ring to its being taken. Inbox locked. */
  LatencyHistogram latency() {
    LatencyHistogram made = latency;
    if (made == null) {
      made = new LatencyHistogram();
      latency = made;
    }
    return made;
  }

  /** A percentile of those times, 0 if there are none. Inbox locked. */
  long percentileNanos(double share) {
    return latency == null ? 0 : latency.percentile(share);
  }

  @Override
  public String toString() {
    return "%s of %s by %s".formatted(role, channel, endpoint.name());
  }
}
