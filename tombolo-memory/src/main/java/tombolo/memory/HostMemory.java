// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tombolo.memory.posix.PageSource;
import tombolo.memory.posix.Pages;
import tombolo.memory.posix.RevocableView;
import tombolo.memory.posix.SystemCallException;

/**
 * A piece of native memory that guests can have in their physical address spaces, such as a VM's
 * RAM or a channel. Fresh memory is zero. On hosts with lazy allocation it costs nothing until it
 * is touched.
 *
 * <p>Its creator owns and closes it. A {@link GuestMemory} that maps a part of it keeps it alive:
 * closing gives up the owner's hold, and the memory is freed at once or, like a closed memfd, when
 * its last mapping goes. So no vCPU can reach freed memory, and a forgotten {@link
 * GuestMemory#unmap} is a leak ({@link #liveCount()}), never a crash.
 *
 * <p>Thread-safe.
 */
public final class HostMemory implements AutoCloseable {
  /** Size of a page in bytes, the unit of sizes, offsets and mappings. */
  public static final long PAGE_SIZE = 4096;

  private static final AtomicLong LIVE_BYTES = new AtomicLong();
  private static final AtomicLong LIVE_COUNT = new AtomicLong();

  private final Arena arena;
  private final MemorySegment segment;
  private final OptionalInt fileDescriptor;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The owner's hold plus one for each mapping. At 0 the memory is freed; it stays 0 for good. */
  private final AtomicInteger holds = new AtomicInteger(1);

  private HostMemory(Arena arena, Pages pages) {
    this.arena = arena;
    this.segment = pages.segment();
    this.fileDescriptor = pages.fileDescriptor();
    LIVE_BYTES.addAndGet(segment.byteSize());
    LIVE_COUNT.incrementAndGet();
  }

  /**
   * Allocates memory for use inside this process.
   *
   * @param size bytes, a positive multiple of {@link #PAGE_SIZE}
   * @throws IllegalArgumentException if the size is not such a multiple
   * @throws HostMemoryException if the host refuses
   */
  public static HostMemory allocate(long size) {
    return allocate(size, "private", PageSource.ofThisHost()::allocate);
  }

  /**
   * Allocates memory that can be handed to another process or to a kernel. On Linux it is a memfd,
   * sealed so that nobody can change its size. On other hosts this is {@link #allocate}.
   *
   * @param name shown to people who look at the process from outside, at most 249 bytes
   * @param size bytes, a positive multiple of {@link #PAGE_SIZE}
   * @throws IllegalArgumentException if the size is not such a multiple
   * @throws HostMemoryException if the host refuses
   */
  public static HostMemory allocateShareable(String name, long size) {
    Objects.requireNonNull(name);
    return allocate(
        size,
        "shareable",
        (bytes, owner) -> PageSource.ofThisHost().allocateShareable(name, bytes, owner));
  }

  @FunctionalInterface
  private interface Allocation {
    Pages allocate(long size, Arena owner);
  }

  @SuppressWarnings("MustBeClosedChecker") // the arena closes with the last hold, see release()
  private static HostMemory allocate(long size, String kind, Allocation allocation) {
    if (size <= 0 || size % PAGE_SIZE != 0) {
      throw new IllegalArgumentException(
          "size must be a positive multiple of %d bytes: %d".formatted(PAGE_SIZE, size));
    }
    Arena arena = Arena.ofShared();
    try {
      return new HostMemory(arena, allocation.allocate(size, arena));
    } catch (SystemCallException refused) {
      arena.close();
      throw new HostMemoryException(
          "the host has no %d bytes of %s memory: %s".formatted(size, kind, refused.getMessage()),
          refused);
    }
  }

  /** Returns the size in bytes, a positive multiple of {@link #PAGE_SIZE}. */
  public long size() {
    return segment.byteSize();
  }

  /**
   * Returns all of the memory. An access after the memory was freed throws {@link
   * IllegalStateException}. Plain accesses are not ordered with those of guests: control words need
   * the access modes of a VarHandle.
   */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * Returns a slice that can be revoked: it is reachable only until the arena closes. The caller
   * must close the arena before it closes this memory.
   *
   * @param offset of the slice in bytes
   * @param size of the slice in bytes
   * @throws IndexOutOfBoundsException if the slice is not inside this memory
   */
  public MemorySegment view(long offset, long size, Arena arena) {
    return RevocableView.of(segment.asSlice(offset, size), arena);
  }

  /** Returns the native address of the first byte; meaningless once the memory is freed. */
  public long address() {
    return segment.address();
  }

  /**
   * Returns a file descriptor of the same memory, for KVM or for another process. This object
   * closes it; nobody else may. Empty for private memory and on hosts without such descriptors.
   *
   * @throws IllegalStateException if the memory was freed
   */
  public OptionalInt fileDescriptor() {
    if (!arena.scope().isAlive()) {
      throw new IllegalStateException("this host memory was freed");
    }
    return fileDescriptor;
  }

  /**
   * Gives up the owner's hold. The memory is freed as soon as no {@link GuestMemory} maps it. Does
   * nothing when called again.
   *
   * @throws HostMemoryException if the host does not take the memory back
   * @throws IllegalStateException if a foreign call is using the segment; then the memory is never
   *     freed
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release();
    }
  }

  /** Returns the bytes of host memory in this process that are not freed yet, for leak tests. */
  public static long liveBytes() {
    return LIVE_BYTES.get();
  }

  /** Returns the number of objects that {@link #liveBytes()} counts. */
  public static long liveCount() {
    return LIVE_COUNT.get();
  }

  /** Keeps the memory alive for one mapping, or returns false if its owner has closed it. */
  boolean tryRetain() {
    int now;
    do {
      now = holds.get();
      if (now == 0 || closed.get()) {
        return false;
      }
    } while (!holds.compareAndSet(now, now + 1));
    return true;
  }

  /** Gives up a hold, through which nobody may reach the memory any more. */
  void release() {
    if (holds.decrementAndGet() > 0) {
      return;
    }
    try {
      arena.close();
    } catch (SystemCallException refused) {
      throw new HostMemoryException(
          "the host did not take %d bytes back: %s".formatted(size(), refused.getMessage()),
          refused);
    }
    LIVE_BYTES.addAndGet(-size());
    LIVE_COUNT.decrementAndGet();
  }

  @Override
  public String toString() {
    return "HostMemory[%d bytes at 0x%x%s]"
        .formatted(size(), address(), arena.scope().isAlive() ? "" : ", freed");
  }
}
