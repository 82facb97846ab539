// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import tombolo.ring.axvisor.AxvisorLayout.Direction;

/**
 * One side of a version 2 region, which AxVisor's released demos for Linux and Zephyr use: a ring
 * of 16 slots for each direction, and in each slot one whole message, a request or an
 * acknowledgement. The wire format is in docs/ring-format.md, "Region version 2". Version 3 is
 * {@link AxvisorRegion}.
 *
 * <p>The {@linkplain #publish publisher} lays the region out. The {@linkplain #subscribe
 * subscriber} looks until it is there; one that accepts both versions looks with {@link
 * AxvisorRegion#look}. Each side then has one {@link SlotSender} and one {@link SlotReceiver}. The
 * caller owns the memory, which must outlive the use of the region. If it is closed early, calls
 * throw {@link IllegalStateException}. The hypervisor owns the first 16 bytes; they are not
 * touched.
 *
 * <p>AxVisor's guests send requests from the publisher to the subscriber and acknowledgements back.
 * This class lets either side send both kinds.
 *
 * <h2>Concurrency</h2>
 *
 * <p>One thread at a time may use a sender, and one a receiver; two threads may use the two of one
 * side, because these share nothing that is written. Magic, headers, head and tail are stored and
 * loaded as in {@link AxvisorRegion}, and for the same reasons no region and no slot is seen half,
 * no slot is overwritten before it is read, and no wake-up is lost. A slot takes the place of a
 * cell: the sender stores it plainly before it releases the tail; the receiver loads its sequence
 * number and its word of length and kind once each, opaquely, and copies the payload plainly.
 *
 * <h2>A hostile other side</h2>
 *
 * <p>It can write every byte of the memory at any time. Each word is loaded once into a local,
 * checked, and the copy is used. An impossible head or tail poisons the sender or receiver for
 * good: nothing then says which slots are whole. A malformed slot is dropped and counted. A call
 * looks at no more than 16 slots and remembers nothing but the latest message's header and that
 * count.
 */
public final class AxvisorRegionV2 {
  /** Bytes of payload that fit into one message. */
  public static final int PAYLOAD = Slot.PAYLOAD;

  /** Messages that fit into one ring. */
  public static final int CAPACITY = RegionFormat.V2.layout.capacity();

  /** Bytes of a region: the least size of a channel's memory. */
  public static final int REGION_SIZE = RegionFormat.V2.layout.regionSize();

  private final SlotSender sender;
  private final SlotReceiver receiver;

  private AxvisorRegionV2(CellRing out, int outTail, CellRing in, int inHead) {
    this.sender = new SlotSender(out, outTail);
    this.receiver = new SlotReceiver(in, inHead);
  }

  /**
   * Lays out a region, as its publisher. Any earlier contents are lost; a subscriber of an earlier
   * region there must subscribe again, and finds out by {@code PEER_RESTARTED}.
   *
   * @param memory the channel's, at least {@link #REGION_SIZE} bytes, aligned to 8
   * @throws IllegalArgumentException if the memory is too small, not aligned, or read-only
   */
  public static AxvisorRegionV2 publish(MemorySegment memory) {
    AxvisorRegion.checkMemory(memory);
    if (memory.byteSize() < REGION_SIZE) {
      throw new IllegalArgumentException(
          "the memory has %d bytes, a version 2 region needs %d"
              .formatted(memory.byteSize(), REGION_SIZE));
    }
    RegionHeader.write(memory, RegionFormat.V2);
    return new AxvisorRegionV2(
        ring(memory, Direction.TO_SUBSCRIBER), 0, ring(memory, Direction.TO_PUBLISHER), 0);
  }

  /**
   * Looks once for a version 2 region, as its subscriber. Every field is checked; version 3 is
   * refused.
   *
   * <p>A subscriber that follows an earlier one continues in both rings where that one stopped.
   *
   * @param memory the channel's, aligned to 8
   * @return {@link RegionLook.ReadyV2}, {@link RegionLook.NotYet} or {@link RegionLook.Refused}
   * @throws IllegalArgumentException if the memory is not aligned, or read-only
   */
  public static RegionLook subscribe(MemorySegment memory) {
    return AxvisorRegion.lookFor(memory, RegionFormat.V2.version);
  }

  /**
   * Looks once for a version 2 region in the channel of a given publisher and key, see {@link
   * AxvisorRegion#subscribe(MemorySegment, long, long)}.
   */
  public static RegionLook subscribe(MemorySegment memory, long publisher, long key) {
    return AxvisorRegion.lookIn(memory, publisher, key, RegionFormat.V2.version);
  }

  /** Attaches to a region whose headers have been checked. */
  static AxvisorRegionV2 attach(MemorySegment memory) {
    CellRing out = ring(memory, Direction.TO_PUBLISHER);
    CellRing in = ring(memory, Direction.TO_SUBSCRIBER);
    return new AxvisorRegionV2(out, out.tail(), in, in.head());
  }

  private static CellRing ring(MemorySegment memory, Direction direction) {
    return new CellRing(memory, RegionFormat.V2, direction);
  }

  /** Returns the sender to the other side. */
  public SlotSender sender() {
    return sender;
  }

  /** Returns the receiver from the other side. */
  public SlotReceiver receiver() {
    return receiver;
  }
}
