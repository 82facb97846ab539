// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

/**
 * What a {@link VirtioDevice} sees of the transport that it is behind. Any thread, with any lock of
 * the device's own held; see the package for the reason.
 */
public interface VirtioTransport {
  /**
   * A queue; always the same object, whether the driver uses it now or not.
   *
   * @param index 0 to the number of queues - 1
   */
  Virtqueue queue(int index);

  /** Whether the driver has accepted a feature bit that was offered; false before FEATURES_OK. */
  boolean accepted(int featureBit);

  /**
   * Changes the device-specific configuration, and tells the driver if it has accepted the feature
   * that brings what has changed and has said that it is ready (DRIVER_OK). The driver finds all of
   * the change or nothing of it, and then another generation (virtio 1.2, 2.5). Of several threads
   * the last one to call wins, so a device whose configuration is changed by several calls with a
   * lock of its own held.
   *
   * @param featureBit the feature
   * @param config the whole of it, as long as {@link VirtioDevice#config()}; the caller does not
   *     change it afterwards
   */
  void configChanged(int featureBit, byte[] config);
}
