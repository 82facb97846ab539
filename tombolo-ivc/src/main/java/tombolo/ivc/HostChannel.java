// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Shape;
import tombolo.memory.HostMemory;

/**
 * A host endpoint's side of a channel: memory as segments, and a doorbell that can be waited for.
 * Leaving the channel, by {@link #close} or with the endpoint, invalidates the segments: an access
 * throws {@link IllegalStateException} from then on.
 *
 * <p>Thread-safe. Others write the memory at any time: read once, check, use the copy.
 */
public final class HostChannel extends Attachment implements AutoCloseable {
  private final HostEndpoint owner;
  private @Nullable Arena arena;
  private @Nullable MemorySegment memory;
  private @Nullable MemorySegment own;

  HostChannel(Terms terms, HostEndpoint owner) {
    super(terms);
    this.owner = owner;
  }

  /** Returns the whole channel; read-only unless it is raw and the endpoint may write it. */
  public MemorySegment memory() {
    return Objects.requireNonNull(memory);
  }

  /**
   * Returns what this side can write: its own section, or all of a raw channel.
   *
   * @throws IllegalStateException if it may only read
   */
  public MemorySegment output() {
    if (own == null) {
      throw new IllegalStateException("read-only: " + this);
    }
    return own;
  }

  /** Rings everybody on the other side; throws {@link RefusedException} if nobody is there. */
  public void ring() {
    owner.ring(this, Endpoint.EVERY_PEER);
  }

  /**
   * Waits for the doorbell of this channel and takes it.
   *
   * @param limit how long at the most, by the directory's clock
   * @return whether it has rung; false also when this side has left the channel
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean awaitDoorbell(Duration limit) throws InterruptedException {
    return owner.awaitDoorbell(this, limit);
  }

  /**
   * Waits until the doorbell of this channel has rung, and takes it; or until anybody has come or
   * gone, or the channel's state has changed, since {@link #changes} was what the caller knows.
   *
   * @param changes the caller's number of changes
   * @param limit how long at the most, by the directory's clock
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitDoorbellOrChange(int changes, Duration limit) throws InterruptedException {
    owner.awaitDoorbellOrChange(this, changes, limit);
  }

  /** Takes the doorbell of this channel if it has rung; returns whether it had. */
  public boolean takeDoorbell() {
    return owner.takeDoorbell(this);
  }

  /** Rings everybody on the other side; false if nobody is there, or this side may not. */
  public boolean tryRing() {
    return owner.ringAll(this);
  }

  /** Returns the endpoint whose side this is. */
  public HostEndpoint endpoint() {
    return owner;
  }

  /**
   * Returns the id of the endpoint that has a section now, or 0 if nobody has.
   *
   * @param section a subscriber's section of a sectioned channel, from 1
   */
  public int sectionOwner(int section) {
    return Channel.sectionOwner(memory(), section);
  }

  /**
   * Leaves the channel: unpublishes or unsubscribes. Does nothing if this side has left already.
   */
  @Override
  public void close() {
    owner.leave(this);
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // it closes in unmap()
  void map() {
    Arena life = Arena.ofShared();
    HostMemory host = channel.memory.host();
    MemorySegment whole = host.view(channel.memory.offset(), shape().total(), life);
    boolean raw = shape().layout() == Layout.RAW;
    arena = life;
    memory = raw && writable() ? whole : whole.asReadOnly();
    if (raw && writable()) {
      own = whole;
    } else if (section() != Shape.NO_SECTION && !raw) {
      own = whole.asSlice(shape().offsetOf(section()), shape().sizeOf(section()));
    }
  }

  @Override
  long placeLocked() {
    return -1;
  }

  @Override
  void mapAt(long place) {
    map();
  }

  @Override
  void unmap() {
    // Throws while a foreign call uses the segment; then the memory is never used again.
    Objects.requireNonNull(arena).close();
  }
}
