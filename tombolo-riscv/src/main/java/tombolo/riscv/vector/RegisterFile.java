// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The registers v0 to v31, one behind the other, so that a group of registers is one array of
 * elements. Widths of elements are given as a power of two, in bytes: 0 to 3. Used by the hart's
 * thread only.
 */
final class RegisterFile {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Bytes of a register. */
  final int length;

  final byte[] bytes;

  RegisterFile(int length) {
    this.length = length;
    this.bytes = new byte[32 * length];
  }

  /** Returns the place of an element in {@link #bytes}. */
  int place(int register, int element, int width) {
    return register * length + (element << width);
  }

  /** Returns an element, zero-extended. */
  long unsigned(int register, int element, int width) {
    int at = place(register, element, width);
    return switch (width) {
      case 0 -> bytes[at] & 0xffL;
      case 1 -> (short) SHORT.get(bytes, at) & 0xffffL;
      case 2 -> (int) INT.get(bytes, at) & 0xffff_ffffL;
      default -> (long) LONG.get(bytes, at);
    };
  }

  /** Returns an element, sign-extended. */
  long signed(int register, int element, int width) {
    int unused = 64 - (8 << width);
    return unsigned(register, element, width) << unused >> unused;
  }

  void set(int register, int element, int width, long value) {
    int at = place(register, element, width);
    switch (width) {
      case 0 -> bytes[at] = (byte) value;
      case 1 -> SHORT.set(bytes, at, (short) value);
      case 2 -> INT.set(bytes, at, (int) value);
      default -> LONG.set(bytes, at, value);
    }
  }

  /** Widens elements from {@code from} up to {@code to} into lanes of the same indexes. */
  void readSigned(int register, int width, int from, int to, long[] lanes) {
    int base = register * length;
    switch (width) {
      case 0 -> {
        for (int i = from; i < to; i++) {
          lanes[i] = bytes[base + i];
        }
      }
      case 1 -> {
        for (int i = from; i < to; i++) {
          lanes[i] = (short) SHORT.get(bytes, base + 2 * i);
        }
      }
      case 2 -> {
        for (int i = from; i < to; i++) {
          lanes[i] = (int) INT.get(bytes, base + 4 * i);
        }
      }
      default -> readLongs(base, from, to, lanes);
    }
  }

  /** As {@link #readSigned}. */
  void readUnsigned(int register, int width, int from, int to, long[] lanes) {
    int base = register * length;
    switch (width) {
      case 0 -> {
        for (int i = from; i < to; i++) {
          lanes[i] = bytes[base + i] & 0xff;
        }
      }
      case 1 -> {
        for (int i = from; i < to; i++) {
          lanes[i] = (short) SHORT.get(bytes, base + 2 * i) & 0xffff;
        }
      }
      case 2 -> {
        for (int i = from; i < to; i++) {
          lanes[i] = (int) INT.get(bytes, base + 4 * i) & 0xffff_ffffL;
        }
      }
      default -> readLongs(base, from, to, lanes);
    }
  }

  private void readLongs(int base, int from, int to, long[] lanes) {
    for (int i = from; i < to; i++) {
      lanes[i] = (long) LONG.get(bytes, base + 8 * i);
    }
  }

  /** Narrows lanes into elements, all of them. */
  void write(int register, int width, int from, int to, long[] lanes) {
    int base = register * length;
    switch (width) {
      case 0 -> {
        for (int i = from; i < to; i++) {
          bytes[base + i] = (byte) lanes[i];
        }
      }
      case 1 -> {
        for (int i = from; i < to; i++) {
          SHORT.set(bytes, base + 2 * i, (short) lanes[i]);
        }
      }
      case 2 -> {
        for (int i = from; i < to; i++) {
          INT.set(bytes, base + 4 * i, (int) lanes[i]);
        }
      }
      default -> {
        for (int i = from; i < to; i++) {
          LONG.set(bytes, base + 8 * i, lanes[i]);
        }
      }
    }
  }

  /** Narrows lanes into those elements that the mask in v0 makes active. */
  void writeActive(int register, int width, int from, int to, long[] lanes) {
    for (int i = from; i < to; i++) {
      if (isActive(i)) {
        set(register, i, width, lanes[i]);
      }
    }
  }

  /** Returns a bit of the mask in v0. */
  boolean isActive(int element) {
    return (bytes[element >>> 3] >>> (element & 7) & 1) != 0;
  }

  /** Returns a bit of a mask. */
  boolean bit(int register, int element) {
    return (bytes[register * length + (element >>> 3)] >>> (element & 7) & 1) != 0;
  }

  void setBit(int register, int element, boolean value) {
    int at = register * length + (element >>> 3);
    int bit = 1 << (element & 7);
    bytes[at] = (byte) (value ? bytes[at] | bit : bytes[at] & ~bit);
  }

  void clear() {
    Arrays.fill(bytes, (byte) 0);
  }
}
