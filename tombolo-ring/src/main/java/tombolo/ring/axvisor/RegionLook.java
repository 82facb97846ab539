// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/** The result of a subscriber's look into a channel for one of AxVisor's regions. Immutable. */
public sealed interface RegionLook {
  /**
   * A version 3 region is there.
   *
   * @param region this subscriber's side of it, ready for use
   */
  record Ready(AxvisorRegion region) implements RegionLook {}

  /**
   * A version 2 region is there.
   *
   * @param region this subscriber's side of it, ready for use
   */
  record ReadyV2(AxvisorRegionV2 region) implements RegionLook {}

  /** There is no magic number: the publisher is not done. Look again later. */
  record NotYet() implements RegionLook {}

  /**
   * The channel is too small, or holds something else than a region of a wanted version.
   *
   * @param reason names the wrong field with its value, its offset and the expected value, for
   *     people
   */
  record Refused(String reason) implements RegionLook {}
}
