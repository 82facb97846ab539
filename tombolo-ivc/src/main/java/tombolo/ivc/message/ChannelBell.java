// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.message;

import java.time.Duration;
import tombolo.ivc.HostChannel;
import tombolo.ring.Bell;

/**
 * A channel's doorbell as the bell of the ring in the channel. For the thread that uses the ring.
 *
 * <p>A wait also ends when anybody comes, goes or dies: the directory knows of it, and the ring
 * does not. No such change is missed: the user of the ring calls {@link #noteChanges} before it
 * looks at the ring, and a wait ends at once if anything has changed since.
 */
final class ChannelBell implements Bell {
  private final HostChannel channel;
  private int seen;

  ChannelBell(HostChannel channel) {
    this.channel = channel;
    seen = channel.changes() - 1;
  }

  /**
   * Takes note of all changes so far. Returns true if there was one since the last call, and the
   * first time.
   */
  boolean noteChanges() {
    int now = channel.changes();
    boolean changed = now != seen;
    seen = now;
    return changed;
  }

  @Override
  public boolean endsWait() {
    return channel.changes() != seen;
  }

  @Override
  public void ring() {
    channel.tryRing();
  }

  @Override
  public void await(long nanos) throws InterruptedException {
    channel.awaitDoorbellOrChange(seen, Duration.ofNanos(nanos));
  }

  @Override
  public long nanoTime() {
    return channel.endpoint().host().clock().nanos();
  }
}
