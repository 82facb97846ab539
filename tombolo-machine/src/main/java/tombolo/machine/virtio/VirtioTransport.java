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

  /** Tells the driver that {@link VirtioDevice#config()} has changed. */
  void configChanged();
}
