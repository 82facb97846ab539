// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import org.jspecify.annotations.Nullable;

/**
 * What a frame's sender has left to others (virtio 1.2, 5.1.6.2), checked against the frame.
 * Offsets are those in the frame.
 *
 * @param partial whether a checksum holds only the sum of a pseudo header
 * @param start where the bytes begin that the checksum is of
 * @param offset of the checksum behind start
 * @param segmentation whether the frame is to be segmented, and as what
 * @param network where the IP header begins, of a frame to be segmented
 * @param headers bytes of all headers up to TCP's, of a frame to be segmented
 * @param segmentSize the most bytes of payload of a segment
 */
record Offload(
    boolean partial,
    int start,
    int offset,
    Segmentation segmentation,
    int network,
    int headers,
    int segmentSize) {
  static final Offload NONE = new Offload(false, 0, 0, Segmentation.NONE, 0, 0, 0);

  /** The shortest segments: Linux refuses to send shorter ones, too. Bounds what a frame costs. */
  static final int LEAST_SEGMENT = 48;

  private static final int TCP = 6;
  private static final int TCP_CHECKSUM = 16;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;
  private static final int VLAN = 0x8100;
  private static final int IPV6_HEADER = 40;

  /** The kinds of frames to be segmented. */
  enum Segmentation {
    NONE(0, 0, 0),
    TCP_IPV4(1, NetworkFeature.HOST_TSO4, NetworkFeature.GUEST_TSO4),
    TCP_IPV6(4, NetworkFeature.HOST_TSO6, NetworkFeature.GUEST_TSO6);

    /** The value of gso_type. */
    final int code;

    /** The feature with which a driver may send such frames. */
    final long sends;

    /** The feature with which a driver takes such frames. */
    final long takes;

    Segmentation(int code, long sends, long takes) {
      this.code = code;
      this.sends = sends;
      this.takes = takes;
    }

    static @Nullable Segmentation of(int code) {
      return switch (code) {
        case 0 -> NONE;
        case 1 -> TCP_IPV4;
        case 4 -> TCP_IPV6;
        default -> null;
      };
    }
  }

  /**
   * Checks what a driver says of a frame.
   *
   * @param gso the kind of segmentation, as the driver says
   * @param accepted the features that the driver has accepted
   * @return null if that does not fit the frame, or was not negotiated
   */
  static @Nullable Offload check(
      Frame frame, boolean partial, int start, int offset, int gso, int size, long accepted) {
    Segmentation segmentation = Segmentation.of(gso);
    if (segmentation == null || (accepted & segmentation.sends) != segmentation.sends) {
      return null;
    }
    if (!partial) {
      return segmentation == Segmentation.NONE ? NONE : null;
    }
    if ((accepted & NetworkFeature.CSUM) == 0
        || start < Frame.LEAST
        || start + offset + 2 > frame.length()) {
      return null;
    }
    if (segmentation == Segmentation.NONE) {
      return new Offload(true, start, offset, segmentation, 0, 0, 0);
    }
    return size < LEAST_SEGMENT ? null : tcp(frame, start, offset, segmentation, size);
  }

  /** Finds the headers of a frame to be segmented; returns null if they are not there. */
  private static @Nullable Offload tcp(
      Frame frame, int start, int offset, Segmentation segmentation, int size) {
    int network = Frame.LEAST;
    if (frame.uint16(network - 2) == VLAN) {
      network += 4;
    }
    int length = frame.length();
    boolean four = segmentation == Segmentation.TCP_IPV4;
    if (network + (four ? 20 : IPV6_HEADER) > length
        || frame.uint16(network - 2) != (four ? IPV4 : IPV6)
        || frame.octet(network) >> 4 != (four ? 4 : 6)
        || frame.octet(network + (four ? 9 : 6)) != TCP) {
      return null;
    }
    int transport = network + (four ? 4 * (frame.octet(network) & 0xf) : IPV6_HEADER);
    if (transport < network + 20
        || transport != start
        || offset != TCP_CHECKSUM
        || transport + 20 > length) {
      return null;
    }
    int tcpHeader = 4 * (frame.octet(transport + 12) >> 4);
    if (tcpHeader < 20 || transport + tcpHeader > length) {
      return null;
    }
    return new Offload(true, start, offset, segmentation, network, transport + tcpHeader, size);
  }
}
