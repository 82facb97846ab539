// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tombolo.ring.axvisor.AxvisorLayout.Direction;

/**
 * One side of a version 3 region, which guests written for AxVisor keep in a channel: a ring of
 * cells for each direction, and in the cells messages in fragments, "Message V1". The wire format
 * is in docs/ring-format.md. Version 2 is {@link AxvisorRegionV2}.
 *
 * <p>The publisher chooses the version when it lays the region out: {@link #publish} here, or
 * {@link AxvisorRegionV2#publish}. Peers of one version refuse the other, so a subscriber either
 * looks for {@linkplain #subscribe version 3} alone, or for {@linkplain #look both}, and learns the
 * version from the answer. It looks until the region is there.
 *
 * <p>Each side then has one {@link MessageSender} and one {@link MessageReceiver}. The memory is
 * the channel's from its first byte on. The caller owns it, and it must outlive the use of the
 * region. If it is closed early, calls throw {@link IllegalStateException}. The hypervisor owns the
 * first 16 bytes; they are not touched.
 *
 * <h2>Concurrency</h2>
 *
 * <p>One thread at a time may use a sender, and one a receiver; two threads may use the two of one
 * side, because these share nothing that is written. The two sides share nothing but this memory:
 *
 * <table>
 * <caption>Writers and access modes</caption>
 * <tr><th>word</th><th>stored by</th><th>loaded by the other side</th></tr>
 * <tr><td>magic</td><td>publisher, release</td><td>subscriber, acquire</td></tr>
 * <tr><td>other words of headers</td><td>publisher, release</td><td>subscriber, acquire</td></tr>
 * <tr><td>a ring's tail</td><td>its sender, release</td><td>its receiver, acquire</td></tr>
 * <tr><td>a ring's head</td><td>its receiver, release</td><td>its sender, acquire</td></tr>
 * <tr><td>a cell's header</td><td>sender, plain</td><td>receiver, opaque: 3 words</td></tr>
 * <tr><td>a cell's payload</td><td>sender, plain</td><td>receiver, plain</td></tr>
 * </table>
 *
 * <p>Head and tail count cells since the region was laid out, modulo 2³². Each side keeps its own
 * index in a field and uses nothing else. A call loads the other side's index once.
 *
 * <p><b>No side writes into rings that it has not joined.</b> A publisher that restarts lays the
 * region out anew, in the same memory, and sets both indices to 0. So before each call a side looks
 * whether the layout is that which it has joined, and whether the index that it has stored is still
 * there. It moves its index by a compare-and-exchange, so that even a publisher that comes between
 * this look and that store keeps its 0. Otherwise the call ends with {@code PEER_RESTARTED}.
 *
 * <p><b>No region is seen half.</b> The magic is cleared first. All later stores are releases, so
 * none of them is seen before the cleared magic. The magic is set last, with release: a side that
 * loads it with acquire sees all the rest.
 *
 * <p><b>No fragment is seen half.</b> The sender fills a cell and then stores the tail behind it,
 * with release. A receiver that loads this tail with acquire sees the whole cell, and it looks at
 * no cell from the tail on. A sender that dies before that store has sent nothing of the cell.
 *
 * <p><b>No fragment is overwritten before it is read.</b> The receiver copies a cell before it
 * stores the head behind it, with release. The sender fills only cells that a head loaded with
 * acquire has freed. <b>No fragment is lost or read twice</b>: the receiver takes each cell from
 * its head to the tail, in order, and nothing else advances its head.
 *
 * <p><b>No wake-up is lost</b> although a call looks once: a peer that stores its index after that
 * look also rings after it. So a caller that waits for a doorbell after {@link
 * ReceiveProgress#EMPTY} or {@link SendProgress#BACK_PRESSURED} hears it.
 *
 * <h2>A hostile other side</h2>
 *
 * <p>It can write every byte of the memory at any time. Each word is loaded once into a local,
 * checked, and the copy is used. An index is checked against this side's own, which the other side
 * cannot change; a cell's header against the layout and the message under way. A failed check
 * poisons this sender or receiver for good: it says so from that call on, {@link MessageError} says
 * why, and it no longer touches the memory. A call looks at no more cells than the ring has, so
 * nothing that the other side writes keeps it busy. The payload is not checked and may change until
 * it is in the caller's buffer.
 */
public final class AxvisorRegion {
  private final AxvisorLayout layout;
  private final MessageSender sender;
  private final MessageReceiver receiver;

  /** Takes the outgoing and the incoming ring, each with this side's own index. */
  private AxvisorRegion(AxvisorLayout layout, CellRing out, int outTail, CellRing in, int inHead) {
    this.layout = layout;
    this.sender = new MessageSender(out, outTail, 0);
    this.receiver = new MessageReceiver(in, inHead, 0);
  }

  /**
   * Lays out a version 3 region, as its publisher. Any earlier contents are lost; a subscriber of
   * an earlier region there must subscribe again, and finds out by {@code PEER_RESTARTED}.
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
    RegionFormat format = RegionFormat.v3(layout);
    RegionHeader.write(memory, format);
    CellRing out = new CellRing(memory, format, Direction.TO_SUBSCRIBER);
    CellRing in = new CellRing(memory, format, Direction.TO_PUBLISHER);
    return new AxvisorRegion(layout, out, 0, in, 0);
  }

  /**
   * Looks once for a version 3 region, as its subscriber, in either layout. Every field is checked;
   * version 2 is refused.
   *
   * <p>A subscriber that follows an earlier one continues in both rings where that one stopped. The
   * publisher's receiver answers {@code PEER_RESTARTED} once. If the earlier one stopped within a
   * message of the publisher's, this side's receiver is poisoned by the rest of it.
   *
   * @param memory the channel's, aligned to 8
   * @return {@link RegionLook.Ready}, {@link RegionLook.NotYet} or {@link RegionLook.Refused}
   * @throws IllegalArgumentException if the memory is not aligned, or read-only
   */
  public static RegionLook subscribe(MemorySegment memory) {
    return lookFor(memory, 3);
  }

  /**
   * Looks once for a version 3 region, as {@link #subscribe(MemorySegment)} does, in the channel of
   * a given publisher and key. The hypervisor has written both into the channel; where they are
   * others, the memory is that of another channel.
   *
   * @param publisher the publisher's id
   * @param key the channel's
   */
  public static RegionLook subscribe(MemorySegment memory, long publisher, long key) {
    return lookIn(memory, publisher, key, 3);
  }

  /**
   * Looks once for a region of version 2 or 3, as {@link #look(MemorySegment)} does, in the channel
   * of a given publisher and key.
   */
  public static RegionLook look(MemorySegment memory, long publisher, long key) {
    return lookIn(memory, publisher, key, 2, 3);
  }

  /** Looks for a region of one of these versions in the channel of a given publisher and key. */
  static RegionLook lookIn(MemorySegment memory, long publisher, long key, int... versions) {
    RegionLook found = lookFor(memory, versions);
    if (found instanceof RegionLook.NotYet || found instanceof RegionLook.Refused) {
      return found;
    }
    Optional<String> wrong = RegionHeader.checkOwner(memory, publisher, key);
    return wrong.isPresent() ? new RegionLook.Refused(wrong.get()) : found;
  }

  /**
   * Looks once for a region of version 2 or 3, as its subscriber. The answer tells the version:
   * {@link RegionLook.ReadyV2} or {@link RegionLook.Ready}. Every field is checked.
   *
   * @param memory the channel's, aligned to 8
   * @return the region, or that it is not there yet, or why it is refused
   * @throws IllegalArgumentException if the memory is not aligned, or read-only
   */
  public static RegionLook look(MemorySegment memory) {
    return lookFor(memory, 2, 3);
  }

  /** Looks for a region of one of these versions, of which there is at least one. */
  static RegionLook lookFor(MemorySegment memory, int... versions) {
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
    int version = header.get().version();
    if (IntStream.of(versions).noneMatch(wanted -> wanted == version)) {
      String expected =
          IntStream.of(versions).mapToObj(Integer::toString).collect(Collectors.joining(" or "));
      return new RegionLook.Refused(header.get().wrongVersion(expected));
    }
    Optional<String> wrong = header.get().check(memory);
    if (wrong.isPresent()) {
      return new RegionLook.Refused(wrong.get());
    }
    RegionFormat format = header.get().format();
    return format == RegionFormat.V2
        ? new RegionLook.ReadyV2(AxvisorRegionV2.attach(memory))
        : new RegionLook.Ready(attach(memory, format));
  }

  /** Attaches to a region whose headers have been checked. */
  private static AxvisorRegion attach(MemorySegment memory, RegionFormat format) {
    CellRing out = new CellRing(memory, format, Direction.TO_PUBLISHER);
    CellRing in = new CellRing(memory, format, Direction.TO_SUBSCRIBER);
    return new AxvisorRegion(format.layout, out, out.tail(), in, in.head());
  }

  /** Returns the region's layout. */
  public AxvisorLayout layout() {
    return layout;
  }

  /** Returns the sender to the other side. */
  public MessageSender sender() {
    return sender;
  }

  /** Returns the receiver from the other side. */
  public MessageReceiver receiver() {
    return receiver;
  }

  /** Checks what publishers and subscribers need of their memory, other than its size. */
  static void checkMemory(MemorySegment memory) {
    if (memory.maxByteAlignment() < Long.BYTES) {
      throw new IllegalArgumentException("a region's memory must be aligned to 8 bytes: " + memory);
    }
    if (memory.isReadOnly()) {
      throw new IllegalArgumentException("a region's memory must be writable for both sides");
    }
  }
}
