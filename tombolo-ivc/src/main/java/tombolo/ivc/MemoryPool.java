// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
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
 * outlives its channel. A slab that is free again is given back, unless it is the only one. Guarded
 * by the directory's lock.
 */
final class MemoryPool implements AutoCloseable {
  private static final long SLAB = 8L << 20;

  /** Bytes of a slab; a larger block than an eighth of it is a piece of its own. */
  private final long slabBytes;

  /** From slab to slab. A page between them belongs to none, so that their gaps never merge. */
  private final long stride;

  private final LongFunction<HostMemory> host;
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
    Block block = size > slabBytes / 8 ? own(size) : cut(size);
    blocks++;
    bytes += size;
    return block;
  }

  private Block own(long size) {
    return new Block(host.apply(size), 0, size, -1);
  }

  private Block cut(long size) {
    OptionalLong place = free.allocate(size);
    if (place.isEmpty()) {
      slabs.put(nextSlab, host.apply(slabBytes));
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

  /** Takes back memory that nobody reaches any more. */
  void free(Block block) {
    blocks--;
    bytes -= block.size;
    if (block.place < 0) {
      block.host.close();
      return;
    }
    block.host.segment().asSlice(block.offset, block.size).fill((byte) 0);
    free.release(block.place, block.size);
    long slab = block.place - block.place % stride;
    if (slabs.size() > 1 && free.remove(slab, slabBytes)) {
      @Nullable HostMemory emptied = slabs.remove(slab);
      Objects.requireNonNull(emptied).close();
    }
  }

  /** Returns how many blocks are handed out. */
  long blocks() {
    return blocks;
  }

  /** Returns the bytes of the blocks that are handed out. */
  long bytes() {
    return bytes;
  }

  /** Gives everything back to the host; what is mapped still stays until it is unmapped. */
  @Override
  public void close() {
    slabs.values().forEach(HostMemory::close);
    slabs.clear();
  }
}
