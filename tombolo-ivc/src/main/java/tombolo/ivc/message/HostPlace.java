// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.message;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import tombolo.ivc.HostChannel;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Shape;
import tombolo.ring.channel.RingPlace;

/** A host endpoint's side of a channel, as a place for a ring. */
record HostPlace(HostChannel channel) implements RingPlace {
  @Override
  public int sections() {
    return channel.shape().sections();
  }

  @Override
  public int section() {
    return channel.section();
  }

  @Override
  public MemorySegment section(int number) {
    Shape shape = channel.shape();
    return channel.memory().asSlice(shape.offsetOf(number), shape.sizeOf(number));
  }

  @Override
  public MemorySegment output() {
    return channel.output();
  }

  @Override
  public boolean isOwned(int number) {
    return channel.sectionOwner(number) != 0;
  }

  @Override
  public boolean isLive() {
    return channel.state() == ChannelState.LIVE;
  }

  @Override
  public int changes() {
    return channel.changes();
  }

  @Override
  public void ring() {
    channel.tryRing();
  }

  @Override
  public void awaitDoorbellOrChange(int changes, long nanos) throws InterruptedException {
    channel.awaitDoorbellOrChange(changes, Duration.ofNanos(nanos));
  }

  @Override
  public long nanoTime() {
    return channel.endpoint().host().clock().nanos();
  }

  @Override
  public void close() {
    channel.close();
  }

  @Override
  public String toString() {
    return channel.toString();
  }
}
