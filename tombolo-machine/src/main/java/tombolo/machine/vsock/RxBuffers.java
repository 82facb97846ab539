// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import tombolo.machine.state.Stateful;

/**
 * The buffers that a guest's driver has given for packets: its rx queue. A {@link GuestStation}
 * uses it under its lock.
 */
interface RxBuffers extends Stateful {
  /** Returns whether there is a driver, which has broken no rule. */
  boolean isLive();

  /** Returns whether the driver knows sockets of type SEQPACKET. */
  boolean knowsSeqpacket();

  /**
   * Returns the size of the next buffer in bytes, more than {@link VsockHeader#SIZE}; the same
   * until {@link #put} has filled it. 0 where there is none; then the driver tells when it adds
   * one.
   */
  int next();

  /** Fills the next buffer with a header and a part of {@code data}, which fit into it. */
  void put(byte[] header, byte[] data, int from, int length);

  /** Forgets the buffer that {@link #next} has looked at, for the driver has. */
  void forget();
}
