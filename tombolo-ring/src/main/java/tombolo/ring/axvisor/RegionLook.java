// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/** What a subscriber sees when it looks into a channel for a region v3. Immutable. */
public sealed interface RegionLook {
  /** The region is there and may be used. */
  record Ready(AxvisorRegion region) implements RegionLook {}

  /** No magic number: the publisher is not done. Look again later. */
  record NotYet() implements RegionLook {}

  /**
   * Something is there that is no region v3 of either layout, or the channel is too small for it.
   *
   * @param reason which field is wrong, where, what it is and what it should be; for people
   */
  record Refused(String reason) implements RegionLook {}
}
