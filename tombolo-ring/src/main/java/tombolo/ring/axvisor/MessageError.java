// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/**
 * Which field of a region v3 the peer broke the protocol in. Found once: the {@link MessageSender}
 * or {@link MessageReceiver} that found it does nothing more.
 */
public enum MessageError {
  /** The consumer's index says that it has more cells to read than the ring holds. */
  HEAD,
  /** The producer's index says that it has written more cells than the ring holds. */
  TAIL,
  /** A cell's version is not 1. */
  VERSION,
  /** A cell's flags have a bit that means nothing, or ABORT together with another. */
  FLAGS,
  /** A cell's header is not 24 bytes long. */
  HEADER_LENGTH,
  /**
   * A fragment is longer than a cell's payload or than what is missing of its message; or it is
   * empty and its message is not.
   */
  FRAGMENT_LENGTH,
  /** FIRST is missing where a message begins, or is there within a message. */
  FIRST,
  /** LAST is missing where a message is complete, or is there where it is not. */
  LAST,
  /** An ABORT of no message, or with payload. */
  ABORT,
  /** A message's id is not above the one before; or a cell's is not its message's. */
  MESSAGE_ID,
  /** A cell gives its message another length than the first cell did. */
  MESSAGE_LENGTH
}
