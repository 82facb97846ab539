// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import tombolo.memory.HostMemory;
import tombolo.memory.HostMemoryException;
import tombolo.memory.RangeAllocator;

/**
 * Host memory for channels: small ones are cut from slabs, because a mapping of the host's for each
 * of 100,000 channels would be more than a host allows; large ones are a piece of their own.
 *
 * <p>Memory that it hands out is zero. Memory that comes back is zeroed at once, so no content
 * outlives its channel. A slab that is free again is given back, unless it is the only one.
 *
 * <p>Thread-safe by its own lock, the last one that a thread takes. Nobody zeroes with it held.
 */
final class MemoryPool implements AutoCloseable {
  private static final long SLAB = 8L << 20;

  /** Bytes of a slab; a larger block than an eighth of it is a piece of its own. */
  private final long slabBytes;

  /** From slab to slab. A page between them belongs to none, so that their gaps never merge. */
  private final long stride;

  private final LongFunction<HostMemory> host;
  private final Consumer<MemorySegment> zeroing;

  // All guarded by this.
  private final RangeAllocator free = new RangeAllocator(HostMemory.PAGE_SIZE);
  private final Map<Long, HostMemory> slabs = new LinkedHashMap<>();
  private long nextSlab;
  private long blocks;
  private long bytes;

  /** Makes a pool with slabs of 8 MiB of the host's memory. */
  MemoryPool() {
    this(SLAB, HostMemory::allocate);
  }

  /**
   * @param slabBytes a multiple of the page size
   * @param host gives memory of a size, or throws {@link HostMemoryException}
   */
  MemoryPool(long slabBytes, LongFunction<HostMemory> host) {
    this(slabBytes, host, memory -> memory.fill((byte) 0));
  }

  /**
   * @param zeroing zeroes memory
   */
  MemoryPool(long slabBytes, LongFunction<HostMemory> host, Consumer<MemorySegment> zeroing) {
    this.zeroing = zeroing;
    this.slabBytes = slabBytes;
    this.stride = slabBytes + HostMemory.PAGE_SIZE;
    this.host = host;
  }

  /**
   * The memory of one channel.
   *
   * @param place where it is in the pool's numbering of its slabs, or −1 for a piece of its own
   */
  record Block(HostMemory host, long offset, long size, long place) {}

  /**
   * Allocates zeroed memory.
   *
   * @param size bytes, a positive multiple of the page size
   * @throws HostMemoryException if the host gives none
   */
  Block allocate(long size) {
    Block block = size > slabBytes / 8 ? new Block(host.apply(size), 0, size, -1) : cut(size);
    synchronized (this) {
      blocks++;
      bytes += size;
    }
    return block;
  }

  private synchronized Block cut(long size) {
    OptionalLong place = free.allocate(size);
    if (place.isEmpty()) {
      slabs.put(nextSlab, host.apply(slabBytes)); // which the host zeroes as it is touched
      free.add(nextSlab, slabBytes);
      nextSlab += stride;
      place = free.allocate(size);
    }
    long at = place.orElseThrow();
    return new Block(slab(at), at % stride, size, at);
  }

  private HostMemory slab(long place) {
    return Objects.requireNonNull(slabs.get(place - place % stride));
  }

  /** Zeroes memory. Takes as long as that takes, and no lock. */
  void zero(MemorySegment memory) {
    zeroing.accept(memory);
  }

  /**
   * Takes back memory that nobody reaches any more. It is handed out again, or counted as free,
   * only once it is zero, or the host has it back; the pool's lock is not held meanwhile.
   */
  void free(Block block) {
    if (block.place < 0) {
      block.host.close();
    } else {
      zero(block.host.segment().asSlice(block.offset, block.size));
    }
    HostMemory emptied = giveBack(block);
    if (emptied != null) {
      emptied.close();
    }
  }

  /** Notes that a block is free. Returns the slab that nobody needs any more then, or null. */
  private synchronized @Nullable HostMemory giveBack(Block block) {
    blocks--;
    bytes -= block.size;
    if (block.place < 0) {
      return null;
    }
    free.release(block.place, block.size);
    long slab = block.place - block.place % stride;
    return slabs.size() > 1 && free.remove(slab, slabBytes) ? slabs.remove(slab) : null;
  }

  /** Returns how many blocks are handed out. */
  synchronized long blocks() {
    return blocks;
  }

  /** Returns the bytes of the blocks that are handed out. */
  synchronized long bytes() {
    return bytes;
  }

  /** Gives everything back to the host; what is mapped still stays until it is unmapped. */
  @Override
  public synchronized void close() {
    slabs.values().forEach(HostMemory::close);
    slabs.clear();
  }
}
