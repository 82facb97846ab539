// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.message;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import tombolo.ivc.HostChannel;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.RefusedException;
import tombolo.ring.Answer;
import tombolo.ring.Breach;
import tombolo.ring.LossyReader;
import tombolo.ring.MessageHandler;
import tombolo.ring.RingReader;
import tombolo.ring.Waiting;
import tombolo.ring.WaitingReader;

/**
 * Receives the messages of a {@link Publisher}, or of a guest that uses the ring of guests/lib,
 * through a named channel. Whoever opens it closes it.
 *
 * <p>It outlives its publisher. When that has gone, and all that it had sent has been read, a call
 * says {@link Answer#PEER_GONE}, once; when it is back, {@link Answer#PEER_RESTARTED}, once, and
 * what comes then is a new stream.
 *
 * <p>For one thread at a time. No call allocates for a message; one that sleeps may.
 */
public final class Subscriber implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Subscriber.class.getName());

  private final HostEndpoint endpoint;
  private final ChannelId id;
  private final Waiting how;
  private final boolean lossy;
  private HostChannel channel;
  private ChannelBell bell;
  private RingReader ring;
  private WaitingReader reader;

  /** The messages lost in channels that this side has left. */
  private long lostBefore;

  /** Whether it was said that the publisher has gone. */
  private boolean told;

  /** Whether it was logged that this publisher has broken the ring. */
  private boolean broken;

  private Subscriber(HostEndpoint endpoint, HostChannel channel, Waiting how, boolean lossy) {
    this.endpoint = endpoint;
    this.id = channel.id();
    this.how = how;
    this.lossy = lossy;
    this.channel = channel;
    this.bell = new ChannelBell(channel);
    this.ring = RingChannel.reader(channel, lossy);
    this.reader = new WaitingReader(ring, how, bell);
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

  /**
   * Reads messages that are there, or else waits for the first.
   *
   * @param handler called for each message, by this thread
   * @param limit how many at the most, at least 1
   * @param time how long to wait at the most
   * @return how many were read, 0 if there was none in that time, or an {@link Answer}, which is
   *     negative
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public int receive(MessageHandler handler, int limit, Duration time) throws InterruptedException {
    long left = time.toNanos();
    long end = left > 0 ? bell.nanoTime() + left : 0;
    while (true) {
      bell.noteChanges();
      boolean over = channel.state() != ChannelState.LIVE;
      int count = reader.drain(handler, limit, over ? 0 : left);
      if (count == 0 && over) {
        count = publisherHasGone(left);
      }
      if (count == Answer.PEER_BROKEN && !broken) {
        broken = true;
        LOG.log(
            Level.WARNING,
            "{0}: the publisher of {1} has broken its ring ({2}): nothing more is read from it",
            endpoint.name(),
            channel.id(),
            ring.breach().map(Breach::name).orElse("?"));
      }
      if (count != 0 || left <= 0) {
        told = count == Answer.PEER_GONE || (told && count == 0);
        return count;
      }
      left = end - bell.nanoTime();
    }
  }

  /** Reads one message, if there is one. */
  public int poll(MessageHandler handler) throws InterruptedException {
    return receive(handler, 1, Duration.ZERO);
  }

  /** Joins the next publisher as soon as it is there; all that the last one had sent is read. */
  private int publisherHasGone(long nanos) throws InterruptedException {
    boolean back =
        endpoint.isLive(id) || (told && endpoint.awaitPublished(id, Duration.ofNanos(nanos)));
    if (!back) {
      return told ? 0 : Answer.PEER_GONE;
    }
    lostBefore = lost();
    channel.close();
    channel = endpoint.subscribe(id);
    bell = new ChannelBell(channel);
    ring = RingChannel.reader(channel, lossy);
    reader = new WaitingReader(ring, how, bell);
    broken = false;
    return Answer.PEER_RESTARTED;
  }

  /** Returns how many messages this side has missed; 0 unless it is lossy. */
  public long lost() {
    return lostBefore + (ring instanceof LossyReader slow ? slow.lost() : 0);
  }

  /** Returns the channel, for its doorbell and its events; its memory is the ring's. */
  public HostChannel channel() {
    return channel;
  }

  /** Leaves the channel. */
  @Override
  public void close() {
    channel.close();
  }
}
