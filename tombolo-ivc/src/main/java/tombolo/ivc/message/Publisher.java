// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.message;

import tombolo.ivc.HostChannel;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.abi.RefusedException;
import tombolo.ring.Waiting;
import tombolo.ring.channel.ChannelPublisher;

/**
 * Sends messages to whoever subscribes to a channel of this name: other host endpoints, by {@link
 * Subscriber}, or guests, by the rings of guests/lib or by Java. Whoever opens it closes it.
 *
 * <p>For one thread at a time.
 */
public final class Publisher extends ChannelPublisher {
  /** The default size of the ring: 1 MiB. */
  public static final int DEFAULT_CAPACITY = 1 << 20;

  private final HostChannel channel;

  private Publisher(HostChannel channel, int capacity, Waiting how) {
    super(new HostPlace(channel), capacity, how);
    this.channel = channel;
  }

  /** Publishes a channel for one subscriber. To wait, both sides look a while, then sleep. */
  public static Publisher open(HostEndpoint endpoint, String name) {
    return open(endpoint, name, DEFAULT_CAPACITY, 1, Waiting.SPIN_THEN_BELL);
  }

  /**
   * Publishes a channel.
   *
   * @param endpoint who publishes; its grant must allow {@link #channelSize} bytes and a sectioned
   *     channel
   * @param name the channel's
   * @param capacity bytes of the ring, a power of two from 64 to 1 GiB; messages are half of that
   *     at the most
   * @param subscribers how many there can be at a time, from 1 to 64
   * @param how both sides wait
   * @throws RefusedException if the endpoint may not, or the channel is published already
   */
  public static Publisher open(
      HostEndpoint endpoint, String name, int capacity, int subscribers, Waiting how) {
    HostChannel channel = endpoint.publish(name, RingChannel.shape(capacity, subscribers));
    return new Publisher(channel, capacity, how);
  }

  /** Returns the bytes of the channel for such a ring, which the grant must allow. */
  public static long channelSize(int capacity, int subscribers) {
    return RingChannel.shape(capacity, subscribers).total();
  }

  /** Returns the channel, for its doorbell and its events; its memory is the ring's. */
  public HostChannel channel() {
    return channel;
  }
}
