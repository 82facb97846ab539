// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

/** An interrupt line that a test can look at. */
public final class RecordedLine implements InterruptLine {
  public volatile boolean level;

  @Override
  public void raise() {
    level = true;
  }

  @Override
  public void lower() {
    level = false;
  }
}
