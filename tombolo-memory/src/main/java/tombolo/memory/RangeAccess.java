// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tombolo.memory.GuestMemoryException.Reason;

/**
 * Accesses ranges that may lie in several regions of one tree. Checks the whole range first, then
 * copies it region by region.
 *
 * <p>The tree does not change, so the checks stay valid. {@link GuestMemory} keeps the memory of
 * the tree's regions in place meanwhile.
 */
final class RangeAccess {
  private RangeAccess() {}

  /** Accesses the part of a range in one region; {@code done} bytes of the range precede it. */
  @FunctionalInterface
  private interface Part {
    void access(MemorySegment host, long offset, long done, long size);
  }

  static void read(@Nullable RegionTree tree, long gpa, MemorySegment into) {
    long size = into.byteSize();
    check(tree, gpa, size, false);
    forEachPart(
        tree,
        gpa,
        size,
        (host, offset, done, part) -> MemorySegment.copy(host, offset, into, done, part));
  }

  static void write(@Nullable RegionTree tree, long gpa, MemorySegment bytes) {
    long size = bytes.byteSize();
    check(tree, gpa, size, true);
    forEachPart(
        tree,
        gpa,
        size,
        (host, offset, done, part) -> MemorySegment.copy(bytes, done, host, offset, part));
  }

  static void fill(@Nullable RegionTree tree, long gpa, long size, byte value) {
    check(tree, gpa, size, true);
    forEachPart(
        tree, gpa, size, (host, offset, done, part) -> host.asSlice(offset, part).fill(value));
  }

  static Object[] readFields(@Nullable RegionTree tree, long gpa, RecordLayout<?> layout) {
    checkAlignment(gpa, layout.size(), layout.alignment());
    check(tree, gpa, layout.size(), false);
    Object[] values = new Object[layout.fieldCount()];
    for (int i = 0; i < values.length; i++) {
      // A field is aligned to its size, so it lies in one region.
      long address = gpa + layout.fieldOffset(i);
      MemoryRegion region = checked(tree, address);
      values[i] = layout.fieldType(i).get(region.host().segment(), region.hostOffsetOf(address));
    }
    return values;
  }

  static void writeFields(
      @Nullable RegionTree tree, long gpa, RecordLayout<?> layout, Object[] values) {
    checkAlignment(gpa, layout.size(), layout.alignment());
    check(tree, gpa, layout.size(), true);
    for (int i = 0; i < values.length; i++) {
      long address = gpa + layout.fieldOffset(i);
      MemoryRegion region = checked(tree, address);
      MemorySegment host = region.host().segment();
      layout.fieldType(i).set(host, region.hostOffsetOf(address), values[i]);
    }
  }

  static void checkAlignment(long gpa, long size, long alignment) {
    if ((gpa & (alignment - 1)) != 0) {
      throw new GuestMemoryException(
          gpa, size, Reason.MISALIGNED, ", must be a multiple of " + alignment);
    }
  }

  /** Returns the exception for an access whose byte at {@code address} is not accessible. */
  static GuestMemoryException refused(
      long gpa, long size, long address, @Nullable MemoryRegion region) {
    return region == null
        ? new GuestMemoryException(gpa, size, Reason.NOT_MAPPED, " at 0x%x".formatted(address))
        : new GuestMemoryException(
            gpa, size, Reason.READ_ONLY, " at 0x%x, in %s".formatted(address, region));
  }

  /** Throws GuestMemoryException if a byte is not mapped, or may not be written. */
  private static void check(@Nullable RegionTree tree, long gpa, long size, boolean write) {
    GuestMemoryException refusal = refusal(tree, gpa, size, write);
    if (refusal != null) {
      throw refusal;
    }
  }

  /** Returns why a range can't be read, or written; null if it can. */
  static @Nullable GuestMemoryException refusal(
      @Nullable RegionTree tree, long gpa, long size, boolean write) {
    // Steps from region to region, so gpa + done is at most a region's end and does not overflow.
    for (long done = 0; done < size; ) {
      MemoryRegion region = RegionTree.at(tree, gpa + done);
      if (region == null || (write && !region.access().canWrite())) {
        return refused(gpa, size, gpa + done, region);
      }
      done = region.end() - gpa;
    }
    return null;
  }

  private static void forEachPart(@Nullable RegionTree tree, long gpa, long size, Part part) {
    for (long done = 0; done < size; ) {
      long address = gpa + done;
      MemoryRegion region = checked(tree, address);
      long length = Math.min(size - done, region.end() - address);
      part.access(region.host().segment(), region.hostOffsetOf(address), done, length);
      done += length;
    }
  }

  /** Returns the region of an address that {@link #check} has accepted in the same tree. */
  private static MemoryRegion checked(@Nullable RegionTree tree, long address) {
    return Objects.requireNonNull(RegionTree.at(tree, address));
  }
}
