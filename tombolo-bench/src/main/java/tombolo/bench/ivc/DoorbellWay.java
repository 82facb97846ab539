// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.util.List;

/**
 * One way of a doorbell: who rings whom, and when.
 *
 * @param name as in figures
 * @param gapMicros from a ring's being heard to the next one
 * @param awake whether the listening guest loops instead of sleeping
 */
record DoorbellWay(String name, Ends ends, int gapMicros, boolean awake) {
  /** Who rings whom. */
  enum Ends {
    GUEST_GUEST,
    HOST_GUEST,
    GUEST_HOST
  }

  static final List<DoorbellWay> ALL =
      List.of(
          new DoorbellWay("guest-guest.back-to-back", Ends.GUEST_GUEST, 0, false),
          new DoorbellWay("guest-guest.20us", Ends.GUEST_GUEST, 20, false),
          new DoorbellWay("guest-guest.100us", Ends.GUEST_GUEST, 100, false),
          new DoorbellWay("guest-guest.1ms", Ends.GUEST_GUEST, 1_000, false),
          new DoorbellWay("guest-guest.awake-20us", Ends.GUEST_GUEST, 20, true),
          new DoorbellWay("host-guest.20us", Ends.HOST_GUEST, 20, false),
          new DoorbellWay("host-guest.1ms", Ends.HOST_GUEST, 1_000, false),
          new DoorbellWay("guest-host.20us", Ends.GUEST_HOST, 20, false),
          new DoorbellWay("guest-host.1ms", Ends.GUEST_HOST, 1_000, false));
}
