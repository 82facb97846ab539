// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/** Whether an {@link Accelerator} works on this host. */
public sealed interface Availability {
  /** It works; the detail says with what, in a few words. */
  record Available(String detail) implements Availability {}

  /** It does not: why, and what a person can do about it. */
  record Unavailable(String reason, String remedy) implements Availability {}
}
