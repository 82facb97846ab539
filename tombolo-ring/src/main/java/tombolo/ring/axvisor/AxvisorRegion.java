// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import tombolo.ring.axvisor.AxvisorLayout.Direction;

/**
 * One side of a region v3: what guests written for AxVisor keep in a channel. A ring of cells for
 * each direction, and in the cells messages in fragments, "Message V1". The wire format is in
 * docs/ring-format.md.
 *
 * <p>The {@linkplain #publish publisher} lays the region out, the {@linkplain #subscribe
 * subscriber} looks until it is there. Each side then has one {@link MessageSender} and one {@link
 * MessageReceiver}. The memory is the channel's from its first byte on; it belongs to the caller
 * and must outlive the use of the region. Memory that is closed early makes the calls throw {@link
 * IllegalStateException}. The first 16 bytes are the hypervisor's and are not touched.
 *
 * <h2>Concurrency</h2>
 *
 * <p>One thread at a time uses a sender, and one a receiver; the two of a side may be used by two
 * threads, as they share nothing that is written. The two sides share nothing but this memory:
 *
 * <table>
 * <caption>Who writes what, and how</caption>
 * <tr><th>what</th><th>stored by</th><th>loaded by the other side</th></tr>
 * <tr><td>magic</td><td>publisher, release</td><td>subscriber, acquire</td></tr>
 * <tr><td>other words of headers</td><td>publisher, release</td><td>subscriber, acquire</td></tr>
 * <tr><td>a ring's tail</td><td>its sender, release</td><td>its receiver, acquire</td></tr>
 * <tr><td>a ring's head</td><td>its receiver, release</td><td>its sender, acquire</td></tr>
 * <tr><td>a cell's header</td><td>sender, plain</td><td>receiver, opaque: 3 words</td></tr>
 * <tr><td>a cell's payload</td><td>sender, plain</td><td>receiver, plain</td></tr>
 * </table>
 *
 * <p>Head and tail count cells since the region was laid out, modulo 2³². Each side keeps its own
 * in a field and does not load it back. A call loads the other side's once.
 *
 * <p><b>No region is seen half.</b> The magic is cleared before anything else, and as the stores
 * after it are releases, none of them is seen before it. It is set last, with release: who loads it
 * with acquire sees all the rest.
 *
 * <p><b>No fragment is seen half.</b> The sender fills a cell and then stores the tail behind it,
 * with release. A receiver that loads this tail with acquire sees the whole cell, and looks at no
 * cell from the tail on. A sender that dies before that store has sent nothing of the cell.
 *
 * <p><b>No fragment is overwritten before it is read.</b> The receiver has copied a cell before it
 * stores the head behind it, with release. The sender fills only cells that a head loaded with
 * acquire has set free. <b>None is lost or read twice</b>: the receiver takes each cell from its
 * head to the tail, in order, and only this moves its head on.
 *
 * <p><b>No wake-up is lost</b> by the one look of a call: a peer that stores its index after that
 * look rings after it, too, so a caller that waits for a doorbell after {@link
 * ReceiveProgress#EMPTY} or {@link SendProgress#BACK_PRESSURED} hears it.
 *
 * <h2>A hostile other side</h2>
 *
 * <p>It can write every byte of the memory at any time. Each word is loaded once into a local and
 * checked, and the copy is used: an index against the own one, which the other side cannot change;
 * a cell's header against the layout and the message under way. What fails poisons this sender or
 * receiver for good: it says so from that call on, {@link MessageError} says why, and it touches
 * the memory no more. A call looks at no more cells than the ring has, so nothing that the other
 * side writes keeps it busy. The payload is not checked and may change until it is in the caller's
 * buffer.
 */
public final class AxvisorRegion {
  private final AxvisorLayout layout;
  private final MessageSender sender;
  private final MessageReceiver receiver;

  /** The ring that goes out and the one that comes in; each index is this side's own. */
  private AxvisorRegion(AxvisorLayout layout, CellRing out, int outTail, CellRing in, int inHead) {
    this.layout = layout;
    this.sender = new MessageSender(out, outTail, 0);
    this.receiver = new MessageReceiver(in, inHead, 0);
  }

  /**
   * Lays a region out, as its publisher. What was in the memory is gone; a subscriber of an earlier
   * region there must subscribe again.
   *
   * @param memory the channel's, at least {@link AxvisorLayout#regionSize} bytes, aligned to 8
   * @throws IllegalArgumentException if the memory is too small, not aligned, or read-only
   */
  public static AxvisorRegion publish(MemorySegment memory, AxvisorLayout layout) {
    checkMemory(memory);
    if (memory.byteSize() < layout.regionSize()) {
      throw new IllegalArgumentException(
          "the memory has %d bytes, layout %s needs %d"
              .formatted(memory.byteSize(), layout, layout.regionSize()));
    }
    RegionHeader.write(memory, layout);
    CellRing out = new CellRing(memory, layout, Direction.TO_SUBSCRIBER);
    CellRing in = new CellRing(memory, layout, Direction.TO_PUBLISHER);
    return new AxvisorRegion(layout, out, 0, in, 0);
  }

  /**
   * Looks once for a region, as its subscriber, in either layout. Every field is checked.
   *
   * <p>A subscriber that comes after another one goes on in both rings where that one stopped. If
   * that was within a message, the receiver of what is left of it is poisoned.
   *
   * @param memory the channel's, aligned to 8
   * @return the region, or that it is not there yet, or why what is there is none
   * @throws IllegalArgumentException if the memory is not aligned, or read-only
   */
  public static RegionLook subscribe(MemorySegment memory) {
    checkMemory(memory);
    if (memory.byteSize() < AxvisorLayout.CELL.regionSize()) {
      return new RegionLook.Refused(
          "the channel has %d bytes, the smallest region needs %d"
              .formatted(memory.byteSize(), AxvisorLayout.CELL.regionSize()));
    }
    Optional<RegionHeader> header = RegionHeader.read(memory);
    if (header.isEmpty()) {
      return new RegionLook.NotYet();
    }
    Optional<String> wrong = header.get().check(memory);
    if (wrong.isPresent()) {
      return new RegionLook.Refused(wrong.get());
    }
    AxvisorLayout layout = header.get().layout();
    CellRing out = new CellRing(memory, layout, Direction.TO_PUBLISHER);
    CellRing in = new CellRing(memory, layout, Direction.TO_SUBSCRIBER);
    return new RegionLook.Ready(new AxvisorRegion(layout, out, out.tail(), in, in.head()));
  }

  /** The layout that the region has. */
  public AxvisorLayout layout() {
    return layout;
  }

  /** Sends to the other side. */
  public MessageSender sender() {
    return sender;
  }

  /** Receives from the other side. */
  public MessageReceiver receiver() {
    return receiver;
  }

  private static void checkMemory(MemorySegment memory) {
    if (memory.maxByteAlignment() < Long.BYTES) {
      throw new IllegalArgumentException("a region's memory must be aligned to 8 bytes: " + memory);
    }
    if (memory.isReadOnly()) {
      throw new IllegalArgumentException("a region's memory must be writable for both sides");
    }
  }
}
