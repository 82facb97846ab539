// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.nio.ByteBuffer;

/** A queue of bytes that grows as needed. Not thread-safe. */
final class ByteRing {
  private static final int LEAST = 4096;

  private byte[] octets = new byte[0];
  private int first;
  private int size;

  int size() {
    return size;
  }

  void add(byte[] from, int at, int length) {
    if (size + length > octets.length) {
      grow(size + length);
    }
    int end = (first + size) & (octets.length - 1);
    int behind = Math.min(length, octets.length - end);
    System.arraycopy(from, at, octets, end, behind);
    System.arraycopy(from, at + behind, octets, 0, length - behind);
    size += length;
  }

  /** Moves as many bytes as there are, or as fit. Returns how many. */
  int moveTo(ByteBuffer into) {
    int length = Math.min(size, into.remaining());
    int behind = Math.min(length, octets.length - first);
    into.put(octets, first, behind);
    into.put(octets, 0, length - behind);
    first = octets.length == 0 ? 0 : (first + length) & (octets.length - 1);
    size -= length;
    return length;
  }

  private void grow(int needed) {
    ByteBuffer larger =
        ByteBuffer.allocate(Math.max(LEAST, Integer.highestOneBit(needed - 1) << 1));
    int length = size;
    moveTo(larger);
    octets = larger.array();
    first = 0;
    size = length;
  }

  void clear() {
    octets = new byte[0];
    first = 0;
    size = 0;
  }
}
