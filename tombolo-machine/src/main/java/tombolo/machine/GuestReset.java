// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import tombolo.machine.power.StopReason;

/** What happens when a guest asks for a reset. */
public enum GuestReset {
  /** The VM stops with {@link StopReason.ResetRequested}. */
  STOP,
  /** The VM starts anew from its image. */
  REBOOT
}
