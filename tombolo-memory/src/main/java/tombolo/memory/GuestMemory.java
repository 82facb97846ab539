// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;
import tombolo.memory.GuestMemoryException.Reason;

/**
 * The guest physical address space of one VM: which host memory a guest sees where, and typed access
 * to it for the host. What hypervisors call stage 2.
 *
 * <p>Regions never overlap; two that touch here need not touch in the host. A VM owns this object; it
 * does not own the host memory, but keeps what is mapped alive. Thread-safe.
 *
 * <h2>Typed access</h2>
 *
 * <p>For the host: devices, loaders, tests. Scalars and records must be aligned, byte ranges need not
 * be; all of the range must be mapped, and with write access for a write. Otherwise {@link
 * GuestMemoryException} says what is wrong, and nothing has been read or written. Scalars of any
 * size are read and written whole (single-copy atomic). Ranges and records are not, and a guest may
 * write meanwhile: read once, check the copy, use the copy.
 *
 * <p>Plain accesses order nothing. The opaque, acquire, release and compare-and-set ones are those of
 * {@link VarHandle} and order with the guest's fences and atomics.
 *
 * <h2>Who waits for whom</h2>
 *
 * <ul>
 *   <li>{@link #regionAt} waits for nobody: one volatile read of an immutable tree. vCPUs call it
 *       inside guest code, so it must.
 *   <li>A typed access holds {@code accesses} for reading while it copies, and waits for nothing
 *       meanwhile: no foreign code, no cache, no other lock.
 *   <li>{@link #unmap} holds {@code accesses} for writing only to swap the tree, which waits for the
 *       typed accesses under way and for nothing else. It has let go of it before it waits for the
 *       caches; so a vCPU that it waits for can finish any access inside guest code.
 *   <li>{@link #map}, {@link #unmap}, {@link #register} and {@link #unregister} exclude each other by
 *       {@code changes}, which unmap holds while it waits for the caches. They must therefore not be
 *       called inside guest code, nor with a lock held that guest code takes. A vCPU thread outside
 *       guest code may call them: no cache waits for such a thread, its own included.
 * </ul>
 */
public final class GuestMemory {
  private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
  private static final VarHandle SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  /** Held by one that changes regions or caches. Taken before {@link #accesses}. */
  private final ReentrantLock changes = new ReentrantLock();

  /** Held for reading by typed accesses, for writing by an unmap that swaps {@link #regions}. */
  private final StampedLock accesses = new StampedLock();

  /** Written with {@link #changes} held; read at any time. Null when nothing is mapped. */
  private volatile @Nullable RegionTree regions;

  /** Guarded by {@link #changes}. */
  private final List<TranslationCache> caches = new ArrayList<>();

  /** An address space with nothing in it. */
  public GuestMemory() {}

  /**
   * Lets the guest see a slice of host memory, from now on; O(log n). Caches are not told: they may
   * remember what is mapped, not what is not.
   *
   * @param gpa first guest physical address, a multiple of the page size, not negative
   * @param size bytes, a positive multiple of the page size
   * @param host the memory; kept alive while it is mapped
   * @param hostOffset where the slice begins in it, a multiple of the page size
   * @param access what the guest may do
   * @throws IllegalArgumentException if these are no whole pages inside the host memory
   * @throws GuestMapException if something is mapped there, or the host memory is closed
   */
  public void map(long gpa, long size, HostMemory host, long hostOffset, Access access) {
    MemoryRegion region = new MemoryRegion(gpa, size, host, hostOffset, access);
    changes.lock();
    try {
      MemoryRegion other = RegionTree.overlapping(regions, gpa, region.end());
      if (other != null) {
        throw new GuestMapException("can't map %s: %s is mapped".formatted(region, other));
      }
      if (!host.tryRetain()) {
        throw new GuestMapException("can't map %s: its host memory is closed".formatted(region));
      }
      regions = RegionTree.with(regions, region);
    } finally {
      changes.unlock();
    }
  }

  /**
   * Takes away exactly one region, and returns when no vCPU and no typed access reaches its host
   * memory through it any more; the memory can then be used for something else. O(log n) besides the
   * waiting.
   *
   * <p>A vCPU that never runs, or never runs again, holds nobody up: {@link
   * TranslationCache#awaitDropped} waits only for one that is inside guest code. If a cache throws,
   * the region is out of the map, but its host memory is never freed.
   *
   * @param gpa where the region begins
   * @param size how long it is, in bytes
   * @throws IllegalArgumentException if these are no whole pages
   * @throws GuestMapException if they are not exactly one mapped region
   */
  public void unmap(long gpa, long size) {
    MemoryRegion.checkRange(gpa, size);
    changes.lock();
    try {
      MemoryRegion region = RegionTree.overlapping(regions, gpa, gpa + size);
      if (region == null || region.gpa() != gpa || region.size() != size) {
        throw new GuestMapException(
            "can't unmap 0x%x..0x%x: %s"
                .formatted(
                    gpa,
                    gpa + size - 1,
                    region == null ? "nothing is mapped there" : "not the same as " + region));
      }
      remove(region);
    } finally {
      changes.unlock();
    }
  }

  /** Takes away every region, as {@link #unmap} would each: for the end of a VM. */
  public void unmapAll() {
    changes.lock();
    try {
      for (MemoryRegion region : regions()) {
        remove(region);
      }
    } finally {
      changes.unlock();
    }
  }

  private void remove(MemoryRegion region) {
    RegionTree rest = RegionTree.without(regions, region.gpa());
    // Whoever has the old tree in typed access holds the lock for reading; whoever comes later sees
    // the new one. Nothing may be waited for in between: see "Who waits for whom".
    long stamp = accesses.writeLock();
    regions = rest;
    accesses.unlockWrite(stamp);
    for (TranslationCache cache : caches) {
      cache.requestDrop(region.gpa(), region.size());
    }
    for (TranslationCache cache : caches) {
      cache.awaitDropped();
    }
    region.host().release();
  }

  /**
   * The region that contains this address, or null; takes no lock, allocates nothing, O(log n).
   *
   * <p>What it returns may be unmapped at once. A vCPU may use it, and put it into its cache, until
   * the next time that the cache says that it has dropped what was asked for: from look-up to use it
   * must not do that. Others use typed access.
   */
  public @Nullable MemoryRegion regionAt(long gpa) {
    return RegionTree.at(regions, gpa);
  }

  /** The regions at one moment, by ascending address; immutable. */
  public List<MemoryRegion> regions() {
    List<MemoryRegion> all = new ArrayList<>();
    RegionTree.forEach(regions, all::add);
    return List.copyOf(all);
  }

  /**
   * Adds a cache, which every later {@link #unmap} tells. Before this the cache is empty.
   *
   * @throws IllegalStateException if it is registered
   */
  public void register(TranslationCache cache) {
    changes.lock();
    try {
      if (caches.contains(cache)) {
        throw new IllegalStateException("registered twice: " + cache);
      }
      caches.add(cache);
    } finally {
      changes.unlock();
    }
  }

  /**
   * Removes a cache, which is not called any more once this returns. Its vCPU uses no translation
   * after this call begins. Does nothing if it is not registered.
   */
  public void unregister(TranslationCache cache) {
    changes.lock();
    try {
      caches.remove(cache);
    } finally {
      changes.unlock();
    }
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

  /** Writes 4 bytes, as a volatile access, if they are as expected; whether they were. */
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 4, true);
      return INT.compareAndSet(
          region.host().segment(), region.hostOffsetOf(gpa), expected, value);
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

  /** Writes 8 bytes, as a volatile access, if they are as expected; whether they were. */
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    long stamp = accesses.readLock();
    try {
      MemoryRegion region = scalar(gpa, 8, true);
      return LONG.compareAndSet(
          region.host().segment(), region.hostOffsetOf(gpa), expected, value);
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
      RegionTree tree = regions;
      long size = into.byteSize();
      check(tree, gpa, size, false);
      for (long done = 0, part; done < size; done += part) {
        MemoryRegion region = mapped(tree, gpa + done);
        part = Math.min(size - done, region.end() - (gpa + done));
        MemorySegment host = region.host().segment();
        MemorySegment.copy(host, region.hostOffsetOf(gpa + done), into, done, part);
      }
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
      RegionTree tree = regions;
      long size = bytes.byteSize();
      check(tree, gpa, size, true);
      for (long done = 0, part; done < size; done += part) {
        MemoryRegion region = mapped(tree, gpa + done);
        part = Math.min(size - done, region.end() - (gpa + done));
        MemorySegment host = region.host().segment();
        MemorySegment.copy(bytes, done, host, region.hostOffsetOf(gpa + done), part);
      }
    } finally {
      accesses.unlockRead(stamp);
    }
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
      RegionTree tree = regions;
      check(tree, gpa, size, true);
      for (long done = 0, part; done < size; done += part) {
        MemoryRegion region = mapped(tree, gpa + done);
        part = Math.min(size - done, region.end() - (gpa + done));
        region.host().segment().asSlice(region.hostOffsetOf(gpa + done), part).fill(value);
      }
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
    Object[] values = new Object[layout.fieldCount()];
    long stamp = accesses.readLock();
    try {
      RegionTree tree = regions;
      checkAlignment(gpa, layout.size(), layout.alignment());
      check(tree, gpa, layout.size(), false);
      for (int i = 0; i < values.length; i++) {
        // A field is aligned to its size, so it never lies in two regions.
        long address = gpa + layout.fieldOffset(i);
        MemoryRegion region = mapped(tree, address);
        values[i] = layout.fieldType(i).get(region.host().segment(), region.hostOffsetOf(address));
      }
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
      RegionTree tree = regions;
      checkAlignment(gpa, layout.size(), layout.alignment());
      check(tree, gpa, layout.size(), true);
      for (int i = 0; i < values.length; i++) {
        long address = gpa + layout.fieldOffset(i);
        MemoryRegion region = mapped(tree, address);
        MemorySegment host = region.host().segment();
        layout.fieldType(i).set(host, region.hostOffsetOf(address), values[i]);
      }
    } finally {
      accesses.unlockRead(stamp);
    }
  }

  /** The one region of an aligned scalar; regions are whole pages, so it never lies in two. */
  private MemoryRegion scalar(long gpa, long size, boolean write) {
    checkAlignment(gpa, size, size);
    MemoryRegion region = RegionTree.at(regions, gpa);
    if (region == null || (write && !region.access().canWrite())) {
      throw refused(gpa, size, gpa, region);
    }
    return region;
  }

  private static void checkAlignment(long gpa, long size, long alignment) {
    if ((gpa & (alignment - 1)) != 0) {
      throw new GuestMemoryException(
          gpa, size, Reason.MISALIGNED, ", must be a multiple of " + alignment);
    }
  }

  /** Throws if some byte is not mapped, or may not be written; before anything is copied. */
  private static void check(@Nullable RegionTree tree, long gpa, long size, boolean write) {
    // Goes from region to region, so gpa + done is at most a region's end and does not overflow.
    for (long done = 0; done < size; ) {
      MemoryRegion region = RegionTree.at(tree, gpa + done);
      if (region == null || (write && !region.access().canWrite())) {
        throw refused(gpa, size, gpa + done, region);
      }
      done = region.end() - gpa;
    }
  }

  private static GuestMemoryException refused(
      long gpa, long size, long address, @Nullable MemoryRegion region) {
    return region == null
        ? new GuestMemoryException(
            gpa, size, Reason.NOT_MAPPED, " at 0x%x".formatted(address))
        : new GuestMemoryException(
            gpa, size, Reason.READ_ONLY, " at 0x%x, in %s".formatted(address, region));
  }

  /** The region of an address that {@link #check} has passed in the same tree. */
  private static MemoryRegion mapped(@Nullable RegionTree tree, long address) {
    return Objects.requireNonNull(RegionTree.at(tree, address));
  }
}
