// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * An Ethernet frame behind its virtio header (virtio 1.2, 5.1.6), a copy in the buffer of the
 * worker that passes it on. Used by that worker alone.
 */
final class Frame {
  /** The bytes of a header. */
  static final int HEADER = 12;

  /** The bytes of an Ethernet header, and so of the shortest frame. */
  static final int LEAST = 14;

  /** The longest frame: 64 KiB of segments behind an Ethernet header with a VLAN's tag. */
  static final int MOST = (64 << 10) + LEAST + 4;

  // Offsets in the header.
  private static final int FLAGS = 0;
  private static final int GSO_TYPE = 1;
  private static final int HEADERS = 2;
  private static final int GSO_SIZE = 4;
  private static final int CSUM_START = 6;
  private static final int CSUM_OFFSET = 8;
  private static final int BUFFERS = 10;

  private static final int NEEDS_CSUM = 1;
  private static final int DATA_VALID = 2;

  private static final VarHandle LITTLE =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle BIG_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  /** The header, and the frame behind it. */
  final byte[] bytes = new byte[HEADER + MOST];

  private int length;
  private Offload offload = Offload.NONE;
  private boolean verified;

  /** Returns another frame with the same content. */
  Frame copy() {
    Frame copy = new Frame();
    System.arraycopy(bytes, 0, copy.bytes, 0, HEADER + length);
    copy.length = length;
    copy.offload = offload;
    copy.verified = verified;
    return copy;
  }

  /** Returns the bytes of the frame, without the header. */
  int length() {
    return length;
  }

  /** Sets how long the frame in {@link #bytes} is. Nothing is left to be done for it. */
  void length(int now) {
    length = now;
    offload = Offload.NONE;
    verified = false;
  }

  /** Returns what its sender has left to others. */
  Offload offload() {
    return offload;
  }

  void offload(Offload now) {
    offload = now;
  }

  /** Marks a frame whose checksums nobody needs to verify. */
  void markVerified() {
    verified = true;
  }

  /**
   * Reads what the driver has written into the header, and checks it against the frame.
   *
   * @param accepted the features that the driver has accepted
   * @return false if it does not fit the frame, or was not negotiated
   */
  boolean readOffload(long accepted) {
    boolean partial = (bytes[FLAGS] & NEEDS_CSUM) != 0;
    Offload read =
        Offload.check(
            this,
            partial,
            little(CSUM_START),
            little(CSUM_OFFSET),
            bytes[GSO_TYPE],
            little(GSO_SIZE),
            accepted);
    offload = read == null ? Offload.NONE : read;
    return read != null;
  }

  /**
   * Writes the header that a receiver finds.
   *
   * @param buffers how many of its buffers the frame takes
   * @param understandsChecksums whether flags may be set
   */
  void writeHeader(int buffers, boolean understandsChecksums) {
    bytes[FLAGS] =
        (byte) (offload.partial() ? NEEDS_CSUM : verified && understandsChecksums ? DATA_VALID : 0);
    bytes[GSO_TYPE] = (byte) offload.segmentation().code;
    LITTLE.set(bytes, HEADERS, (short) offload.headers());
    LITTLE.set(bytes, GSO_SIZE, (short) offload.segmentSize());
    LITTLE.set(bytes, CSUM_START, (short) offload.start());
    LITTLE.set(bytes, CSUM_OFFSET, (short) offload.offset());
    LITTLE.set(bytes, BUFFERS, (short) buffers);
  }

  private int little(int at) {
    return Short.toUnsignedInt((short) LITTLE.get(bytes, at));
  }

  /** Returns the address that it is for, 48 bits. */
  long destination() {
    return address(0);
  }

  /** Returns the address that it claims to come from, 48 bits. */
  long source() {
    return address(6);
  }

  private long address(int at) {
    return (long) uint16(at) << 32 | Integer.toUnsignedLong(int32(at + 2));
  }

  // Numbers of the frame, in network order; offsets are those in the frame.

  int octet(int at) {
    return bytes[HEADER + at] & 0xff;
  }

  void octet(int at, int value) {
    bytes[HEADER + at] = (byte) value;
  }

  int uint16(int at) {
    return Short.toUnsignedInt((short) BIG.get(bytes, HEADER + at));
  }

  void uint16(int at, int value) {
    BIG.set(bytes, HEADER + at, (short) value);
  }

  int int32(int at) {
    return (int) BIG_INT.get(bytes, HEADER + at);
  }

  void int32(int at, int value) {
    BIG_INT.set(bytes, HEADER + at, value);
  }

  /** Completes the checksum that the sender has left to others, if it has. */
  void completeChecksum() {
    if (offload.partial()) {
      int field = offload.start() + offload.offset();
      int sum = Checksum.of(bytes, HEADER + offload.start(), HEADER + length);
      // Zero would mean "no checksum" to UDP, and is the same number to the others (RFC 768).
      uint16(field, sum == 0 ? 0xffff : sum);
      offload = Offload.NONE;
    }
  }
}
