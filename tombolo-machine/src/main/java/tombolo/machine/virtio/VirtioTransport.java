// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

/**
 * The transport as a {@link VirtioDevice} behind it sees it. Any thread, with any lock of the
 * device's own held; see the package for the reason.
 */
public interface VirtioTransport {
  /**
   * Returns a queue; always the same object, whether the driver uses it now or not.
   *
   * @param index 0 to the number of queues - 1
   */
  Virtqueue queue(int index);

  /** Returns whether the driver has accepted a feature that was offered; not before FEATURES_OK. */
  boolean accepted(int featureBit);

  /**
   * Changes the device-specific configuration. Tells the driver if it has accepted the feature that
   * brings what has changed, and has said that it is ready (DRIVER_OK). The driver finds all of the
   * change or nothing of it, and then another generation (virtio 1.2, 2.5). Of several threads the
   * last one to call wins; a device that changes its configuration on several threads calls with a
   * lock of its own held.
   *
   * @param featureBit the feature
   * @param config the whole of it, as long as {@link VirtioDevice#config()}; the caller does not
   *     change it afterwards
   */
  void configChanged(int featureBit, byte[] config);

  /** Returns whether the driver finds this device-specific configuration already. */
  boolean hasConfig(byte[] config);

  /**
   * Makes the transport's worker call {@link VirtioDevice#serve} for a queue, soon. For work that
   * takes long, and for the rest of what is too much for one call.
   */
  void serveLater(Virtqueue queue);

  /**
   * Ends the VM's run, because the device's own code has failed. For what the device runs by
   * itself; what it throws at the transport ends the run anyway.
   */
  void failed(Throwable cause);
}
