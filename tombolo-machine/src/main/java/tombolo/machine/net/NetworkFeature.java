// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

/** The feature bits of a network device that Tombolo knows (virtio 1.2, 5.1.3), as masks. */
final class NetworkFeature {
  /** The device completes checksums. */
  static final long CSUM = 1L;

  /** The driver takes frames with partial checksums. */
  static final long GUEST_CSUM = 1L << 1;

  static final long MTU = 1L << 3;
  static final long MAC = 1L << 5;

  /** The driver takes large TCP frames over IPv4. */
  static final long GUEST_TSO4 = 1L << 7;

  /** The driver takes large TCP frames over IPv6. */
  static final long GUEST_TSO6 = 1L << 8;

  /** The device segments large TCP frames over IPv4. */
  static final long HOST_TSO4 = 1L << 11;

  /** The device segments large TCP frames over IPv6. */
  static final long HOST_TSO6 = 1L << 12;

  /** A frame may take several buffers of the driver's. */
  static final long MRG_RXBUF = 1L << 15;

  static final long STATUS = 1L << 16;

  /** The set of checksum and segmentation offloads. */
  static final long OFFLOADS = CSUM | GUEST_CSUM | GUEST_TSO4 | GUEST_TSO6 | HOST_TSO4 | HOST_TSO6;

  private NetworkFeature() {}

  /** Returns the number of the only bit of a mask. */
  static int bit(long mask) {
    return Long.numberOfTrailingZeros(mask);
  }
}
