// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

/**
 * A device's registers as a vCPU sees them. Called by vCPU threads, several at once: a device
 * guards its own state.
 *
 * <p>Offsets come from a guest: 0 ≤ offset, offset + size ≤ the length the device was attached
 * with, but neither alignment nor sense is promised.
 */
public interface MmioDevice {
  /** What the device is called in logs and statistics, for example "uart". */
  String name();

  /**
   * A load.
   *
   * @param offset bytes from the device's first address
   * @param size 1, 2, 4 or 8
   * @return the value, zero-extended; a register that isn't there reads 0
   */
  long read(long offset, int size);

  /**
   * A store.
   *
   * @param offset bytes from the device's first address
   * @param size 1, 2, 4 or 8
   * @param value zero-extended
   */
  void write(long offset, int size, long value);

  /**
   * Whether message-signalled interrupts may be stored here: an interrupt controller's page, for
   * example an IMSIC's. Its {@link #write} is then called by any thread, with other devices' locks
   * held, as an {@link tombolo.machine.device.InterruptLine} is; it must not wait, nor call a
   * device back.
   */
  default boolean takesMessages() {
    return false;
  }
}
