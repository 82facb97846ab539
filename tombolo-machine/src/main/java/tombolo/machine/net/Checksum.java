// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The Internet checksum (RFC 1071). */
final class Checksum {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private Checksum() {}

  /** Returns the checksum of bytes, {@code from} inclusive to {@code to} exclusive: 16 bits. */
  static int of(byte[] bytes, int from, int to) {
    return ~fold(sum(bytes, from, to)) & 0xffff;
  }

  /**
   * Returns the sum of 16-bit numbers, not yet folded. An odd last byte is the high half of one.
   */
  static long sum(byte[] bytes, int from, int to) {
    long sum = 0;
    int at = from;
    for (; at + 4 <= to; at += 4) {
      sum += Integer.toUnsignedLong((int) INT.get(bytes, at)); // 2^16 is 1 in this arithmetic
    }
    for (int shift = 24; at < to; at++, shift -= 8) {
      sum += (bytes[at] & 0xffL) << shift;
    }
    return sum;
  }

  /** Returns a sum of non-negative numbers in 16 bits. */
  static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }
}
