// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The bytes of an image, to be read in pieces. */
interface ImageBytes {
  /** Returns how many there are. */
  long size();

  /**
   * Reads into all of an array.
   *
   * @param offset of the first byte; what is read lies inside of {@link #size}
   * @throws ImageException if the bytes can't be read
   */
  void read(long offset, byte[] into);

  /** Returns a copy of some bytes, little-endian. The caller has bounded their number. */
  default ByteBuffer copy(long offset, int count) {
    byte[] bytes = new byte[count];
    read(offset, bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns the first bytes: so many, or all if there are fewer. */
  default byte[] head(int most) {
    return copy(0, (int) Math.min(most, size())).array();
  }

  /** Returns whether a range lies inside; the numbers may be anything. */
  default boolean holds(long offset, long count) {
    return offset >= 0 && count >= 0 && offset <= size() && count <= size() - offset;
  }

  /** Bytes in memory, not copied. */
  @SuppressWarnings("ArrayRecordComponent") // bytes to be read, never compared
  record InMemory(byte[] all) implements ImageBytes {
    @Override
    public long size() {
      return all.length;
    }

    @Override
    public void read(long offset, byte[] into) {
      System.arraycopy(all, (int) offset, into, 0, into.length);
    }
  }
}
