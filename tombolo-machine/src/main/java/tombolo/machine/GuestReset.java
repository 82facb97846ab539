// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/** What happens when a guest asks for a reset. */
public enum GuestReset {
  /** The VM stops with {@link StopReason.ResetRequested}. */
  STOP,
  /** The VM starts anew from its image. */
  REBOOT
}
