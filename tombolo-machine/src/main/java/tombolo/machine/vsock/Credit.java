// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

/**
 * How much may be sent in one direction of a connection (virtio 1.2, 5.10.6.3): what the receiver
 * has said of its buffer, and what was sent. Counters are modulo 2^32. Guarded by its connection's
 * lock.
 */
final class Credit {
  private int sent;
  private int forwarded;
  private int bufferSize;
  private int largestBufferSize;

  /**
   * Takes what the receiver says. That more was taken out of its buffer than was put into it, or
   * less than it has said before, is not believed: headers may overtake each other.
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

  /** Bytes that the receiver has room for. */
  long available() {
    return Math.max(0, Integer.toUnsignedLong(bufferSize) - underWay());
  }

  /**
   * Whether a sender that heard of all that the receiver has said may send so much. A receiver may
   * have made its buffer smaller meanwhile, so the largest one counts.
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
}
