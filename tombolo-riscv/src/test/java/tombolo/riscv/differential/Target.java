// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.time.Duration;

/** A machine that runs an image: one hart, 64 MiB, the board's UART and test finisher. */
interface Target {

  /** As reports call it. */
  String name();

  /**
   * Boots the image and waits until it has ended the machine, or until the deadline; then the
   * machine is stopped.
   *
   * @return what it printed, as far as it came
   */
  String run(byte[] image, Duration deadline);
}
