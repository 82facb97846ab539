// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import tombolo.machine.power.PowerControl;
import tombolo.machine.power.StopReason;

/**
 * The test finisher of QEMU's {@code virt} board ("sifive,test1"): a guest ends its VM by one
 * store. The low half of the word says how, the high half is a code. Stateless, so thread-safe.
 */
public final class TestFinisher implements MmioDevice {
  /** Bytes of address space that the register takes. */
  public static final int LENGTH = 0x1000;

  private static final int FAIL = 0x3333;
  private static final int PASS = 0x5555;
  private static final int RESET = 0x7777;

  private final PowerControl power;

  /** Makes a finisher that ends this VM. */
  public TestFinisher(PowerControl power) {
    this.power = power;
  }

  @Override
  public String name() {
    return "test finisher";
  }

  @Override
  public long read(long offset, int size) {
    return 0;
  }

  @Override
  public void write(long offset, int size, long value) {
    if (offset != 0) {
      return;
    }
    int status = (int) value & 0xffff;
    int code = (int) (value >>> 16) & 0xffff;
    switch (status) {
      case PASS -> power.request(new StopReason.PowerOff());
      case FAIL -> power.request(new StopReason.GuestFailure(code));
      case RESET -> power.request(new StopReason.ResetRequested());
      default -> {
        // Any other value means nothing, on real boards too.
      }
    }
  }
}
