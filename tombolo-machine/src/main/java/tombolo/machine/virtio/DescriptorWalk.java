// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import tombolo.memory.GuestMemory;

/**
 * Follows one chain of descriptors (virtio 1.2, 2.7.5) and copies them. Each descriptor is read
 * once. A chain that is longer than its table has a loop; indirect tables have at most {@link
 * #MAX_INDIRECT} entries, whatever the queue's size.
 */
final class DescriptorWalk {
  static final int MAX_INDIRECT = 1024;

  private static final int NEXT = 1;
  private static final int WRITE = 2;
  private static final int INDIRECT = 4;
  private static final int BYTES = 16;
  static final long MAX_TOTAL = 1L << 32;

  private final GuestMemory memory;
  private final boolean indirectAllowed;
  private final byte[] octets = new byte[BYTES];
  private final ByteBuffer descriptor = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);

  final List<Buffer> readable = new ArrayList<>();
  final List<Buffer> writable = new ArrayList<>();
  private long total;

  DescriptorWalk(GuestMemory memory, boolean indirectAllowed) {
    this.memory = memory;
    this.indirectAllowed = indirectAllowed;
  }

  /**
   * Walks from a head to the end of its chain.
   *
   * @param head below the ring's size
   * @throws BreachException if the chain breaks a rule
   */
  void from(SplitRing ring, int head) throws BreachException {
    walk(ring.descriptor(0), ring.size(), head, false);
  }

  private void walk(long table, int entries, int first, boolean indirect) throws BreachException {
    int index = first;
    for (int walked = 0; walked < entries; walked++) {
      memory.read(table + (long) BYTES * index, octets, 0, BYTES);
      long gpa = descriptor.getLong(0);
      long length = Integer.toUnsignedLong(descriptor.getInt(8));
      int flags = descriptor.getShort(12);
      int next = descriptor.getShort(14) & 0xffff;
      if ((flags & INDIRECT) != 0) {
        requireIndirect(flags, indirect, length);
        walk(gpa, (int) length / BYTES, 0, true);
        return;
      }
      add(gpa, length, (flags & WRITE) != 0);
      if ((flags & NEXT) == 0) {
        return;
      }
      if (next >= entries) {
        throw new BreachException("a descriptor's next one is %d of %d".formatted(next, entries));
      }
      index = next;
    }
    throw new BreachException("a chain in a table of %d descriptors has a loop".formatted(entries));
  }

  private void requireIndirect(int flags, boolean nested, long length) throws BreachException {
    if (!indirectAllowed) {
      throw new BreachException("an indirect descriptor, which was not negotiated");
    }
    if (nested || (flags & NEXT) != 0) {
      throw new BreachException("an indirect descriptor that is not the last one of its chain");
    }
    if (length == 0 || length % BYTES != 0 || length > MAX_INDIRECT * BYTES) {
      throw new BreachException("an indirect table of %d bytes".formatted(length));
    }
  }

  private void add(long gpa, long length, boolean write) throws BreachException {
    if (length == 0) {
      throw new BreachException("a descriptor of no bytes");
    }
    total += length;
    if (total > MAX_TOTAL) {
      throw new BreachException("a chain of more than 2^32 bytes");
    }
    if (!write && !writable.isEmpty()) {
      throw new BreachException("a readable descriptor behind a writable one");
    }
    SplitRing.requireMemory(memory, "buffer", gpa, length, write);
    (write ? writable : readable).add(new Buffer(gpa, length));
  }
}
