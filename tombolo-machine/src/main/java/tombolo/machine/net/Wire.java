// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link NetworkDevice} is joined to, and sends its frames to. One device a wire, or, of a
 * {@link NetworkSwitch}, a port of its own. Closed by whoever made it, after the device.
 */
public abstract sealed class Wire implements AutoCloseable permits NetworkSwitch, StreamWire {
  /** The most bytes of an IP packet in an ordinary network. */
  static final int ORDINARY_MTU = 1500;

  Wire() {}

  /** Returns the offloads that devices at this wire offer, feature bits of the device. */
  abstract long offloads();

  /** Returns the most bytes of an IP packet. */
  abstract int mtu();

  /**
   * Whether a frame that finds no room makes those behind it wait, too, as long as it takes. Where
   * it does not, frames to others go on, and the wait ends after a while.
   */
  abstract boolean waitsInLine();

  /**
   * Adds the port of a device.
   *
   * @throws IllegalArgumentException if the wire has no room for it, or its address is another's
   */
  abstract void attach(GuestPort port);

  /** Removes a port. Nothing goes to it any more. */
  abstract void detach(GuestPort port);

  /** Returns whom a frame goes to if it has to wait for that one's room; null if it never waits. */
  abstract @Nullable Object towards(Frame frame);

  /**
   * Passes a frame on. Called by the sender's worker, with its lock held.
   *
   * @param frame from that port; it may be changed
   * @param segments the worker's, to cut the frame with
   * @param whenRoom is called, with locks held, when it makes sense to ask again after {@link
   *     Passed#NO_ROOM}; a sender always passes the same object
   */
  abstract Passed send(GuestPort from, Frame frame, Segments segments, Runnable whenRoom);

  @Override
  public abstract void close();

  /** What has become of a frame. */
  enum Passed {
    /** The frame is on its way, or was dropped and counted. */
    DONE,
    /** The frame was not taken, because there is no room. */
    NO_ROOM
  }
}
