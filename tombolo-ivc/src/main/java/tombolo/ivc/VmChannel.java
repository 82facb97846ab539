// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.machine.pci.GpaRoom;
import tombolo.machine.pci.GpaWindow;
import tombolo.memory.Access;
import tombolo.memory.GuestMapException;

/** A VM's side of a channel: its guest sees the memory somewhere in the VM's window. */
public final class VmChannel extends Attachment {
  private final GpaWindow window;

  /** Set by {@link #map}, before anybody else has this object. */
  private @Nullable GpaRoom room;

  VmChannel(Terms terms, GpaWindow window) {
    super(terms);
    this.window = window;
  }

  /** Returns where the channel begins in the window, in bytes; never changes. */
  public long offset() {
    return room().offset();
  }

  /**
   * Returns the guest physical address of its first byte, or empty while the guest has turned the
   * window off.
   */
  public OptionalLong gpa() {
    return room().gpa();
  }

  private GpaRoom room() {
    return Objects.requireNonNull(room);
  }

  @Override
  long placeLocked() {
    return offset();
  }

  @Override
  void map() {
    mapInto(window.allocate(shape().total()));
  }

  @Override
  void mapAt(long place) {
    mapInto(window.allocateAt(place, shape().total()));
  }

  private void mapInto(Optional<GpaRoom> found) {
    GpaRoom made = found.orElseThrow(() -> endpoint.refusal(Status.WINDOW_FULL, "map", id()));
    room = made;
    boolean mapped = false;
    try {
      mapPieces(made);
      mapped = true;
    } catch (GuestMapException e) {
      throw endpoint.refusal(Status.WINDOW_FULL, "map", id());
    } finally {
      if (!mapped) {
        made.release();
      }
    }
  }

  /** Shows the whole channel, of which the endpoint may write all, its section or nothing. */
  private void mapPieces(GpaRoom to) {
    Shape shape = shape();
    if (shape.layout() == Layout.RAW) {
      map(to, 0, shape.total(), writable() ? Access.READ_WRITE : Access.READ);
      return;
    }
    if (section() == Shape.NO_SECTION) {
      map(to, 0, shape.total(), Access.READ);
      return;
    }
    long own = shape.offsetOf(section());
    long end = own + shape.sizeOf(section());
    map(to, 0, own, Access.READ);
    map(to, own, end - own, Access.READ_WRITE);
    if (end < shape.total()) {
      map(to, end, shape.total() - end, Access.READ);
    }
  }

  private void map(GpaRoom to, long at, long size, Access access) {
    to.map(at, size, channel.memory.host(), channel.memory.offset() + at, access);
  }

  @Override
  void unmap() {
    if (!room().release()) {
      throw new IllegalStateException("the window has lost " + this);
    }
  }
}
