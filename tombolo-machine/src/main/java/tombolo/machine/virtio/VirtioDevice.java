// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * A virtio device without its transport: what it is, and what it does with its queues. Owned by the
 * {@link VirtioPci} that it is put behind.
 *
 * <p>Thread-safe: the package says which threads call. What it is (name to maxQueueSize) never
 * changes.
 *
 * <p>The transport saves and restores registers, rings and configuration; a device adds what else
 * it has, above all chains that it has taken and not completed ({@link Virtqueue#saveTaken}). Both
 * are called between {@link #pause} and {@link #resume}, without any lock of the transport.
 */
public interface VirtioDevice extends Stateful {
  /** Returns its name in logs and statistics, for example "disk0". */
  String name();

  /** Returns the device ID (virtio 1.2, section 5), 1 to 63. */
  int type();

  /** Returns the PCI class, subclass and programming interface, 24 bits. */
  default int classCode() {
    return 0xff0000;
  }

  /**
   * Returns the feature bits of this type that it offers: bits 0 to 23 and 50 to 63. The transport
   * adds those of the ring and of itself.
   */
  default long features() {
    return 0;
  }

  /** Returns how many queues it has, 1 to 64. */
  int queues();

  /**
   * Returns the most descriptors of a queue, a power of two up to 32768; drivers can choose less.
   */
  default int maxQueueSize(int queue) {
    return 256;
  }

  /** Returns how long its worker waits before the next request, in nanoseconds; mostly 0. */
  default long lateness() {
    return 0;
  }

  /**
   * Gives the device its transport, before the driver is there. Called once, while no vCPU runs.
   */
  void attach(VirtioTransport transport);

  /**
   * Returns the device-specific configuration at the beginning, little-endian, up to 4096 bytes.
   * Asked for once, before {@link #attach}; a device that changes it tells its {@link
   * VirtioTransport}.
   */
  default byte[] config() {
    return new byte[0];
  }

  /**
   * Follows a driver's store to the device-specific configuration, inside its length. What cannot
   * be written is ignored.
   *
   * @param offset bytes from its beginning
   * @param size 1, 2, 4 or 8
   */
  default void writeConfig(int offset, int size, long value) {}

  /**
   * Acts on DRIVER_OK: the driver has accepted features, and from now on it is told of what
   * happens. Once in each life of the device. Called by a vCPU thread; there may be a reset under
   * way already.
   */
  default void started() {}

  /**
   * Acts on the driver's notification that a queue has new chains; perhaps it has none. Called by a
   * vCPU thread, which must not wait: the device leaves what takes long to {@link #serve}. For each
   * queue there is one call of the two at a time; a notification that comes meanwhile leads to one
   * more call.
   */
  void notified(Virtqueue queue);

  /**
   * Serves a queue on the transport's worker, after {@link VirtioTransport#serveLater}. It does a
   * bounded piece of work; it may block in a call of the host, but waits for no other worker.
   */
  default void serve(Virtqueue queue) {
    notified(queue);
  }

  /**
   * Returns to the state of power-on: the driver, or the board, has reset it, or the VM's run has
   * ended. The queues are dead already and every chain is lost; there may be calls of {@link
   * #notified} and {@link #serve} under way. Called by a vCPU thread or by the VM's owner; returns
   * soon.
   */
  void reset();

  /**
   * Comes to rest: whatever happens outside of the VM, guest memory does not change before {@link
   * #resume}. The transport's worker is at rest already, and queues give out nothing. Called while
   * no vCPU runs.
   */
  default void pause() {}

  /** Ends {@link #pause}, and does what was left undone. */
  default void resume() {}

  /**
   * Gives up what it holds and ends its workers: its VM is closed. Called once, after the last
   * {@link #reset} and {@link #serve}; nothing comes after it.
   */
  default void close() {}

  /** Writes nothing: for a device without state of its own. */
  @Override
  default void save(StateWriter out) {}

  /** Reads nothing. */
  @Override
  default void restore(StateReader in) {}
}
