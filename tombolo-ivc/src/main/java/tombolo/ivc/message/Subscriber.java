// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.message;

import java.time.Duration;
import java.util.Optional;
import tombolo.ivc.HostChannel;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Status;
import tombolo.ring.Answer;
import tombolo.ring.Waiting;
import tombolo.ring.channel.ChannelSubscriber;
import tombolo.ring.channel.RingPlace;

/**
 * Receives the messages of a {@link Publisher}, or of a guest that uses the ring of guests/lib,
 * through a named channel. Whoever opens it closes it.
 *
 * <p>For one thread at a time.
 */
public final class Subscriber extends ChannelSubscriber {
  private final HostEndpoint endpoint;
  private final ChannelId id;
  private HostChannel channel;

  private Subscriber(HostEndpoint endpoint, HostChannel channel, Waiting how, boolean lossy) {
    super(new HostPlace(channel), how, lossy);
    this.endpoint = endpoint;
    this.id = channel.id();
    this.channel = channel;
  }

  /** Subscribes to a channel. To wait for messages, looks a while, then sleeps. */
  public static Subscriber open(HostEndpoint endpoint, String name, Duration limit)
      throws InterruptedException {
    return open(endpoint, name, limit, Waiting.SPIN_THEN_BELL);
  }

  /**
   * Subscribes to a channel, as soon as it is published.
   *
   * @param endpoint who subscribes; its grant must allow it to write, because a reader says where
   *     it is, and to ring if anybody sleeps
   * @param name the channel's
   * @param limit how long to wait until it is published
   * @param how both sides wait
   * @throws RefusedException if the endpoint may not, or the channel is not there in that time, or
   *     has subscribers enough
   * @throws IllegalStateException if the endpoint may only read, or the channel is no ring's
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static Subscriber open(HostEndpoint endpoint, String name, Duration limit, Waiting how)
      throws InterruptedException {
    return open(endpoint, name, limit, how, false);
  }

  /**
   * Subscribes without ever holding the publisher back, where there are several subscribers; as
   * {@link #open(HostEndpoint, String, Duration, Waiting)} where there is one. If this side is too
   * slow, it misses messages: a call says {@link Answer#LOST}, {@link #lost} how many.
   */
  public static Subscriber openLossy(
      HostEndpoint endpoint, String name, Duration limit, Waiting how) throws InterruptedException {
    return open(endpoint, name, limit, how, true);
  }

  private static Subscriber open(
      HostEndpoint endpoint, String name, Duration limit, Waiting how, boolean lossy)
      throws InterruptedException {
    HostChannel channel = endpoint.subscribe(name, limit);
    boolean made = false;
    try {
      Subscriber subscriber = new Subscriber(endpoint, channel, how, lossy);
      made = true;
      return subscriber;
    } finally {
      if (!made) {
        channel.close();
      }
    }
  }

  @Override
  protected Optional<RingPlace> joinNext(long nanos) throws InterruptedException {
    if (!endpoint.isLive(id) && !endpoint.awaitPublished(id, Duration.ofNanos(nanos))) {
      return Optional.empty();
    }
    channel.close();
    try {
      channel = endpoint.subscribe(id);
      return Optional.of(new HostPlace(channel));
    } catch (RefusedException e) {
      if (e.status() == Status.NO_SUCH_CHANNEL) {
        return Optional.empty(); // it has gone again
      }
      throw e;
    }
  }

  /** Returns the channel, for its doorbell and its events; its memory is the ring's. */
  public HostChannel channel() {
    return channel;
  }
}
