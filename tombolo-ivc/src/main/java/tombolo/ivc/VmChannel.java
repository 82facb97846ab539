// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.OptionalLong;
import tombolo.machine.pci.GpaWindow;
import tombolo.memory.GuestMapException;
import tombolo.memory.HostMemory;

/** A VM's side of a channel: its guest sees the memory somewhere in the VM's window. */
public final class VmChannel extends Attachment {
  private final GpaWindow window;

  /** Into the window; set by {@link #map}, before anybody else has this object. */
  private long offset;

  VmChannel(Terms terms, GpaWindow window) {
    super(terms);
    this.window = window;
  }

  /** Where the channel begins in the window, in bytes; never changes. */
  public long offset() {
    return offset;
  }

  /**
   * The guest physical address of its first byte, or empty while the guest has turned the window
   * off.
   */
  public OptionalLong gpa() {
    OptionalLong base = window.base();
    return base.isEmpty() ? base : OptionalLong.of(base.getAsLong() + offset);
  }

  @Override
  void map() {
    long total = shape().total();
    OptionalLong room = window.reserve(total);
    if (room.isEmpty()) {
      throw endpoint.refusal(Status.WINDOW_FULL, "map", id());
    }
    offset = room.getAsLong();
    HostMemory host = channel.memory.host();
    long start = channel.memory.offset();
    boolean mapped = false;
    try {
      shape()
          .forEachPiece(
              section(),
              writable(),
              (at, size, access) -> window.map(offset + at, size, host, start + at, access));
      mapped = true;
    } catch (GuestMapException e) {
      throw endpoint.refusal(Status.WINDOW_FULL, "map", id());
    } finally {
      if (!mapped) {
        window.release(offset, total);
      }
    }
  }

  @Override
  void unmap() {
    if (!window.release(offset, shape().total())) {
      throw new IllegalStateException("the window has lost " + this);
    }
  }
}
