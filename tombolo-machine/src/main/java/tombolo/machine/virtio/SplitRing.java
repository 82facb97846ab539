// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.lang.invoke.VarHandle;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.memory.GuestMemory;
import tombolo.memory.GuestMemoryException;
import tombolo.memory.MemoryRegion;

/**
 * The three areas of an enabled split virtqueue (virtio 1.2, 2.7) and the device's place in them.
 * Guarded by its device's lock; {@link GuestMemoryException} means that memory was taken away after
 * {@link #enable} had found it.
 *
 * <p>The orders that the specification asks for are fences here, because indices are 16 bits and
 * the typed accesses of that size are plain: an entry is read after the index that covers it, and
 * written before it; between a store of ours and the look at what the driver wants to be told is a
 * full fence, as the driver has one on its side.
 */
final class SplitRing implements Stateful {
  private static final int AVAILABLE_NO_INTERRUPT = 1;

  private final GuestMemory memory;
  private final int size;
  private final long descriptors;
  private final long available;
  private final long used;
  private final boolean eventIndex;

  // Both count modulo 2^16.
  private int nextAvailable;
  private int nextUsed;

  private SplitRing(
      GuestMemory memory,
      int size,
      long descriptors,
      long available,
      long used,
      boolean eventIndex) {
    this.memory = memory;
    this.size = size;
    this.descriptors = descriptors;
    this.available = available;
    this.used = used;
    this.eventIndex = eventIndex;
  }

  /**
   * Checks what a driver has chosen, and makes a ring of it.
   *
   * @param eventIndex whether VIRTIO_F_EVENT_IDX is negotiated
   * @throws BreachException if an area is misaligned, or is not memory
   */
  static SplitRing enable(
      GuestMemory memory, int size, long descriptors, long available, long used, boolean eventIndex)
      throws BreachException {
    SplitRing ring = unchecked(memory, size, descriptors, available, used, eventIndex);
    requireMemory(memory, "descriptor table", descriptors, 16L * size, false);
    requireMemory(memory, "available ring", available, 6 + 2L * size, false);
    requireMemory(memory, "used ring", used, 6 + 8L * size, true);
    return ring;
  }

  /**
   * Makes a ring of what a driver has chosen, wherever memory is: an access will find out.
   *
   * @throws BreachException if an area is misaligned
   */
  static SplitRing unchecked(
      GuestMemory memory, int size, long descriptors, long available, long used, boolean eventIndex)
      throws BreachException {
    requireAligned("descriptor table", descriptors, 16);
    requireAligned("available ring", available, 2);
    requireAligned("used ring", used, 4);
    return new SplitRing(memory, size, descriptors, available, used, eventIndex);
  }

  private static void requireAligned(String what, long gpa, int alignment) throws BreachException {
    if ((gpa & (alignment - 1)) != 0) {
      throw new BreachException(
          "the %s at 0x%x is not aligned to %d bytes".formatted(what, gpa, alignment));
    }
  }

  /**
   * Throws unless the guest itself could access all of a range in this way.
   *
   * @param length positive, below 2^33
   */
  static void requireMemory(GuestMemory memory, String what, long gpa, long length, boolean write)
      throws BreachException {
    for (long done = 0; done < length; ) {
      // Below 2^63, because gpa + done is the end of a region; regionAt has nothing at negatives.
      MemoryRegion region = memory.regionAt(gpa + done);
      if (region == null || (write && !region.access().canWrite())) {
        throw new BreachException(
            "the %s at 0x%x of %d bytes is not in %smemory"
                .formatted(what, gpa, length, write ? "writable " : ""));
      }
      done = region.end() - gpa;
    }
  }

  int size() {
    return size;
  }

  /** Returns the guest physical address of a descriptor, below {@link #size()}. */
  long descriptor(int index) {
    return descriptors + 16L * index;
  }

  /**
   * Takes the next entry of the available ring.
   *
   * @return the head of a chain, below {@link #size()}, or -1 if there is none; the driver is asked
   *     to notify the device of the next one then
   * @throws BreachException if the index has jumped or names no descriptor
   */
  int takeHead() throws BreachException {
    if (waiting() == 0 && !(eventIndex && askAndLookAgain())) {
      return -1;
    }
    VarHandle.acquireFence();
    int head = readShort(available + 4 + 2L * (nextAvailable & (size - 1)));
    if (head >= size) {
      throw new BreachException("descriptor %d of %d was made available".formatted(head, size));
    }
    nextAvailable = (nextAvailable + 1) & 0xffff;
    return head;
  }

  /**
   * Asks to be notified of the next entry, then looks whether it has come meanwhile: the driver
   * stores the index first and then looks at our wish.
   */
  private boolean askAndLookAgain() throws BreachException {
    memory.writeShort(used + 4 + 8L * size, (short) nextAvailable);
    VarHandle.fullFence();
    return waiting() != 0;
  }

  private int waiting() throws BreachException {
    int index = readShort(available + 2);
    int count = (index - nextAvailable) & 0xffff;
    if (count > size) {
      throw new BreachException(
          "the available index jumped from %d to %d in a ring of %d"
              .formatted(nextAvailable, index, size));
    }
    return count;
  }

  /**
   * Writes the next used element, or one behind it. The driver does not look at it before {@link
   * #publish}.
   *
   * @param ahead how many unpublished elements come before it, below {@link #size()}
   * @param written bytes, 32 bits
   */
  void putElement(int ahead, int head, long written) {
    long element = used + 4 + 8L * (nextUsed + ahead & (size - 1));
    memory.writeInt(element, head);
    memory.writeInt(element + 4, (int) written);
  }

  /**
   * Gives back the chains of so many elements, all at once: the driver finds all of them or none.
   *
   * @param count 1 to {@link #size()}
   * @return whether the driver wants an interrupt
   */
  boolean publish(int count) {
    nextUsed = (nextUsed + count) & 0xffff;
    VarHandle.releaseFence();
    memory.writeShort(used + 2, (short) nextUsed);
    VarHandle.fullFence();
    return eventIndex
        ? ((nextUsed - readShort(available + 4 + 2L * size) - 1) & 0xffff) < count
        : (readShort(available) & AVAILABLE_NO_INTERRUPT) == 0;
  }

  /** Writes the device's place in the rings; the registers say where they are. */
  @Override
  public void save(StateWriter out) {
    out.number(nextAvailable).number(nextUsed);
  }

  @Override
  public void restore(StateReader in) {
    nextAvailable = in.int32(0, 0xffff);
    nextUsed = in.int32(0, 0xffff);
  }

  private int readShort(long gpa) {
    return memory.readShort(gpa) & 0xffff;
  }
}
