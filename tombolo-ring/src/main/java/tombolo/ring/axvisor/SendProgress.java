// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/** How far a call of a {@link MessageSender} got. */
public enum SendProgress {
  /** Done: the whole message is in the ring, or it is given up. */
  COMPLETE,
  /** The ring is full: come again when the peer has read on. */
  BACK_PRESSURED,
  /** The peer has broken the protocol, for good; {@link MessageSender#error} says how. */
  POISONED
}
