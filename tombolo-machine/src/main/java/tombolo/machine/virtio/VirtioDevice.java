// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

/**
 * A virtio device without its transport: what it is, and what it does with its queues. Owned by the
 * {@link VirtioPci} that it is put behind.
 *
 * <p>Thread-safe: the package says which threads call. What it is (name to maxQueueSize) never
 * changes.
 */
public interface VirtioDevice {
  /** What it is called in logs and statistics, for example "disk0". */
  String name();

  /** The device ID (virtio 1.2, section 5), 1 to 63. */
  int type();

  /** The PCI class, subclass and programming interface, 24 bits. */
  default int classCode() {
    return 0xff0000;
  }

  /**
   * The feature bits of this type that it offers: bits 0 to 23 and 50 to 63. The transport adds
   * those of the ring and of itself.
   */
  default long features() {
    return 0;
  }

  /** How many queues it has, 1 to 64. */
  int queues();

  /** The most descriptors that a queue has, a power of two up to 32768; drivers can choose less. */
  default int maxQueueSize(int queue) {
    return 256;
  }

  /**
   * Gives the device its transport, before the driver is there. Called once, while no vCPU runs.
   */
  void attach(VirtioTransport transport);

  /**
   * The device-specific configuration at the beginning, little-endian, up to 4096 bytes. Asked for
   * once, before {@link #attach}; a device that changes it says so to its {@link VirtioTransport}.
   */
  default byte[] config() {
    return new byte[0];
  }

  /**
   * The driver writes to the device-specific configuration, inside its length. What cannot be
   * written is ignored.
   *
   * @param offset bytes from its beginning
   * @param size 1, 2, 4 or 8
   */
  default void writeConfig(int offset, int size, long value) {}

  /**
   * The driver has set DRIVER_OK: it has accepted features, and from now on it is told of what
   * happens. Once in each life of the device. Called by a vCPU thread; there may be a reset under
   * way already.
   */
  default void started() {}

  /**
   * The driver says that a queue has new chains; perhaps it has none. Called by a vCPU thread,
   * which waits: what takes long belongs to a thread of the device's own. For each queue one call
   * at a time; a notification that comes meanwhile leads to one more call.
   */
  void notified(Virtqueue queue);

  /**
   * Back to the state of power-on: the driver, or the board, has reset it, or the VM's run has
   * ended. The queues are dead already and every chain is lost; there may be calls of {@link
   * #notified} under way. Called by a vCPU thread or by the VM's owner; returns soon.
   */
  void reset();

  /**
   * Gives up what it holds and ends its threads: its VM is closed. Called once, after the last
   * {@link #reset}; nothing comes after it.
   */
  default void close() {}
}
