// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import java.util.List;
import tombolo.machine.device.MmioDevice;

/**
 * The pages to which messages are stored (RISC-V AIA 1.0, section 3.5): one for the
 * supervisor-level interrupt file of each hart, hart 0 first. A naturally aligned store of 32 bits
 * is a message; everything else is ignored, and every load gives 0.
 *
 * <p>Thread-safe; vCPUs, and devices of any thread, store at the same time.
 */
public final class Imsic implements MmioDevice {
  private static final int PAGE_SHIFT = 12;
  private static final int LITTLE_ENDIAN = 0;
  private static final int BIG_ENDIAN = 4;

  private final List<InterruptFile> files;

  /**
   * @param files by hart
   */
  public Imsic(List<InterruptFile> files) {
    this.files = List.copyOf(files);
  }

  /** Returns the bytes of the pages of so many harts. */
  public static long length(int harts) {
    return (long) harts << PAGE_SHIFT;
  }

  /** Sends a message, as a store to the hart's page would; drops it if there is no such hart. */
  void send(int hart, int identity) {
    if (hart < files.size()) {
      files.get(hart).receive(identity);
    }
  }

  @Override
  public String name() {
    return "imsic";
  }

  @Override
  public boolean takesMessages() {
    return true;
  }

  @Override
  public long read(long offset, int size) {
    return 0;
  }

  @Override
  public void write(long offset, int size, long value) {
    if (size != 4) {
      return;
    }
    int hart = (int) (offset >>> PAGE_SHIFT);
    switch ((int) offset & ((1 << PAGE_SHIFT) - 1)) {
      case LITTLE_ENDIAN -> send(hart, (int) value);
      case BIG_ENDIAN -> send(hart, Integer.reverseBytes((int) value));
      default -> {}
    }
  }
}
