// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/** A side of a channel. */
public enum Role {
  /** The endpoint that made the channel, alone on its side. */
  PUBLISHER,
  /** An endpoint that has joined it. */
  SUBSCRIBER
}
