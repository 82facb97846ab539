// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import tombolo.ring.Waiting;
import tombolo.ring.channel.ChannelPublisher;
import tombolo.ring.channel.ChannelRing;

/**
 * Sends messages to whoever subscribes to a channel of this name: other VMs, or Java on the host.
 * Whoever opens it closes it.
 *
 * <p>For one thread at a time.
 */
public final class Publisher extends ChannelPublisher {
  private final GuestChannel channel;

  private Publisher(GuestChannel channel, int capacity, Waiting how) {
    super(channel, capacity, how);
    this.channel = channel;
  }

  /** Publishes a channel for one subscriber. To wait, both sides look a while, then sleep. */
  public static Publisher open(GuestEndpoint endpoint, String name, int capacity) {
    return open(endpoint, name, capacity, 1, Waiting.SPIN_THEN_BELL);
  }

  /**
   * Publishes a channel.
   *
   * @param capacity bytes of the ring, a power of two from 64 to 1 GiB; messages are half of that
   *     at the most
   * @param subscribers how many there can be at a time, from 1 to 64
   * @param how both sides wait
   * @throws RefusedException if the host does not allow it
   */
  public static Publisher open(
      GuestEndpoint endpoint, String name, int capacity, int subscribers, Waiting how) {
    long size = ChannelRing.publisherSize(capacity, subscribers);
    GuestChannel channel = endpoint.publish(name, size, subscribers, ChannelRing.SUBSCRIBER_SIZE);
    boolean made = false;
    try {
      Publisher publisher = new Publisher(channel, capacity, how);
      made = true;
      return publisher;
    } finally {
      if (!made) {
        channel.close();
      }
    }
  }

  /** Returns the channel, for its doorbell; its memory is the ring's. */
  public GuestChannel channel() {
    return channel;
  }
}
