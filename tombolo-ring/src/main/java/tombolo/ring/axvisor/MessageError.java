// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/**
 * The field in which the peer broke the protocol of AxVisor's regions. The sender or receiver that
 * finds an error stops for good. {@link #HEAD} and {@link #TAIL} exist in both versions, the others
 * in version 3 only. See docs/ring-format.md, "What is checked".
 */
public enum MessageError {
  /** The consumer's index claims more unread cells than the ring holds. */
  HEAD,
  /** The producer's index claims more written cells than the ring holds. */
  TAIL,
  /** A cell's version is not 1. */
  VERSION,
  /** A cell's flags have a bit without a meaning, or ABORT together with another flag. */
  FLAGS,
  /** A cell's header is not 24 bytes long. */
  HEADER_LENGTH,
  /**
   * A fragment is longer than a cell's payload or than the missing rest of its message; or it is
   * empty and its message is not.
   */
  FRAGMENT_LENGTH,
  /** FIRST is missing where a message begins, or is set within one. */
  FIRST,
  /** LAST is missing where a message is complete, or is set where it is not. */
  LAST,
  /** An ABORT belongs to no message, or has a payload. */
  ABORT,
  /** A message's id is not above the previous one, or a cell's id is not its message's. */
  MESSAGE_ID,
  /** A cell gives its message another length than the first cell did. */
  MESSAGE_LENGTH
}
