// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.memory.GuestMemoryException;

/**
 * One split virtqueue of a device (virtio 1.2, 2.7), with its registers. It exists as long as the
 * device, and is live while the driver has it enabled, has set DRIVER_OK, and the device is not
 * broken.
 *
 * <p>Thread-safe: any thread may take and complete chains, in any order, with any lock of the
 * device's own held. A device that takes chains of one queue on several threads puts them in order
 * itself.
 */
public final class Virtqueue implements Stateful {
  final DeviceState state;
  private final int index;
  private final int maxSize;

  // Registers, guarded by state.
  int size;
  long descriptorArea;
  long driverArea;
  long deviceArea;
  int vector;

  /** The rings of an enabled queue, as its registers were when it was enabled; guarded, too. */
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

  /** Returns its number in its device, from 0. */
  public int index() {
    return index;
  }

  /** Returns how many descriptors the driver has chosen, which bounds its chains. */
  public int entries() {
    synchronized (state) {
      return size;
    }
  }

  /** Returns whether chains can be taken and completed. The answer may be old on return. */
  public boolean isLive() {
    synchronized (state) {
      return live() != null;
    }
  }

  /**
   * Takes the next chain, in the order of the available ring.
   *
   * <p>A guest can add chains all the time. So a device takes a bounded number of them in one call,
   * and then asks for another one by {@link VirtioTransport#serveLater}.
   *
   * @return null if there is none now, in which case the driver notifies the device of the next
   *     one; or if the queue is not live, which it also stops being here when the chain breaks a
   *     rule; or if the device is paused
   */
  public @Nullable Chain take() {
    synchronized (state) {
      SplitRing now = live();
      if (now == null || state.paused()) {
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
    complete(List.of(chain), written);
  }

  /**
   * Gives several chains back at once, as {@link #complete(Chain, long)} does with one: the driver
   * finds all of them used, or none.
   *
   * @param chains different ones, in the order in which the driver shall find them
   * @param written how many bytes were written to each
   */
  public void complete(List<Chain> chains, long... written) {
    for (int i = 0; i < chains.size(); i++) {
      Chain chain = chains.get(i);
      if (written[i] < 0 || written[i] > chain.writable() || !equals(chain.queue())) {
        throw new IllegalArgumentException(
            "%d bytes written to a chain of %d, queue %d, completed in queue %d"
                .formatted(written[i], chain.writable(), chain.queue().index, index));
      }
    }
    synchronized (state) {
      @Nullable SplitRing now = live();
      int put = 0;
      try {
        for (int i = 0; i < chains.size(); i++) {
          Chain chain = chains.get(i);
          if (chain.completed) {
            throw new IllegalStateException("a chain was completed twice");
          }
          chain.completed = true;
          if (now != null && chain.life == state.life()) {
            now.putElement(put++, chain.head, Math.min(written[i], 0xffff_ffffL));
          }
        }
        if (now != null && put > 0 && now.publish(put)) {
          state.interruptQueue(vector);
        }
      } catch (GuestMemoryException e) {
        state.breach("queue %d: a ring is gone: %s".formatted(index, e.getMessage()));
      }
    }
  }

  /**
   * Writes a chain that the device has taken and not completed, as a part of the device's state.
   *
   * @param chain of this queue; one that is lost, or null, is written as none
   */
  public void saveTaken(StateWriter out, @Nullable Chain chain) {
    synchronized (state) {
      if (chain == null || !state.isLive(chain)) {
        out.flag(false);
        return;
      }
      out.flag(true).number(chain.head);
      saveParts(out, chain.readableParts);
      saveParts(out, chain.writableParts);
    }
  }

  private static void saveParts(StateWriter out, List<Buffer> parts) {
    out.number(parts.size());
    for (Buffer part : parts) {
      out.number(part.gpa()).number(part.length());
    }
  }

  /**
   * Reads what {@link #saveTaken} wrote. The descriptors are not read again: the driver may have
   * changed them since. The transport's state has been restored before.
   *
   * @return the chain, or null if none was written
   */
  public @Nullable Chain restoreTaken(StateReader in) {
    synchronized (state) {
      if (!in.flag()) {
        return null;
      }
      int head = in.int32(0, maxSize - 1);
      List<Buffer> readable = restoreParts(in);
      Chain chain = new Chain(this, head, state.life(), readable, restoreParts(in));
      if (!state.isLive(chain) || chain.readable() + chain.writable() > DescriptorWalk.MAX_TOTAL) {
        throw in.wrong("chain %d of queue %d cannot have been taken".formatted(head, index));
      }
      return chain;
    }
  }

  private List<Buffer> restoreParts(StateReader in) {
    int count = in.int32(0, maxSize + DescriptorWalk.MAX_INDIRECT);
    List<Buffer> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long gpa = in.int64();
      long length = in.int64();
      if (gpa < 0 || length < 1 || length > 0xffff_ffffL) {
        throw in.wrong("no buffer: 0x%x bytes at 0x%x".formatted(length, gpa));
      }
      parts.add(new Buffer(gpa, length));
    }
    return List.copyOf(parts);
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

  /** Returns to the state of power-on. */
  void reset() {
    ring = null;
    size = maxSize;
    descriptorArea = 0;
    driverArea = 0;
    deviceArea = 0;
    vector = DeviceState.NO_VECTOR;
  }

  @Override
  public void save(StateWriter out) {
    out.number(size).number(descriptorArea).number(driverArea).number(deviceArea).number(vector);
    out.flag(ring != null);
    if (ring != null) {
      out.part("ring", ring);
    }
  }

  /** Restores registers and rings; status and features have been restored before. */
  @Override
  public void restore(StateReader in) {
    size = in.int32(0, 0xffff);
    descriptorArea = in.int64();
    driverArea = in.int64();
    deviceArea = in.int64();
    vector = state.restoreVector(in);
    ring = null;
    if (!in.flag()) {
      return;
    }
    if (size < 1 || size > maxSize || Integer.bitCount(size) != 1 || !state.hasFeatures()) {
      throw in.wrong("queue %d cannot be enabled".formatted(index));
    }
    try {
      SplitRing enabled =
          SplitRing.unchecked(
              state.memory,
              size,
              descriptorArea,
              driverArea,
              deviceArea,
              state.accepted(Feature.EVENT_INDEX));
      in.part("ring", enabled);
      ring = enabled;
    } catch (BreachException e) {
      throw in.wrong(String.valueOf(e.getMessage()));
    }
  }
}
