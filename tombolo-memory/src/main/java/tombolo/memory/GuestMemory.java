// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The guest physical address space of one VM: which host memory a guest sees where, and typed
 * access to it for the host. What hypervisors call stage 2.
 *
 * <p>Regions never overlap; two that touch here need not touch in the host. A VM owns this object;
 * it does not own the host memory, but keeps what is mapped alive. Thread-safe.
 *
 * <h2>Typed access</h2>
 *
 * <p>For the host: devices, loaders, tests. Scalars and records must be aligned, byte ranges need
 * not be; all of the range must be mapped, and with write access for a write. Otherwise {@link
 * GuestMemoryException} says what is wrong, and nothing has been read or written. Scalars of any
 * size are read and written whole (single-copy atomic). Ranges and records are not, and a guest may
 * write meanwhile: read once, check the copy, use the copy.
 *
 * <p>Plain accesses order nothing. The opaque, acquire, release and compare-and-set ones are those
 * of {@link java.lang.invoke.VarHandle} and order with the guest's fences and atomics.
 *
 * <h2>Who waits for whom</h2>
 *
 * <ul>
 *   <li>{@link #regionAt} waits for nobody: one volatile read of an immutable tree. vCPUs call it
 *       inside guest code, so it must.
 *   <li>A typed access holds a lock for reading while it copies, and waits for nothing meanwhile:
 *       no caller's code, no cache, no other lock.
 *   <li>{@link #unmap} holds that lock for writing only to swap the tree, which waits for the typed
 *       accesses under way and for nothing else. It has let go of it before it waits for the
 *       caches; so a vCPU that it waits for can finish any access inside guest code.
 *   <li>{@link #map}, {@link #unmap}, {@link #register} and {@link #unregister} exclude each other
 *       by {@code changes}, which unmap holds while it waits for the caches. They must therefore
 *       not be called inside guest code, nor with a lock held that guest code takes. A vCPU thread
 *       outside guest code may call them: no cache waits for such a thread, its own included.
 * </ul>
 */
public final class GuestMemory extends TypedAccess {
  /** Held by one that changes regions or caches. Taken before the lock of typed accesses. */
  private final ReentrantLock changes = new ReentrantLock();

  /** Guarded by {@link #changes}. */
  private final List<TranslationCache> caches = new ArrayList<>();

  /** An address space with nothing in it. */
  public GuestMemory() {}

  /**
   * Lets the guest see a slice of host memory, from now on; O(log n). Every cache is told. If a
   * cache throws, nothing is mapped.
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
      MemoryRegion other = RegionTree.overlapping(tree(), gpa, region.end());
      if (other != null) {
        throw new GuestMapException("can't map %s: %s is mapped".formatted(region, other));
      }
      if (!host.tryRetain()) {
        throw new GuestMapException("can't map %s: its host memory is closed".formatted(region));
      }
      extend(RegionTree.with(tree(), region));
      tellMapped(region);
    } finally {
      changes.unlock();
    }
  }

  /** Tells every cache of a new region, or removes it again. {@link #changes} held. */
  private void tellMapped(MemoryRegion region) {
    boolean told = false;
    try {
      for (TranslationCache cache : caches) {
        cache.mapped(region);
      }
      told = true;
    } finally {
      if (!told) {
        remove(List.of(region), region.gpa(), region.size());
      }
    }
  }

  /**
   * Takes away exactly one region, and returns when no vCPU and no typed access reaches its host
   * memory through it any more; the memory can then be used for something else. O(log n) besides
   * the waiting.
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
      MemoryRegion region = RegionTree.overlapping(tree(), gpa, gpa + size);
      if (region == null || region.gpa() != gpa || region.size() != size) {
        throw new GuestMapException(
            "can't unmap 0x%x..0x%x: %s"
                .formatted(
                    gpa,
                    gpa + size - 1,
                    region == null ? "nothing is mapped there" : "not the same as " + region));
      }
      remove(List.of(region), gpa, size);
    } finally {
      changes.unlock();
    }
  }

  /**
   * Takes away the regions of a range that the caller chooses, as {@link #unmap} would each, but
   * asks and waits once for all of them. Does nothing where there is none.
   *
   * @param gpa first guest physical address, a multiple of the page size, not negative
   * @param size bytes, a positive multiple of the page size
   * @param chosen is asked for each region that lies in the range as a whole; must not wait
   * @throws IllegalArgumentException if these are no whole pages
   */
  public void unmapRange(long gpa, long size, Predicate<MemoryRegion> chosen) {
    MemoryRegion.checkRange(gpa, size);
    changes.lock();
    try {
      List<MemoryRegion> inside = new ArrayList<>();
      RegionTree.forEachOverlapping(
          tree(),
          gpa,
          gpa + size,
          region -> {
            if (region.gpa() >= gpa && region.end() <= gpa + size && chosen.test(region)) {
              inside.add(region);
            }
          });
      if (!inside.isEmpty()) {
        remove(inside, gpa, size);
      }
    } finally {
      changes.unlock();
    }
  }

  /** Takes away every region: for the end of a VM. */
  public void unmapAll() {
    changes.lock();
    try {
      List<MemoryRegion> all = regions();
      if (!all.isEmpty()) {
        long from = all.getFirst().gpa();
        remove(all, from, all.getLast().end() - from);
      }
    } finally {
      changes.unlock();
    }
  }

  /** Takes regions away that lie in the range. {@link #changes} held. */
  private void remove(List<MemoryRegion> regions, long gpa, long size) {
    @Nullable RegionTree left = tree();
    for (MemoryRegion region : regions) {
      left = RegionTree.without(left, region.gpa());
    }
    shrink(left);
    for (TranslationCache cache : caches) {
      cache.requestDrop(gpa, size);
    }
    for (TranslationCache cache : caches) {
      cache.awaitDropped();
    }
    regions.forEach(region -> region.host().release());
  }

  /**
   * The region that contains this address, or null; takes no lock, allocates nothing, O(log n).
   *
   * <p>What it returns may be unmapped at once. A vCPU may use it, and put it into its cache, until
   * the next time that the cache says that it has dropped what was asked for: from look-up to use
   * it must not do that. Others use typed access.
   */
  public @Nullable MemoryRegion regionAt(long gpa) {
    return RegionTree.at(tree(), gpa);
  }

  /** The regions at one moment, by ascending address; immutable. */
  public List<MemoryRegion> regions() {
    List<MemoryRegion> all = new ArrayList<>();
    RegionTree.forEach(tree(), all::add);
    return List.copyOf(all);
  }

  /**
   * Adds a cache, which is told of every region that is mapped already, and then of every later
   * {@link #map} and {@link #unmap}. Before this the cache is empty. If the cache throws, it is not
   * registered.
   *
   * @throws IllegalStateException if it is registered
   */
  public void register(TranslationCache cache) {
    changes.lock();
    try {
      if (caches.contains(cache)) {
        throw new IllegalStateException("registered twice: " + cache);
      }
      regions().forEach(cache::mapped);
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
}
