// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header of a packet (virtio 1.2, 5.10.6), a copy: nobody changes it after it was checked. All
 * numbers are as the sender wrote them, 32-bit ones unsigned.
 *
 * @param sourceCid the sender's
 * @param destinationCid the receiver's
 * @param sourcePort the sender's
 * @param destinationPort the receiver's
 * @param length bytes of payload
 * @param type of socket: {@link #STREAM}, {@link #SEQPACKET}, or unknown
 * @param op {@link VsockOp#of}
 * @param flags their meaning depends on the op
 * @param bufferSize bytes that the sender's socket can hold
 * @param forwarded bytes that have left that buffer since the connection began, modulo 2^32
 */
record VsockHeader(
    long sourceCid,
    long destinationCid,
    int sourcePort,
    int destinationPort,
    int length,
    int type,
    int op,
    int flags,
    int bufferSize,
    int forwarded) {
  /** The bytes of a header. */
  static final int SIZE = 44;

  /** The most bytes that one packet may carry; Linux sends no larger ones. */
  static final int MAX_PAYLOAD = 64 << 10;

  static final int STREAM = 1;
  static final int SEQPACKET = 2;

  /** A flag of {@link VsockOp#SHUTDOWN}: the sender receives no more. */
  static final int NO_MORE_RECEIVED = 1;

  /** A flag of {@link VsockOp#SHUTDOWN}: the sender sends no more. */
  static final int NO_MORE_SENT = 1 << 1;

  /** Flags of {@link VsockOp#RW}: a message, or a record, ends with this packet. */
  private static final int SEQUENCE_ENDS = 3;

  /** Reads the first {@link #SIZE} bytes. */
  static VsockHeader read(byte[] packet) {
    ByteBuffer octets = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
    return new VsockHeader(
        octets.getLong(),
        octets.getLong(),
        octets.getInt(),
        octets.getInt(),
        octets.getInt(),
        Short.toUnsignedInt(octets.getShort()),
        Short.toUnsignedInt(octets.getShort()),
        octets.getInt(),
        octets.getInt(),
        octets.getInt());
  }

  /** Returns the bytes that {@link #read} reads. */
  byte[] bytes() {
    return ByteBuffer.allocate(SIZE)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(sourceCid)
        .putLong(destinationCid)
        .putInt(sourcePort)
        .putInt(destinationPort)
        .putInt(length)
        .putShort((short) type)
        .putShort((short) op)
        .putInt(flags)
        .putInt(bufferSize)
        .putInt(forwarded)
        .array();
  }

  boolean is(VsockOp what) {
    return op == what.code;
  }

  boolean hasKnownType() {
    return type == STREAM || type == SEQPACKET;
  }

  /** Makes the answer that there is no such connection. */
  VsockHeader refusal() {
    long fromCid = destinationCid;
    int fromPort = destinationPort;
    return new VsockHeader(
        fromCid, sourceCid, fromPort, sourcePort, 0, type, VsockOp.RST.code, 0, 0, 0);
  }

  /**
   * Makes the header of a part of this packet.
   *
   * @param bytes of payload in the part
   * @param last whether no other part follows
   */
  VsockHeader part(int bytes, boolean last) {
    if (last && bytes == length) {
      return this;
    }
    return new VsockHeader(
        sourceCid,
        destinationCid,
        sourcePort,
        destinationPort,
        bytes,
        type,
        op,
        last ? flags : flags & ~SEQUENCE_ENDS,
        bufferSize,
        forwarded);
  }
}
