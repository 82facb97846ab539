// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import org.jspecify.annotations.Nullable;
import tombolo.memory.GuestMemoryException;

/**
 * One split virtqueue of a device (virtio 1.2, 2.7), with its registers. It exists as long as the
 * device, and is live while the driver has it enabled, has set DRIVER_OK, and the device is not
 * broken.
 *
 * <p>Thread-safe: any thread may take and complete chains, in any order, with any lock of the
 * device's own held. Who takes chains of one queue on several threads puts them in order himself.
 */
public final class Virtqueue {
  final DeviceState state;
  private final int index;
  private final int maxSize;

  // Registers, guarded by state.
  int size;
  long descriptorArea;
  long driverArea;
  long deviceArea;
  int vector;

  /** What the registers said when the queue was enabled, or null while it is not; guarded too. */
  private @Nullable SplitRing ring;

  Virtqueue(DeviceState state, int index, int maxSize) {
    if (maxSize < 1 || maxSize > 32768 || Integer.bitCount(maxSize) != 1) {
      throw new IllegalArgumentException("no size of a virtqueue: " + maxSize);
    }
    this.state = state;
    this.index = index;
    this.maxSize = maxSize;
    reset();
  }

  /** Which queue of its device it is, from 0. */
  public int index() {
    return index;
  }

  /** Whether chains can be taken and completed. It may be otherwise by the time this returns. */
  public boolean isLive() {
    synchronized (state) {
      return live() != null;
    }
  }

  /**
   * Takes the next chain, in the order of the available ring.
   *
   * @return null if there is none now, in which case the driver notifies the device of the next
   *     one; or if the queue is not live, which it also stops being here when the chain breaks a
   *     rule; or if the calling thread is interrupted, because its VM ends and a guest that adds
   *     chains all the time could hold it
   */
  public @Nullable Chain take() {
    synchronized (state) {
      SplitRing now = live();
      if (now == null || Thread.currentThread().isInterrupted()) {
        return null;
      }
      try {
        int head = now.takeHead();
        if (head < 0) {
          return null;
        }
        DescriptorWalk walk = new DescriptorWalk(state.memory, state.accepted(Feature.INDIRECT));
        walk.from(now, head);
        return new Chain(this, head, state.life(), walk.readable, walk.writable);
      } catch (BreachException | GuestMemoryException e) {
        state.breach("queue %d: %s".formatted(index, e.getMessage()));
        return null;
      }
    }
  }

  /**
   * Gives a chain back to the driver, and interrupts it if it wants that. What was written to the
   * chain before is visible to the driver. Does nothing if the chain is lost.
   *
   * @param written how many bytes were written, from the first writable one on; 0 to {@link
   *     Chain#writable()}
   * @throws IllegalArgumentException if the chain has fewer, or is another queue's
   * @throws IllegalStateException if the chain was completed before
   */
  public void complete(Chain chain, long written) {
    if (written < 0 || written > chain.writable() || !equals(chain.queue())) {
      throw new IllegalArgumentException(
          "%d bytes written to a chain of %d, queue %d, completed in queue %d"
              .formatted(written, chain.writable(), chain.queue().index, index));
    }
    synchronized (state) {
      if (chain.completed) {
        throw new IllegalStateException("a chain was completed twice");
      }
      chain.completed = true;
      SplitRing now = live();
      if (now == null || chain.life != state.life()) {
        return;
      }
      try {
        if (now.putUsed(chain.head, Math.min(written, 0xffff_ffffL))) {
          state.interruptQueue(vector);
        }
      } catch (GuestMemoryException e) {
        state.breach("queue %d: a ring is gone: %s".formatted(index, e.getMessage()));
      }
    }
  }

  private @Nullable SplitRing live() {
    return state.running() ? ring : null;
  }

  // What follows is for the registers. All with state's lock held.

  boolean enabled() {
    return ring != null;
  }

  /** The driver has set queue_enable. */
  void enable() {
    if (ring != null) {
      return;
    }
    try {
      if (size < 1 || size > maxSize || Integer.bitCount(size) != 1) {
        throw new BreachException(
            "its size is %d, not a power of two up to %d".formatted(size, maxSize));
      }
      ring =
          SplitRing.enable(
              state.memory,
              size,
              descriptorArea,
              driverArea,
              deviceArea,
              state.accepted(Feature.EVENT_INDEX));
    } catch (BreachException e) {
      state.breach("queue %d: %s".formatted(index, e.getMessage()));
    }
  }

  /** Back to power-on. */
  void reset() {
    ring = null;
    size = maxSize;
    descriptorArea = 0;
    driverArea = 0;
    deviceArea = 0;
    vector = DeviceState.NO_VECTOR;
  }
}
