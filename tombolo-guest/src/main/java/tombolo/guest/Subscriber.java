// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import java.time.Duration;
import java.util.Optional;
import tombolo.ring.Answer;
import tombolo.ring.Waiting;
import tombolo.ring.channel.ChannelSubscriber;
import tombolo.ring.channel.RingPlace;

/**
 * Receives the messages of a publisher: of another VM, or of Java on the host. Whoever opens it
 * closes it.
 *
 * <p>For one thread at a time.
 */
public final class Subscriber extends ChannelSubscriber {
  private final GuestEndpoint endpoint;
  private GuestChannel channel;

  private Subscriber(GuestEndpoint endpoint, GuestChannel channel, Waiting how, boolean lossy) {
    super(channel, how, lossy);
    this.endpoint = endpoint;
    this.channel = channel;
  }

  /** Subscribes to a channel. To wait for messages, looks a while, then sleeps. */
  public static Subscriber open(GuestEndpoint endpoint, String name, Duration limit)
      throws InterruptedException {
    return open(endpoint, name, limit, Waiting.SPIN_THEN_BELL, false);
  }

  /**
   * Subscribes to a channel, as soon as it is published.
   *
   * @param limit how long to wait for that at the most
   * @param how both sides wait
   * @param lossy whether to miss messages rather than hold the publisher back, where there are
   *     several subscribers: a call then says {@link Answer#LOST}, and {@link #lost} how many
   * @throws RefusedException if the host does not allow it, or that was not in time
   * @throws IllegalStateException if this VM may only read, or the channel is no ring's
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static Subscriber open(
      GuestEndpoint endpoint, String name, Duration limit, Waiting how, boolean lossy)
      throws InterruptedException {
    GuestChannel channel = endpoint.subscribe(name, limit);
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
    if (!endpoint.awaitPublished(channel.name(), nanos)) {
      return Optional.empty();
    }
    channel.close();
    try {
      channel = endpoint.subscribe(channel.name());
      return Optional.of(channel);
    } catch (RefusedException e) {
      if (e.status() == Status.NO_SUCH_CHANNEL) {
        return Optional.empty(); // it has gone again
      }
      throw e;
    }
  }

  /** Returns the channel, for its doorbell; its memory is the ring's. */
  public GuestChannel channel() {
    return channel;
  }
}
