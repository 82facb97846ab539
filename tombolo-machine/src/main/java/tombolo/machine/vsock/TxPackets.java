// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import tombolo.machine.state.Stateful;

/**
 * The packets that a guest's driver wants sent: its tx queue. A {@link GuestSender} uses it under
 * its lock.
 */
interface TxPackets extends Stateful {
  /** There is no packet; the driver tells when it adds one. */
  int NONE = -1;

  /** Returns whether there is a driver, which has broken no rule. */
  boolean isLive();

  /**
   * Copies the next packet; not to be called again before {@link #done}.
   *
   * @return bytes that the driver has given, perhaps more than there is room for; or {@link #NONE}
   */
  int next(byte[] into);

  /** Gives the packet's buffers back. */
  void done();

  /** Forgets the packet that {@link #next} has copied, for the driver has. */
  void forget();
}
