// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.util.OptionalLong;
import tombolo.memory.Access;
import tombolo.memory.GuestMapException;
import tombolo.memory.HostMemory;

/**
 * Whole pages of a {@link GpaWindow} that belong to whoever has allocated them: a channel, or a
 * range that Java code has allocated from the VM. Only the owner can show memory there and give the
 * room back. Thread-safe, as the window is.
 */
public final class GpaRoom {
  private final GpaWindow window;
  private final long offset;
  private final long size;

  GpaRoom(GpaWindow window, long offset, long size) {
    this.window = window;
    this.offset = offset;
    this.size = size;
  }

  /** Returns where it begins in the window, in bytes; never changes. */
  public long offset() {
    return offset;
  }

  /** Returns its bytes, a multiple of the page size. */
  public long size() {
    return size;
  }

  /** Returns the guest physical address of its first byte, or empty while the BAR is off. */
  public OptionalLong gpa() {
    OptionalLong base = window.base();
    return base.isEmpty() ? base : OptionalLong.of(base.getAsLong() + offset);
  }

  /**
   * Lets the guest see host memory in a part of it, see {@link GpaWindow#map}.
   *
   * @param at where in this room, a multiple of the page size
   * @param bytes a positive multiple of the page size
   * @throws IllegalArgumentException if the part is not within this room
   * @throws GuestMapException if something is mapped there that is not the window's
   */
  public void map(long at, long bytes, HostMemory host, long hostOffset, Access access) {
    if (at < 0 || bytes <= 0 || bytes > size || at > size - bytes) {
      throw new IllegalArgumentException(
          "0x%x bytes at 0x%x of a room of 0x%x".formatted(bytes, at, size));
    }
    window.map(offset + at, bytes, host, hostOffset, access);
  }

  /**
   * Gives the room back. Returns when no vCPU reaches what was mapped in it any more.
   *
   * @return false, and nothing has changed, if it was given back before
   */
  public boolean release() {
    return window.release(offset, size);
  }
}
