// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

/** The receive FIFO of a 16550A. Guarded by its UART's lock. */
final class ReceiveFifo {
  static final int DEPTH = 16;

  private final byte[] octets = new byte[DEPTH];
  private int first;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void clear() {
    size = 0;
  }

  /**
   * Appends a byte.
   *
   * @param capacity how many bytes the FIFO may hold just now, 1 to DEPTH
   * @return false if it was full; the byte is lost then
   */
  boolean put(int octet, int capacity) {
    if (size >= capacity) {
      return false;
    }
    octets[(first + size) % DEPTH] = (byte) octet;
    size++;
    return true;
  }

  /** The oldest byte, 0 to 255; 0 when there is none. */
  int take() {
    if (size == 0) {
      return 0;
    }
    int octet = octets[first] & 0xff;
    first = (first + 1) % DEPTH;
    size--;
    return octet;
  }
}
