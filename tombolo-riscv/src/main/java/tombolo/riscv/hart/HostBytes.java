// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Guest memory by host address, for a hart that has checked the access already.
 *
 * <p>One segment over all of the address space, a constant, so that C2 reduces each access to one
 * machine instruction. What makes it sound is the TLB: a host address comes only from a {@link
 * tombolo.memory.MemoryRegion} that the guest may access in this way, and {@link
 * tombolo.memory.GuestMemory#unmap} waits until the hart has forgotten it.
 *
 * <p>Ints and longs are accessed opaque: single-copy atomic, coherent, never optimized away, in no
 * order with others until a fence. Bytes and shorts have no such mode; plain accesses of them are
 * single instructions too.
 */
final class HostBytes {
  // SAFETY: reinterpreting NULL gives a segment that checks nothing. Only this class and generated
  // regions use it, with addresses that the memory map vouches for, as the class comment says.
  @SuppressWarnings("restricted")
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

  // Regions use these handles themselves: C2 always inlines a handle's methods, but not ours, and a
  // call would cost a region its registers.
  static final VarHandle BYTE_HANDLE = ValueLayout.JAVA_BYTE.varHandle();
  static final VarHandle SHORT_HANDLE = SHORT.varHandle();
  static final VarHandle INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  // Host addresses of 56 bits at the most. Addresses are masked, though they are right, because C2
  // knows then that an access is within ALL and aligned, and one AND costs less than these checks.
  private static final long BYTE_BITS = (1L << 56) - 1;
  private static final long SHORT_BITS = BYTE_BITS - 1;
  private static final long INT_BITS = BYTE_BITS - 3;
  private static final long LONG_BITS = BYTE_BITS - 7;

  // The same in arrays.
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private HostBytes() {}

  static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address & BYTE_BITS);
  }

  static short getShort(long address) {
    return ALL.get(SHORT, address & SHORT_BITS);
  }

  static int getInt(long address) {
    return (int) INT.getOpaque(ALL, address & INT_BITS);
  }

  static long getLong(long address) {
    return (long) LONG.getOpaque(ALL, address & LONG_BITS);
  }

  static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address & BYTE_BITS, value);
  }

  static void putShort(long address, short value) {
    ALL.set(SHORT, address & SHORT_BITS, value);
  }

  static void putInt(long address, int value) {
    INT.setOpaque(ALL, address & INT_BITS, value);
  }

  static void putLong(long address, long value) {
    LONG.setOpaque(ALL, address & LONG_BITS, value);
  }

  static int getIntVolatile(long address) {
    return (int) INT.getVolatile(ALL, address);
  }

  static long getLongVolatile(long address) {
    return (long) LONG.getVolatile(ALL, address);
  }

  static boolean compareAndSet(long address, int expected, int value) {
    return INT.compareAndSet(ALL, address, expected, value);
  }

  static boolean compareAndSet(long address, long expected, long value) {
    return LONG.compareAndSet(ALL, address, expected, value);
  }

  static int getAndAdd(long address, int value) {
    return (int) INT.getAndAdd(ALL, address, value);
  }

  static long getAndAdd(long address, long value) {
    return (long) LONG.getAndAdd(ALL, address, value);
  }

  static int getAndSet(long address, int value) {
    return (int) INT.getAndSet(ALL, address, value);
  }

  static long getAndSet(long address, long value) {
    return (long) LONG.getAndSet(ALL, address, value);
  }

  /** Copies bytes out of host memory. */
  static void copyOut(long address, byte[] into) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, into, 0, into.length);
  }

  /** Copies bytes out of host memory, to an index of an array. */
  static void copyOut(long address, byte[] into, int at, int count) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, into, at, count);
  }

  /** Copies bytes from an index of an array into host memory. */
  static void copyIn(byte[] from, int at, long address, int count) {
    MemorySegment.copy(from, at, ALL, ValueLayout.JAVA_BYTE, address, count);
  }

  /** Copies an aligned element of 1, 2, 4 or 8 bytes out of host memory, in one access. */
  static void loadElement(long address, byte[] into, int at, int size) {
    switch (size) {
      case 1 -> into[at] = getByte(address);
      case 2 -> SHORTS.set(into, at, getShort(address));
      case 4 -> INTS.set(into, at, getInt(address));
      default -> LONGS.set(into, at, getLong(address));
    }
  }

  /** Copies an element of 1, 2, 4 or 8 bytes into host memory where it is aligned. */
  static void storeElement(long address, byte[] from, int at, int size) {
    switch (size) {
      case 1 -> putByte(address, from[at]);
      case 2 -> putShort(address, (short) SHORTS.get(from, at));
      case 4 -> putInt(address, (int) INTS.get(from, at));
      default -> putLong(address, (long) LONGS.get(from, at));
    }
  }

  /** Zeroes bytes of host memory; whoever looks sees each of them as it was or as zero. */
  static void zero(long address, long count) {
    ALL.asSlice(address, count).fill((byte) 0);
  }

  /** Whether host memory holds these bytes. */
  static boolean equal(long address, byte[] bytes) {
    return MemorySegment.mismatch(
            ALL, address, address + bytes.length, MemorySegment.ofArray(bytes), 0, bytes.length)
        < 0;
  }
}
