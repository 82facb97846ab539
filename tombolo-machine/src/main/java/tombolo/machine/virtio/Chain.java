// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import tombolo.memory.GuestMemory;
import tombolo.memory.GuestMemoryException;

/**
 * A request of the driver's: bytes that the device may read, then bytes that it may write, as two
 * ranges, however they lie in guest memory. It is taken from a {@link Virtqueue}, and owned by
 * whoever took it until it is completed there.
 *
 * <p>Any thread, one at a time. The guest may change the memory meanwhile: read once, check the
 * copy, use the copy. Each call holds the device's lock while it copies, so large chains are better
 * copied in pieces, of 64 KiB for example.
 */
public final class Chain {
  private final Virtqueue queue;
  final List<Buffer> readableParts;
  final List<Buffer> writableParts;
  private final long readable;
  private final long writable;

  /** The first descriptor, by which the driver knows the chain. */
  final int head;

  /** The life of the device in which the chain was taken. */
  final long life;

  /** Guarded by the device's lock. */
  boolean completed;

  Chain(Virtqueue queue, int head, long life, List<Buffer> readable, List<Buffer> writable) {
    this.queue = queue;
    this.head = head;
    this.life = life;
    this.readableParts = readable;
    this.writableParts = writable;
    this.readable = sum(readable);
    this.writable = sum(writable);
  }

  private static long sum(List<Buffer> buffers) {
    return buffers.stream().mapToLong(Buffer::length).sum();
  }

  /** Returns the queue that it was taken from, where it is to be completed. */
  public Virtqueue queue() {
    return queue;
  }

  /** Returns how many bytes the device may read, 0 to 2^32. */
  public long readable() {
    return readable;
  }

  /** Returns how many bytes the device may write, 0 to 2^32. */
  public long writable() {
    return writable;
  }

  /**
   * Reads as many bytes as the segment has.
   *
   * @param at where in the readable bytes they begin
   * @throws IndexOutOfBoundsException if there are not so many
   * @throws ChainLostException if the chain is lost
   */
  public void read(long at, MemorySegment into) throws ChainLostException {
    Objects.checkFromIndexSize(at, into.byteSize(), readable);
    copy(readableParts, at, into, GuestMemory::read);
  }

  /**
   * Reads bytes into an array.
   *
   * @param at where in the readable bytes they begin
   * @throws IndexOutOfBoundsException if there are not so many, here or there
   * @throws ChainLostException if the chain is lost
   */
  public void read(long at, byte[] into, int from, int length) throws ChainLostException {
    read(at, MemorySegment.ofArray(into).asSlice(from, length));
  }

  /**
   * Writes all bytes of the segment.
   *
   * @param at where in the writable bytes they begin
   * @throws IndexOutOfBoundsException if there are not so many
   * @throws ChainLostException if the chain is lost
   */
  public void write(long at, MemorySegment bytes) throws ChainLostException {
    Objects.checkFromIndexSize(at, bytes.byteSize(), writable);
    copy(writableParts, at, bytes, GuestMemory::write);
  }

  /**
   * Writes bytes of an array.
   *
   * @param at where in the writable bytes they begin
   * @throws IndexOutOfBoundsException if there are not so many, here or there
   * @throws ChainLostException if the chain is lost
   */
  public void write(long at, byte[] bytes, int from, int length) throws ChainLostException {
    write(at, MemorySegment.ofArray(bytes).asSlice(from, length));
  }

  /**
   * Breaks the device until it is reset, because this request breaks a rule of its type of device.
   * Does nothing if the chain is lost, so a reset that came meanwhile is not spoilt.
   *
   * @param why completes the sentence "the driver broke a rule: …", for the log
   */
  public void breach(String why) {
    synchronized (queue.state) {
      if (queue.state.isLive(this)) {
        queue.state.breach(why);
      }
    }
  }

  /** One contiguous piece. */
  @FunctionalInterface
  private interface Copy {
    void access(GuestMemory memory, long gpa, MemorySegment bytes);
  }

  private void copy(List<Buffer> parts, long at, MemorySegment bytes, Copy copy)
      throws ChainLostException {
    DeviceState state = queue.state;
    synchronized (state) {
      state.requireLive(this);
      try {
        long skip = at;
        long done = 0;
        for (Buffer part : parts) {
          if (done == bytes.byteSize()) {
            break;
          }
          long length = Math.min(part.length() - skip, bytes.byteSize() - done);
          if (length > 0) {
            copy.access(state.memory, part.gpa() + skip, bytes.asSlice(done, length));
            done += length;
          }
          skip = Math.max(0, skip - part.length());
        }
      } catch (GuestMemoryException e) {
        state.breach("memory of a chain is gone: " + e.getMessage());
        throw new ChainLostException("memory is gone");
      }
    }
  }
}
