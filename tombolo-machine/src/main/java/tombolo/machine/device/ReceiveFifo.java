// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/** The receive FIFO of a 16550A. Guarded by its UART's lock. */
final class ReceiveFifo implements Stateful {
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
   * @param capacity how many bytes the FIFO may hold now, 1 to DEPTH
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

  /** Removes and returns the oldest byte, 0 to 255; 0 if there is none. */
  int take() {
    if (size == 0) {
      return 0;
    }
    int octet = octets[first] & 0xff;
    first = (first + 1) % DEPTH;
    size--;
    return octet;
  }

  /** Writes the bytes in their order; where they lie in the array is no state. */
  @Override
  public void save(StateWriter out) {
    byte[] inOrder = new byte[size];
    for (int i = 0; i < size; i++) {
      inOrder[i] = octets[(first + i) % DEPTH];
    }
    out.bytes(inOrder);
  }

  @Override
  public void restore(StateReader in) {
    byte[] inOrder = in.bytes(DEPTH);
    System.arraycopy(inOrder, 0, octets, 0, inOrder.length);
    first = 0;
    size = inOrder.length;
  }
}
