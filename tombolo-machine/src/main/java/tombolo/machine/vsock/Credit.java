// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The credit in one direction of a connection (virtio 1.2, 5.10.6.3): what the receiver has said of
 * its buffer, and what was sent. Counters are modulo 2^32. Guarded by its connection's lock.
 */
final class Credit implements Stateful {
  private int sent;
  private int forwarded;
  private int bufferSize;
  private int largestBufferSize;

  /**
   * Takes what the receiver says. Does not believe that more was taken out of its buffer than was
   * put into it, nor less than it has said before: headers may overtake each other.
   */
  void update(VsockHeader from) {
    bufferSize = from.bufferSize();
    if (Integer.compareUnsigned(bufferSize, largestBufferSize) > 0) {
      largestBufferSize = bufferSize;
    }
    if (Integer.compareUnsigned(from.forwarded() - forwarded, sent - forwarded) <= 0) {
      forwarded = from.forwarded();
    }
  }

  /** Returns how many bytes the receiver has room for. */
  long available() {
    return Math.max(0, Integer.toUnsignedLong(bufferSize) - underWay());
  }

  /**
   * Returns whether a sender that has heard all that the receiver said may send so much. A receiver
   * may have made its buffer smaller meanwhile, so the largest one counts.
   */
  boolean allows(int bytes) {
    return underWay() + bytes <= Integer.toUnsignedLong(largestBufferSize);
  }

  private long underWay() {
    return Integer.toUnsignedLong(sent - forwarded);
  }

  void sent(int bytes) {
    sent += bytes;
  }

  @Override
  public void save(StateWriter out) {
    out.number(sent).number(forwarded).number(bufferSize).number(largestBufferSize);
  }

  /** Restores four numbers; any are possible, since the receiver is a guest. */
  @Override
  public void restore(StateReader in) {
    sent = in.int32();
    forwarded = in.int32();
    bufferSize = in.int32();
    largestBufferSize = in.int32();
  }
}
