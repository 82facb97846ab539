// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/** The result of a call of a {@link MessageReceiver} or a {@link SlotReceiver}. */
public enum ReceiveProgress {
  /** A whole message is in the buffer; the receiver's {@code length()} is its length. */
  COMPLETE,
  /** No message is there yet, or not the whole of it: call again. */
  EMPTY,
  /** The peer gave up the message under way; the buffer's contents mean nothing. */
  ABORTED,
  /** A message was longer than the buffer and is dropped; the receiver's {@code length()} tells. */
  TOO_LONG,
  /**
   * The peer has begun anew; a message that was under way is given up. If it has laid the region
   * out anew, the receiver says so from now on: attach anew. If it only counts its messages from 1
   * again, because another subscriber follows the earlier one, the next call goes on with them.
   */
  PEER_RESTARTED,
  /** The peer has broken the protocol, for good; the receiver's {@code error()} tells how. */
  POISONED
}
