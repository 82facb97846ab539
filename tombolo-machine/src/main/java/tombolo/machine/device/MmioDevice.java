// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

/**
 * A device's registers as a vCPU sees them. Several vCPU threads call at once: a device guards its
 * own state.
 *
 * <p>Offsets come from a guest. They are not negative, and offset + size is at most the length that
 * the device was attached with. Nothing else is promised, not even alignment.
 */
public interface MmioDevice {
  /** Returns the device's name in logs and statistics, for example "uart". */
  String name();

  /**
   * Loads from a register.
   *
   * @param offset bytes from the device's first address
   * @param size 1, 2, 4 or 8
   * @return the value, zero-extended; 0 where there is no register
   */
  long read(long offset, int size);

  /**
   * Stores to a register.
   *
   * @param offset bytes from the device's first address
   * @param size 1, 2, 4 or 8
   * @param value zero-extended
   */
  void write(long offset, int size, long value);

  /**
   * Returns whether message-signalled interrupts may be stored here. That is so for a page of an
   * interrupt controller, for example an IMSIC's. Any thread then calls {@link #write}, with other
   * devices' locks held, as it calls an {@link InterruptLine}; {@code write} must not wait, nor
   * call a device back.
   */
  default boolean takesMessages() {
    return false;
  }
}
