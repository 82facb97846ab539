// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/** Which side of a channel an endpoint is on. */
public enum Role {
  /** Made the channel, and is the only one of its side. */
  PUBLISHER,
  /** Has joined it. */
  SUBSCRIBER
}
