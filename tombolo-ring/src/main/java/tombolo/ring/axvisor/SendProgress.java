// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/** The result of a call of a {@link MessageSender} or a {@link SlotSender}. */
public enum SendProgress {
  /** Done: the whole message is in the ring, or it is given up. */
  COMPLETE,
  /** The ring is full: call again when the peer has read on. */
  BACK_PRESSURED,
  /**
   * The peer has laid the region out anew, so what was sent and not read is lost. Nothing was
   * stored that the new region shows. The sender says so from now on: attach anew.
   */
  PEER_RESTARTED,
  /** The peer has broken the protocol, for good; the sender's {@code error()} tells how. */
  POISONED
}
