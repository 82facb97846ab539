// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.RingView;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

/**
 * What an onlooker sees of an {@link AxvisorRegion}, in either layout: both of its rings.
 *
 * @param layout of the region
 * @param toSubscriber the ring that the publisher sends by
 * @param toPublisher the ring that the subscriber sends by
 */
public record RegionSnapshot(AxvisorLayout layout, Ring toSubscriber, Ring toPublisher)
    implements RingView {
  /**
   * The ring of one direction.
   *
   * @param messages the id of the message that the newest cell belongs to, from 0. As ids count the
   *     messages of a direction from 1, so many have been begun, and those that were given up
   *     before they had a cell count, too. 0 before the first cell, and again each 2³² cells
   * @param cells that are written since the region was laid out, each a fragment of a message or
   *     its ABORT; from 0 to 2³² − 1, and then from 0
   * @param waiting cells that are written and not read, from 0 to the layout's capacity
   * @param error why whoever reads or writes next stops for good, or empty if an onlooker sees no
   *     reason. There may be one: what a side knows of the message under way, and that it has
   *     stopped, it keeps for itself
   */
  public record Ring(long messages, long cells, int waiting, Optional<MessageError> error) {}

  /**
   * Looks at a region.
   *
   * @param memory where one may be, from its first byte on
   * @return empty if there is no region, or one with a field that is wrong
   */
  public static Optional<RegionSnapshot> of(MemorySegment memory) {
    if (memory.byteSize() < AxvisorLayout.CELL.regionSize()
        || memory.maxByteAlignment() < Long.BYTES) {
      return Optional.empty();
    }
    return RegionHeader.read(memory)
        .filter(header -> header.check(memory).isEmpty())
        .map(RegionHeader::layout)
        .map(
            layout ->
                new RegionSnapshot(
                    layout,
                    look(new CellRing(memory, layout, Direction.TO_SUBSCRIBER)),
                    look(new CellRing(memory, layout, Direction.TO_PUBLISHER))));
  }

  private static Ring look(CellRing ring) {
    int head = ring.head(); // first, so that an honest one is not ahead
    int tail = ring.tail();
    int waiting = tail - head;
    boolean tooMany = Integer.compareUnsigned(waiting, ring.capacity) > 0;
    @Nullable MessageError error =
        tooMany ? MessageError.TAIL : waiting == 0 ? null : errorAt(ring, head);
    if (ring.head() != head) {
      error = null; // The tail and the cell may be of a later time than the head, and all be well.
    }
    return new Ring(
        tail == 0 ? 0 : Math.max(id(ring, tail - 1), 0),
        Integer.toUnsignedLong(tail),
        tooMany ? ring.capacity : waiting,
        Optional.ofNullable(error));
  }

  /**
   * What is wrong with a cell whatever came before; acquire, so that the head is looked at after.
   */
  private static @Nullable MessageError errorAt(CellRing ring, int index) {
    long word = (long) Words.LONG.getAcquire(ring.memory, ring.cell(index) + Cell.WORD_AT);
    @Nullable MessageError error = Cell.check(word);
    boolean tooLong = Integer.compareUnsigned(Cell.fragment(word), ring.payloadSize) > 0;
    return error == null && tooLong ? MessageError.FRAGMENT_LENGTH : error;
  }

  private static long id(CellRing ring, int index) {
    return (long) Words.LONG.getOpaque(ring.memory, ring.cell(index) + Cell.ID_AT);
  }
}
