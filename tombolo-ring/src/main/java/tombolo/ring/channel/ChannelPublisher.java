// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.channel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tombolo.ring.Answer;
import tombolo.ring.Breach;
import tombolo.ring.BroadcastWriter;
import tombolo.ring.RingWriter;
import tombolo.ring.Waiting;
import tombolo.ring.WaitingWriter;

/**
 * Sends messages to whoever subscribes to a channel. Its answers are those of {@link Answer}.
 *
 * <ul>
 *   <li>For <b>one subscriber</b> the ring is an {@link tombolo.ring.SpscRing}. Without a
 *       subscriber a message is not sent: {@link Answer#NOT_CONNECTED}. A subscriber that leaves or
 *       dies is {@link Answer#PEER_GONE}, said once, and one that starts anew {@link
 *       Answer#PEER_RESTARTED}, once.
 *   <li>For <b>several</b> it is a {@link tombolo.ring.BroadcastRing}. A message is sent whoever is
 *       there: each subscriber gets what comes after it has joined. The slowest holds the publisher
 *       back, but for lossy ones, and for those that have left or died.
 * </ul>
 *
 * <p>For one thread at a time. No call allocates for a message; one that sleeps may.
 */
public abstract class ChannelPublisher implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ChannelPublisher.class.getName());

  private final RingPlace place;
  private final PlaceBell bell;
  private final RingWriter writer;
  private final WaitingWriter waiting;

  /** Whether it was logged that the one subscriber has broken the ring. */
  private boolean broken;

  /**
   * Begins a life of the writer.
   *
   * @param place the published channel; belongs to this publisher from now on
   * @param capacity bytes of the ring, a power of two from 64 to 1 GiB
   * @param how both sides wait
   */
  protected ChannelPublisher(RingPlace place, int capacity, Waiting how) {
    this.place = place;
    this.bell = new PlaceBell(place);
    this.writer = ChannelRing.writer(place, capacity);
    this.waiting = new WaitingWriter(writer, how, bell);
  }

  /**
   * Copies a message into the ring, waiting for room, or for a subscriber, if there is none.
   *
   * @param type at least 1
   * @param message at most {@link #maxMessageLength} bytes
   * @param limit how long to wait at the most
   * @return {@link Answer#OK}; {@link Answer#BACK_PRESSURED} or {@link Answer#NOT_CONNECTED} if it
   *     was so all that time; or another answer, at once
   * @throws IllegalArgumentException if the type or the length is none
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public final int send(int type, MemorySegment message, Duration limit)
      throws InterruptedException {
    if (message.byteSize() > writer.maxMessageLength()) {
      throw new IllegalArgumentException(
          "a message of %d bytes; this ring takes 0 to %d"
              .formatted(message.byteSize(), writer.maxMessageLength()));
    }
    return persist(type, message, (int) message.byteSize(), limit);
  }

  /** Copies the bytes of an array into the ring, at the cost of a small object. */
  public final int send(int type, byte[] message, Duration limit) throws InterruptedException {
    return send(type, MemorySegment.ofArray(message), limit);
  }

  /**
   * Claims room for a message, to be written in place into {@link #data}; {@link #commit} or {@link
   * #abort} must follow.
   *
   * @return where the message's bytes go, or an answer, which is negative, as {@link #send}
   * @throws IllegalArgumentException if the type or the length is none
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public final int claim(int type, int length, Duration limit) throws InterruptedException {
    return persist(type, null, length, limit);
  }

  /** Copies a message, or claims room if there is none, as soon as possible. */
  private int persist(int type, @Nullable MemorySegment message, int length, Duration limit)
      throws InterruptedException {
    long left = TimeUnit.NANOSECONDS.convert(limit);
    long end = left > 0 ? bell.nanoTime() + left : 0;
    while (true) {
      lookAround();
      int answer =
          message == null
              ? waiting.claim(type, length, left)
              : waiting.offer(type, message, 0, length, left);
      if (isFinal(answer) || left <= 0) {
        return answer;
      }
      left = end - bell.nanoTime();
    }
  }

  private boolean isFinal(int answer) {
    if (answer == Answer.PEER_BROKEN && !broken) {
      broken = true;
      LOG.log(
          Level.WARNING,
          "{0}: the subscriber has broken its ring ({1}): nothing more is sent to it",
          place,
          writer.breach(0).map(Breach::name).orElse("?"));
    }
    return answer != Answer.BACK_PRESSURED && answer != Answer.NOT_CONNECTED;
  }

  /**
   * Publishes the claimed message.
   *
   * @throws IllegalStateException if none is claimed
   */
  public final void commit() {
    waiting.commit();
  }

  /**
   * Gives the claimed room back.
   *
   * @throws IllegalStateException if none is claimed
   */
  public final void abort() {
    writer.abort();
  }

  /** Returns the ring's data area. Only the bytes of a claimed message may be written. */
  public final MemorySegment data() {
    return writer.data();
  }

  /** Returns the bytes of the longest message. */
  public final int maxMessageLength() {
    return writer.maxMessageLength();
  }

  /** Returns whether there is a subscriber that reads. */
  public final boolean isConnected() {
    lookAround();
    return writer.isConnected();
  }

  /** Unpublishes the channel. A subscriber can still read what was sent. */
  @Override
  public final void close() {
    place.close();
  }

  /** Tells the ring which readers are dead, since their memory does not. */
  private void lookAround() {
    if (bell.noteChanges()) {
      for (int section = 1; section <= place.sections(); section++) {
        if (!place.isOwned(section)) {
          writer.readerIsDead(section - 1);
        }
      }
      if (writer instanceof BroadcastWriter broadcast) {
        broadcast.admit();
      }
    }
  }
}
