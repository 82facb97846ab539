// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * The half of {@link GuestMemory} that reads and writes. It holds the tree of mapped regions and
 * tracks the accesses under way in it.
 *
 * <p>An access holds the read lock of {@link #accesses} from before it reads the tree until after
 * it last touches memory. So while a thread holds the write lock, no access is under way, and every
 * later access uses the tree that this thread leaves behind.
 */
abstract sealed class TypedAccess permits GuestMemory {
  private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
  private static final VarHandle SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final StampedLock accesses = new StampedLock();

  /** The mapped regions; null if there are none. One thread at a time writes it, any reads it. */
  private volatile @Nullable RegionTree tree;

  TypedAccess() {}

  final @Nullable RegionTree tree() {
    return tree;
  }

  /** Makes a region visible. Needs to wait for no access. */
  final void extend(RegionTree more) {
    tree = more;
  }

  /** Removes regions from view, and returns when no access is under way in them. */
  final void shrink(@Nullable RegionTree less) {
    // Nothing but accesses may be waited for in here: see "Who waits for whom" in GuestMemory.
    long stamp = accesses.writeLock();
    tree = less;
    accesses.unlockWrite(stamp);
  }

  /** Reads 1 byte. */
  public byte readByte(long gpa) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 1, false);
      return (byte) BYTE.get(region.host().segment(), region.hostOffsetOf(gpa));
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Reads 2 bytes, aligned. */
  public short readShort(long gpa) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 2, false);
      return (short) SHORT.get(region.host().segment(), region.hostOffsetOf(gpa));
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Reads 4 bytes, aligned. */
  public int readInt(long gpa) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 4, false);
      return (int) INT.get(region.host().segment(), region.hostOffsetOf(gpa));
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Reads 8 bytes, aligned. */
  public long readLong(long gpa) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 8, false);
      return (long) LONG.get(region.host().segment(), region.hostOffsetOf(gpa));
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Writes 1 byte. */
  public void writeByte(long gpa, byte value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 1, true);
      BYTE.set(region.host().segment(), region.hostOffsetOf(gpa), value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Writes 2 bytes, aligned. */
  public void writeShort(long gpa, short value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 2, true);
      SHORT.set(region.host().segment(), region.hostOffsetOf(gpa), value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Writes 4 bytes, aligned. */
  public void writeInt(long gpa, int value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 4, true);
      INT.set(region.host().segment(), region.hostOffsetOf(gpa), value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Writes 8 bytes, aligned. */
  public void writeLong(long gpa, long value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 8, true);
      LONG.set(region.host().segment(), region.hostOffsetOf(gpa), value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Reads 4 bytes in opaque mode. */
  public int getOpaqueInt(long gpa) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 4, false);
      return (int) INT.getOpaque(region.host().segment(), region.hostOffsetOf(gpa));
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Reads 4 bytes in acquire mode. */
  public int getAcquireInt(long gpa) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 4, false);
      return (int) INT.getAcquire(region.host().segment(), region.hostOffsetOf(gpa));
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Writes 4 bytes in opaque mode. */
  public void setOpaqueInt(long gpa, int value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 4, true);
      INT.setOpaque(region.host().segment(), region.hostOffsetOf(gpa), value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Writes 4 bytes in release mode. */
  public void setReleaseInt(long gpa, int value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 4, true);
      INT.setRelease(region.host().segment(), region.hostOffsetOf(gpa), value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Writes 4 bytes, as a volatile access, if they are as expected; returns whether they were. */
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 4, true);
      return INT.compareAndSet(region.host().segment(), region.hostOffsetOf(gpa), expected, value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Reads 8 bytes in opaque mode. */
  public long getOpaqueLong(long gpa) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 8, false);
      return (long) LONG.getOpaque(region.host().segment(), region.hostOffsetOf(gpa));
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Reads 8 bytes in acquire mode. */
  public long getAcquireLong(long gpa) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 8, false);
      return (long) LONG.getAcquire(region.host().segment(), region.hostOffsetOf(gpa));
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Writes 8 bytes in opaque mode. */
  public void setOpaqueLong(long gpa, long value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 8, true);
      LONG.setOpaque(region.host().segment(), region.hostOffsetOf(gpa), value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Writes 8 bytes in release mode. */
  public void setReleaseLong(long gpa, long value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 8, true);
      LONG.setRelease(region.host().segment(), region.hostOffsetOf(gpa), value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Writes 8 bytes, as a volatile access, if they are as expected; returns whether they were. */
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 8, true);
      return LONG.compareAndSet(region.host().segment(), region.hostOffsetOf(gpa), expected, value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /**
   * Reads a byte range.
   *
   * @throws IndexOutOfBoundsException if the array does not have the range
   */
  public void read(long gpa, byte[] into, int from, int length) {
    read(gpa, MemorySegment.ofArray(into).asSlice(from, length));
  }

  /** Reads as many bytes as the segment has. */
  public void read(long gpa, MemorySegment into) {
    long stamp = accesses.readLock();
    try {
      RangeAccess.read(tree, gpa, into);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /**
   * Writes a byte range.
   *
   * @throws IndexOutOfBoundsException if the array does not have the range
   */
  public void write(long gpa, byte[] bytes, int from, int length) {
    write(gpa, MemorySegment.ofArray(bytes).asSlice(from, length));
  }

  /** Writes all bytes of the segment. */
  public void write(long gpa, MemorySegment bytes) {
    long stamp = accesses.readLock();
    try {
      RangeAccess.write(tree, gpa, bytes);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /**
   * Returns whether all of a range can be read, or written. It may change at once; an access of the
   * range checks again.
   *
   * @param size bytes; a negative number is more than any address space has
   */
  public boolean allows(long gpa, long size, boolean write) {
    return size >= 0 && RangeAccess.refusal(tree, gpa, size, write) == null;
  }

  /**
   * Sets every byte of a range to one value.
   *
   * @throws IllegalArgumentException if the size is negative
   */
  public void fill(long gpa, long size, byte value) {
    if (size < 0) {
      throw new IllegalArgumentException("size must not be negative: " + size);
    }
    long stamp = accesses.readLock();
    try {
      RangeAccess.fill(tree, gpa, size, value);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Sets every byte of a range to zero. */
  public void zero(long gpa, long size) {
    fill(gpa, size, (byte) 0);
  }

  /**
   * Reads a record: each field once and whole, in order, but not all of them at one moment.
   *
   * @throws RuntimeException what the record's constructor throws about the values
   */
  public <T extends Record> T readFromGuest(long gpa, RecordLayout<T> layout) {
    Object[] values;
    long stamp = accesses.readLock();
    try {
      values = RangeAccess.readFields(tree, gpa, layout);
    } finally {
      accesses.unlockRead(stamp);
    }
    return layout.recordOf(values);
  }

  /** Writes a record: each field once and whole, in order; padding stays as it is. */
  public <T extends Record> void writeToGuest(long gpa, RecordLayout<T> layout, T value) {
    Object[] values = layout.valuesOf(value);
    long stamp = accesses.readLock();
    try {
      RangeAccess.writeFields(tree, gpa, layout, values);
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** Returns the region of an aligned scalar. Regions are whole pages, so it lies in one. */
  private MemoryRegion scalar(long gpa, long size, boolean write) {
    RangeAccess.checkAlignment(gpa, size, size);
    MemoryRegion region = RegionTree.at(tree, gpa);
    if (region == null || (write && !region.access().canWrite())) {
      throw RangeAccess.refused(gpa, size, gpa, region);
    }
    return region;
  }
}
