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
 * A piece of native memory that guests can have in their physical address spaces: a VM's RAM, a
 * channel. Fresh memory is zero, and costs nothing until it is touched where the host can do that.
 *
 * <p>Whoever allocates it owns it and closes it. A {@link GuestMemory} that maps a part of it keeps
 * it alive: closing gives up the owner's hold, and the memory is freed at once or, like a closed
 * memfd, when its last mapping goes. So no vCPU can reach freed memory, and a forgotten {@link
 * GuestMemory#unmap} is a leak ({@link #liveCount()}), never a crash.
 *
 * <p>Thread-safe.
 */
public final class HostMemory implements AutoCloseable {
  /** Bytes of a page, the unit of sizes, offsets and mappings. */
  public static final long PAGE_SIZE = 4096;

  private static final AtomicLong LIVE_BYTES = new AtomicLong();
  private static final AtomicLong LIVE_COUNT = new AtomicLong();

  private final Arena arena;
  private final MemorySegment segment;
  private final OptionalInt fileDescriptor;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The owner's hold and one for each mapping; freed when it falls to 0, and never rises again. */
  private final AtomicInteger holds = new AtomicInteger(1);

  private HostMemory(Arena arena, Pages pages) {
    this.arena = arena;
    this.segment = pages.segment();
    this.fileDescriptor = pages.fileDescriptor();
    LIVE_BYTES.addAndGet(segment.byteSize());
    LIVE_COUNT.incrementAndGet();
  }

  /**
   * Memory for use inside this process.
   *
   * @param size bytes, a positive multiple of {@link #PAGE_SIZE}
   * @throws IllegalArgumentException if the size is none
   * @throws HostMemoryException if the host refuses
   */
  public static HostMemory allocate(long size) {
    return allocate(size, "private", PageSource.ofThisHost()::allocate);
  }

  /**
   * Memory that can be handed to another process or to a kernel where the host has such: on Linux a
   * memfd, sealed so that nobody can change its size. Elsewhere as {@link #allocate}.
   *
   * @param name for people who look at the process from outside, at most 249 bytes
   * @param size bytes, a positive multiple of {@link #PAGE_SIZE}
   * @throws IllegalArgumentException if the size is none
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

  /** Bytes, a positive multiple of {@link #PAGE_SIZE}. */
  public long size() {
    return segment.byteSize();
  }

  /**
   * All of it. An access after the memory was freed throws {@link IllegalStateException}. No order
   * with the accesses of guests is implied: control words need the access modes of a VarHandle.
   */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * A slice that can be taken back: it is reachable only until the arena closes. The memory itself
   * stays at least as long as this object is not closed, which the caller sees to.
   *
   * @param offset where the slice begins
   * @param size its bytes
   * @throws IndexOutOfBoundsException if it is no slice of this memory
   */
  public MemorySegment view(long offset, long size, Arena arena) {
    return RevocableView.of(segment.asSlice(offset, size), arena);
  }

  /** Native address of its first byte; means nothing once the memory was freed. */
  public long address() {
    return segment.address();
  }

  /**
   * Descriptor of the same memory, for KVM or for another process; the owner of this object owns
   * it, too, so nobody else closes it. Empty for private memory and where the host has no such
   * thing.
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
   * Gives up the owner's hold; the memory is freed as soon as no {@link GuestMemory} maps it. Does
   * nothing when called again.
   *
   * @throws HostMemoryException if the host does not take the memory back
   * @throws IllegalStateException if a foreign call is using the segment; the memory is never freed
   *     then
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release();
    }
  }

  /** Bytes of all host memory in this process that was allocated and not freed, for leak tests. */
  public static long liveBytes() {
    return LIVE_BYTES.get();
  }

  /** Number of objects that {@link #liveBytes()} counts. */
  public static long liveCount() {
    return LIVE_COUNT.get();
  }

  /** Keeps the memory alive for one mapping; false, with no effect, if its owner has closed it. */
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

  /** Gives up a hold. Nobody reaches the memory through it any more. */
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
