// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import tombolo.machine.InterruptLine;

/** An interrupt line that a test can look at. */
final class RecordedLine implements InterruptLine {
  volatile boolean level;

  @Override
  public void raise() {
    level = true;
  }

  @Override
  public void lower() {
    level = false;
  }
}
