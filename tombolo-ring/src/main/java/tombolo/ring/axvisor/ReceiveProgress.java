// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/** What a call of a {@link MessageReceiver} found. */
public enum ReceiveProgress {
  /** A message is in the buffer, whole; {@link MessageReceiver#length} is its length. */
  COMPLETE,
  /** No message yet, or not the whole of it: come again. */
  EMPTY,
  /** The peer gave up the message that was under way; what is in the buffer means nothing. */
  ABORTED,
  /** A message was longer than the buffer and is dropped; {@link MessageReceiver#length} tells. */
  TOO_LONG,
  /** The peer has broken the protocol, for good; {@link MessageReceiver#error} says how. */
  POISONED
}
