// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

/** Numbers of the feature bits that the transport offers for every device (virtio 1.2, 6). */
final class Feature {
  /** The bit VIRTIO_F_INDIRECT_DESC. */
  static final int INDIRECT = 28;

  /** The bit VIRTIO_F_EVENT_IDX. */
  static final int EVENT_INDEX = 29;

  /** The bit VIRTIO_F_VERSION_1, without which no driver gets FEATURES_OK. */
  static final int VERSION_1 = 32;

  /** The set of all these bits. */
  static final long OF_TRANSPORT = 1L << INDIRECT | 1L << EVENT_INDEX | 1L << VERSION_1;

  private Feature() {}
}
