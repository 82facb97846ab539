// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.channel;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.bridge.stream.RingSource;
import tombolo.ivc.HostChannel;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.message.RingChannel;
import tombolo.ring.Answer;
import tombolo.ring.Breach;
import tombolo.ring.MessageHandler;
import tombolo.ring.RetainingReader;

/**
 * The ring of a channel here, as a bridge reads it. The bridge is a subscriber only while somebody
 * reads on another host, so its publisher sees the far reader come and go as one of its own. For
 * the bridge's worker, which calls {@link #changed} after a change in the directory.
 *
 * <p>What a dead publisher has left in the ring is read and released before the channel is left.
 */
public final class ChannelSource implements RingSource {
  private final HostEndpoint endpoint;
  private final ChannelId id;
  private final String name;
  private final Consumer<String> say;

  private @Nullable HostChannel channel;
  private @Nullable RetainingReader ring;

  /** Messages read and not released since the last rewind. */
  private long retained;

  /** Whether the channel could be joined when looked at. */
  private boolean live;

  /** Whether that was refused, or the ring is broken, since the last change. */
  private boolean useless;

  private boolean told;

  /**
   * @param name the channel's
   * @param say takes a line when the channel cannot be used
   */
  public ChannelSource(HostEndpoint endpoint, String name, Consumer<String> say) {
    this.endpoint = endpoint;
    this.name = name;
    this.say = say;
    this.id = endpoint.resolve(name);
  }

  /** Notes that something may have happened to the channel. */
  public void changed() {
    if (channel != null) {
      channel.takeDoorbell();
      return;
    }
    boolean now = endpoint.isLive(id);
    if (now != live) {
      live = now;
      useless = false;
    }
  }

  @Override
  public boolean isThere() {
    return channel != null || (live && !useless);
  }

  @Override
  public void open() {
    HostChannel joined;
    try {
      joined = endpoint.subscribe(id);
    } catch (RefusedException e) {
      complain("the bridge cannot subscribe: " + e.getMessage());
      return;
    }
    if (!joined.writable() || !RingChannel.isRing(joined.shape())) {
      joined.close();
      complain(
          "the bridge finds no place for a ring; publish it sectioned, with a section for each"
              + " subscriber");
      return;
    }
    told = false;
    channel = joined;
    ring = RingChannel.retainingReader(joined);
    ring.retain();
    retained = 0;
    ringIfAsked();
  }

  private void complain(String what) {
    useless = true;
    if (!told) {
      told = true;
      say.accept("channel.%s: %s".formatted(name, what));
    }
  }

  @Override
  public void close() {
    if (ring != null) {
      ring.close();
      ringIfAsked();
      ring = null;
    }
    if (channel != null) {
      channel.close();
      channel = null;
      live = endpoint.isLive(id);
    }
  }

  @Override
  public boolean isOpen() {
    return ring != null;
  }

  @Override
  public boolean isConnected() {
    return ring != null && ring.isConnected();
  }

  @Override
  public int drain(MessageHandler handler, int limit) {
    if (ring == null || channel == null) {
      return Answer.NOT_CONNECTED;
    }
    boolean over = channel.state() != ChannelState.LIVE; // first: nothing is written after that
    boolean wasConnected = ring.isConnected();
    int count = ring.drain(handler, limit);
    retained = count < 0 ? 0 : retained + count;
    if (!wasConnected && ring.isConnected()) {
      ringIfAsked();
    }
    if (count == Answer.PEER_BROKEN) {
      noteBreach(ring);
    } else if (count == 0 && over && retained == 0) {
      close();
      return Answer.PEER_GONE;
    }
    return count;
  }

  /** Leaves a ring that is broken, until another one is published. */
  private void noteBreach(RetainingReader broken) {
    String why = broken.breach().map(Breach::name).orElse("?");
    close();
    complain(
        "what is in it is no ring of this version (%s); nothing is sent from it".formatted(why));
  }

  @Override
  public long release(long messages) {
    if (ring == null) {
      return 0;
    }
    long count = ring.release(messages);
    retained -= count;
    ringIfAsked();
    return count;
  }

  @Override
  public void rewind() {
    if (ring != null) {
      ring.rewind();
      retained = 0;
    }
  }

  @Override
  public boolean sleep() {
    return ring == null || ring.sleep();
  }

  @Override
  public void wake() {
    if (ring != null) {
      ring.wake();
    }
  }

  private void ringIfAsked() {
    if (ring != null && channel != null && ring.peerSleeps()) {
      channel.tryRing();
    }
  }
}
