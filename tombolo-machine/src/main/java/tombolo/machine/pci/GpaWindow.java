// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import tombolo.memory.Access;
import tombolo.memory.GuestMapException;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;
import tombolo.memory.RangeAllocator;

/**
 * A window of a VM's guest physical addresses in which host memory comes and goes, behind a BAR:
 * where a guest moves the BAR, everything in the window moves along. So its owner speaks of offsets
 * into the window, which never change.
 *
 * <p>The first page is the owner's and never handed out. The rest is handed out best fit, in whole
 * pages, and merges when it comes back.
 *
 * <p>The bridge saves where the BAR is. Room and mappings are saved by their owner, who reserves
 * and maps them anew, see {@link #reserveAt}.
 *
 * <p>Thread-safe. Its lock is taken after the host bridge's and before that of {@link GuestMemory},
 * which it holds while vCPUs drop what they have cached; so it must not be called inside guest
 * code.
 */
public final class GpaWindow implements PciBar.Target {
  /** Bytes at the beginning that are never handed out. */
  public static final long HEAD = HostMemory.PAGE_SIZE;

  private static final long NOWHERE = -1;

  private final GuestMemory memory;
  private final long size;

  // All guarded by this.
  private final RangeAllocator free = new RangeAllocator(HostMemory.PAGE_SIZE);
  private final NavigableMap<Long, Slice> slices = new TreeMap<>();

  /** Written with the lock held, read by anybody: who asks must not wait for a move to end. */
  private volatile long base = NOWHERE;

  /** Memory that the guest sees at an offset while the BAR is somewhere. */
  private record Slice(long size, HostMemory host, long hostOffset, Access access) {}

  /**
   * Makes an empty window that is nowhere yet.
   *
   * @param size bytes, a power of two of at least two pages
   */
  public GpaWindow(GuestMemory memory, long size) {
    if (Long.bitCount(size) != 1 || size < 2 * HostMemory.PAGE_SIZE) {
      throw new IllegalArgumentException(
          "a window is a power of two of at least two pages, not %d bytes".formatted(size));
    }
    this.memory = memory;
    this.size = size;
    free.add(HEAD, size - HEAD);
  }

  /** Returns its size in bytes. */
  public long size() {
    return size;
  }

  /**
   * Returns the guest physical address of its first byte; empty while the BAR is off. Takes no
   * lock, so it waits for no vCPU.
   */
  public OptionalLong base() {
    long now = base;
    return now == NOWHERE ? OptionalLong.empty() : OptionalLong.of(now);
  }

  /**
   * Reserves room.
   *
   * @param bytes rounded up to whole pages
   * @return its offset, or empty if there is no gap of that size, or bytes is not positive
   */
  public synchronized OptionalLong reserve(long bytes) {
    return free.allocate(bytes);
  }

  /**
   * Reserves room at a given place, as {@link #reserve} did in a window whose state is restored.
   *
   * @param bytes a positive multiple of the page size
   * @return false, and nothing has changed, unless all of it is there and free
   */
  public synchronized boolean reserveAt(long offset, long bytes) {
    return free.allocateAt(offset, bytes);
  }

  /**
   * Lets the guest see host memory somewhere in reserved room, or in the head, from now on and
   * wherever the window goes. Parts of one room can show several pieces, each once.
   *
   * @param offset into the window, a multiple of the page size
   * @param bytes a positive multiple of the page size
   * @throws GuestMapException if something is mapped there that is not this window's
   */
  public synchronized void map(
      long offset, long bytes, HostMemory host, long hostOffset, Access access) {
    if (base != NOWHERE) {
      memory.map(base + offset, bytes, host, hostOffset, access);
    }
    slices.put(offset, new Slice(bytes, host, hostOffset, access));
  }

  /**
   * Gives room back. Returns when no vCPU reaches what was mapped in it any more.
   *
   * @return false, and nothing has changed, if it is not exactly one that was reserved
   */
  public synchronized boolean release(long offset, long bytes) {
    if (free.sizeOf(offset) != bytes || bytes == 0) {
      return false;
    }
    if (base != NOWHERE) {
      unmap(base, base + offset, bytes);
    }
    slices.subMap(offset, offset + bytes).clear();
    free.release(offset, bytes);
    return true;
  }

  /** Returns the bytes of the room that begins at this offset, 0 if none does. */
  public synchronized long reservedAt(long offset) {
    return free.sizeOf(offset);
  }

  /** Returns how many bytes are reserved, without the head. */
  public synchronized long reservedBytes() {
    return size - HEAD - free.freeBytes();
  }

  /**
   * Reserves room for an owner, who alone can map there and give it back.
   *
   * @param bytes rounded up to whole pages
   * @return the room, or empty if there is no gap of that size, or bytes is not positive
   */
  public synchronized Optional<GpaRoom> allocate(long bytes) {
    OptionalLong offset = reserve(bytes);
    return offset.isEmpty() ? Optional.empty() : Optional.of(room(offset.getAsLong()));
  }

  /**
   * Reserves room at a given place for an owner, see {@link #reserveAt}.
   *
   * @param bytes a positive multiple of the page size
   * @return the room, or empty unless all of it is there and free
   */
  public synchronized Optional<GpaRoom> allocateAt(long offset, long bytes) {
    return reserveAt(offset, bytes) ? Optional.of(room(offset)) : Optional.empty();
  }

  private GpaRoom room(long offset) {
    return new GpaRoom(this, offset, free.sizeOf(offset));
  }

  @Override
  public synchronized boolean place(long gpa) {
    try {
      for (Map.Entry<Long, Slice> entry : slices.entrySet()) {
        Slice slice = entry.getValue();
        memory.map(gpa + entry.getKey(), slice.size, slice.host, slice.hostOffset, slice.access);
      }
    } catch (GuestMapException taken) {
      unmap(gpa, gpa, size);
      return false;
    }
    base = gpa;
    return true;
  }

  @Override
  public synchronized void remove(long gpa) {
    base = NOWHERE;
    unmap(gpa, gpa, size);
  }

  /** Unmaps a part of the window, which is at this base; what others have mapped there stays. */
  private void unmap(long at, long gpa, long bytes) {
    memory.unmapRange(
        gpa,
        bytes,
        region -> {
          Slice slice = slices.get(region.gpa() - at);
          return slice != null
              && slice.host == region.host()
              && slice.hostOffset == region.hostOffset();
        });
  }
}
