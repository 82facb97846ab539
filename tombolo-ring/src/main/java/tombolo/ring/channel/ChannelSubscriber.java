// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.channel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tombolo.ring.Answer;
import tombolo.ring.Breach;
import tombolo.ring.LossyReader;
import tombolo.ring.MessageHandler;
import tombolo.ring.RingReader;
import tombolo.ring.Waiting;
import tombolo.ring.WaitingReader;

/**
 * Receives the messages of the ring in a channel.
 *
 * <p>It outlives its publisher. When that has gone, and all that it had sent has been read, a call
 * says {@link Answer#PEER_GONE}, once; when it is back, {@link Answer#PEER_RESTARTED}, once, and
 * what comes then is a new stream.
 *
 * <p>For one thread at a time. No call allocates for a message; one that sleeps may.
 */
public abstract class ChannelSubscriber implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ChannelSubscriber.class.getName());

  private final Waiting how;
  private final boolean lossy;
  private RingPlace place;
  private PlaceBell bell;
  private RingReader ring;
  private WaitingReader reader;

  /** The messages lost in channels that this side has left. */
  private long lostBefore;

  /** Whether it was said that the publisher has gone. */
  private boolean told;

  /** Whether the channel's publisher has gone and all that it had sent is read. */
  private boolean drained;

  /** Whether it was logged that this publisher has broken the ring. */
  private boolean broken;

  /**
   * Begins a life of a reader.
   *
   * @param place the joined channel; belongs to this subscriber from now on
   * @param how both sides wait
   * @param lossy whether to miss messages rather than hold the publisher back, where there are
   *     several subscribers
   * @throws IllegalStateException if this side may only read, or the channel is no ring's
   */
  protected ChannelSubscriber(RingPlace place, Waiting how, boolean lossy) {
    this.how = how;
    this.lossy = lossy;
    this.place = place;
    this.bell = new PlaceBell(place);
    this.ring = ChannelRing.reader(place, lossy);
    this.reader = new WaitingReader(ring, how, bell);
  }

  /**
   * Waits until the channel can be joined again, leaves the one that this side has joined, and
   * joins the next.
   *
   * @param nanos how long to wait at the most; 0 or less not at all
   * @return the channel, or empty if it can't be joined in that time
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  protected abstract Optional<RingPlace> joinNext(long nanos) throws InterruptedException;

  /**
   * Reads messages that are there, or else waits for the first.
   *
   * @param handler called for each message, by this thread
   * @param limit how many at the most, at least 1
   * @param time how long to wait at the most
   * @return how many were read, 0 if there was none in that time, or an {@link Answer}, which is
   *     negative
   * @throws RuntimeException if this side may not join the next publisher's channel, or that has no
   *     ring; a later call tries again
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public final int receive(MessageHandler handler, int limit, Duration time)
      throws InterruptedException {
    long left = TimeUnit.NANOSECONDS.convert(time);
    long end = left > 0 ? bell.nanoTime() + left : 0;
    while (true) {
      boolean over = drained || isOver();
      int count = drained ? 0 : reader.drain(handler, limit, over ? 0 : left);
      if (count == 0 && over) {
        count = publisherHasGone(left);
      }
      if (count == Answer.PEER_BROKEN && !broken) {
        broken = true;
        LOG.log(
            Level.WARNING,
            "{0}: the publisher has broken its ring ({1}): nothing more is read from it",
            place,
            ring.breach().map(Breach::name).orElse("?"));
      }
      if (count != 0 || left <= 0) {
        told = count == Answer.PEER_GONE || (told && count == 0);
        return count;
      }
      left = end - bell.nanoTime();
    }
  }

  /** Takes note of changes, and returns whether the publisher has gone. */
  private boolean isOver() {
    boolean _ = bell.noteChanges();
    return !place.isLive();
  }

  /** Reads one message, if there is one. */
  public final int poll(MessageHandler handler) throws InterruptedException {
    return receive(handler, 1, Duration.ZERO);
  }

  /** Joins the next publisher as soon as it is there; all that the last one had sent is read. */
  private int publisherHasGone(long nanos) throws InterruptedException {
    drained = true; // the channel may be left from now on, whatever happens
    Optional<RingPlace> next = joinNext(told ? nanos : 0);
    if (next.isEmpty()) {
      return told ? 0 : Answer.PEER_GONE;
    }
    join(next.get());
    return Answer.PEER_RESTARTED;
  }

  private void join(RingPlace next) {
    PlaceBell nextBell = new PlaceBell(next);
    RingReader nextRing;
    boolean made = false;
    try {
      nextRing = ChannelRing.reader(next, lossy);
      made = true;
    } finally {
      if (!made) {
        next.close(); // it is no ring's; the one after it may be
      }
    }
    lostBefore = lost();
    place = next;
    bell = nextBell;
    ring = nextRing;
    reader = new WaitingReader(ring, how, bell);
    broken = false;
    drained = false;
  }

  /** Returns how many messages this side has missed; 0 unless it is lossy. */
  public final long lost() {
    return lostBefore + (ring instanceof LossyReader slow ? slow.lost() : 0);
  }

  /** Leaves the channel. */
  @Override
  public final void close() {
    place.close();
  }
}
