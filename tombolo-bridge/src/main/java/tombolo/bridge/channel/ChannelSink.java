// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.channel;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import tombolo.bridge.stream.RingSink;
import tombolo.ivc.HostChannel;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.message.RingChannel;
import tombolo.ring.Answer;
import tombolo.ring.BroadcastWriter;
import tombolo.ring.RingWriter;

/**
 * The ring of a channel that a bridge publishes here. The channel is there as long as its
 * publisher's is on the other host, so that subscribers see it come and go as any channel. For the
 * bridge's worker, which calls {@link #changed} after the endpoint's signal.
 */
public final class ChannelSink implements RingSink {
  /** How often to try again: once for so many hellos, of which there are ten a second. */
  private static final int CALLS_A_RETRY = 10;

  private final HostEndpoint endpoint;
  private final String name;
  private final Shape shape;
  private final int capacity;
  private final Consumer<String> say;

  private @Nullable HostChannel channel;
  private @Nullable RingWriter ring;
  private @Nullable ByteBuffer data;
  private int claimedAt;

  /** The channel's number of changes when {@link #lookAround} looked. */
  private int seen;

  /** Calls since the channel could not be published; 0 if it could. */
  private int refused;

  /** Length of the message for which there was no room, while this side sleeps. */
  private int wanted;

  /**
   * @param shape the channel's: sectioned, with a section for each subscriber
   * @param say takes a line when the channel cannot be published
   */
  public ChannelSink(HostEndpoint endpoint, String name, Shape shape, Consumer<String> say) {
    this.endpoint = endpoint;
    this.name = name;
    this.shape = shape;
    this.capacity = RingChannel.capacity(shape);
    this.say = say;
  }

  /** Returns the bytes of the ring. */
  public int capacity() {
    return capacity;
  }

  /** Notes that something may have happened to the channel. */
  public void changed() {
    if (channel != null) {
      channel.takeDoorbell();
    }
  }

  @Override
  public void appear() {
    if (channel != null || refused++ % CALLS_A_RETRY != 0) {
      return;
    }
    try {
      channel = endpoint.publish(name, shape);
      seen = channel.changes() - 1;
      refused = 0;
    } catch (RefusedException e) {
      if (refused == 1) {
        say.accept("channel.%s: the bridge cannot publish it: %s".formatted(name, e.getMessage()));
      }
    }
  }

  @Override
  public void disappear() {
    leave();
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }

  @Override
  public void begin() {
    if (channel != null) {
      ring = RingChannel.writer(channel, capacity);
      data = ring.data().asByteBuffer();
      seen = channel.changes() - 1;
      ringIfAsked();
    }
  }

  @Override
  public void leave() {
    if (ring != null) {
      ring.close();
      ringIfAsked();
      ring = null;
    }
  }

  @Override
  public boolean hasReader() {
    if (channel != null) {
      for (int section = 1; section <= shape.sections(); section++) {
        if (channel.sectionOwner(section) != 0) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public int look() {
    int answer = claim(1, 0);
    if (answer < 0) {
      return answer;
    }
    abort();
    return Answer.OK;
  }

  @Override
  public int offer(int type, DirectBuffer source, int at, int length) {
    int answer = claim(type, length);
    if (answer < 0) {
      return answer;
    }
    put(0, source, at, length);
    commit();
    return Answer.OK;
  }

  @Override
  public int claim(int type, int length) {
    if (ring == null) {
      return Answer.NOT_CONNECTED;
    }
    lookAround();
    claimedAt = ring.tryClaim(type, length);
    if (claimedAt < 0) {
      wanted = length;
      ringIfAsked(); // a reader that sleeps until the writer has joined it
    }
    return claimedAt;
  }

  @Override
  public void put(int offset, DirectBuffer source, int at, int length) {
    source.getBytes(at, Objects.requireNonNull(data), claimedAt + offset, length);
  }

  @Override
  public void commit() {
    Objects.requireNonNull(ring).commit();
  }

  @Override
  public void flush() {
    ringIfAsked();
  }

  @Override
  public void abort() {
    Objects.requireNonNull(ring).abort();
  }

  @Override
  public int maxMessageLength() {
    return RingChannel.maxMessageLength(shape, capacity);
  }

  @Override
  public boolean sleep() {
    return ring == null || ring.sleep(wanted);
  }

  @Override
  public void wake() {
    if (ring != null) {
      ring.wake();
    }
  }

  /** Tells the ring which readers are dead, since their memory does not. */
  private void lookAround() {
    if (channel == null || ring == null || channel.changes() == seen) {
      return;
    }
    seen = channel.changes();
    for (int section = 1; section <= shape.sections(); section++) {
      if (channel.sectionOwner(section) == 0) {
        ring.readerIsDead(section - 1);
      }
    }
    if (ring instanceof BroadcastWriter broadcast) {
      broadcast.admit();
    }
  }

  private void ringIfAsked() {
    if (ring != null && channel != null && ring.peerSleeps()) {
      channel.tryRing();
    }
  }
}
