// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import tombolo.machine.device.MmioDevice;

/** A device that does something at each store. */
record StoreCallback(Runnable action) implements MmioDevice {
  @Override
  public String name() {
    return "callback";
  }

  @Override
  public long read(long offset, int size) {
    return 0;
  }

  @Override
  public void write(long offset, int size, long value) {
    action.run();
  }
}
