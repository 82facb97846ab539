// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.RingView;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

/**
 * An onlooker's view of both rings of an {@link AxvisorRegion} or an {@link AxvisorRegionV2}.
 * Immutable. See docs/ring-format.md, "Looking on".
 *
 * @param version of the region, 2 or 3
 * @param layout of the region; for version 2 {@link AxvisorLayout#CELL}, whose offsets and sizes it
 *     has, with slots in place of cells
 * @param toSubscriber the ring that the publisher sends through
 * @param toPublisher the ring that the subscriber sends through
 */
public record RegionSnapshot(int version, AxvisorLayout layout, Ring toSubscriber, Ring toPublisher)
    implements RingView {
  /**
   * The ring of one direction.
   *
   * @param messages messages that have been begun in this direction. In version 3 this is the id of
   *     the newest cell's message, from 0: ids count messages from 1, including those given up
   *     before they had a cell. It is 0 before the first cell, and again every 2³² cells. In
   *     version 2, where each slot is a message, it equals {@code cells}
   * @param cells cells or slots written since the region was laid out, from 0 to 2³² − 1, then from
   *     0 again
   * @param waiting cells or slots that are written and not read, from 0 to the layout's capacity
   * @param error why the next reader or writer stops for good, or empty if an onlooker sees no
   *     reason. A side keeps some reasons to itself: what it knows of the message under way, and
   *     that it has stopped
   */
  public record Ring(long messages, long cells, int waiting, Optional<MessageError> error) {}

  /**
   * Looks at a region. Stores nothing. Any thread may call this at any time.
   *
   * @param memory where a region may be, from its first byte on
   * @return empty if there is no region, or one with a wrong field
   */
  public static Optional<RegionSnapshot> of(MemorySegment memory) {
    if (memory.byteSize() < AxvisorLayout.CELL.regionSize()
        || memory.maxByteAlignment() < Long.BYTES) {
      return Optional.empty();
    }
    return RegionHeader.read(memory)
        .filter(header -> header.check(memory).isEmpty())
        .map(RegionHeader::format)
        .map(
            format ->
                new RegionSnapshot(
                    format.version,
                    format.layout,
                    look(memory, format, Direction.TO_SUBSCRIBER),
                    look(memory, format, Direction.TO_PUBLISHER)));
  }

  private static Ring look(MemorySegment memory, RegionFormat format, Direction direction) {
    CellRing ring = new CellRing(memory, format, direction);
    int head = ring.head(); // first, so that an honest one is not ahead
    int tail = ring.tail();
    int waiting = tail - head;
    boolean tooMany = Integer.compareUnsigned(waiting, ring.capacity) > 0;
    boolean slots = format == RegionFormat.V2; // of which a malformed one stops nobody
    @Nullable MessageError error =
        tooMany ? MessageError.TAIL : slots || waiting == 0 ? null : errorAt(ring, head);
    if (ring.head() != head) {
      error = null; // Tail and cell may be newer than the head, and all may be well.
    }
    long cells = Integer.toUnsignedLong(tail);
    long messages = slots ? cells : tail == 0 ? 0 : Math.max(id(ring, tail - 1), 0);
    return new Ring(messages, cells, tooMany ? ring.capacity : waiting, Optional.ofNullable(error));
  }

  /**
   * Returns what is wrong with a cell whatever came before it, or null. Loads with acquire, so that
   * the head is loaded again afterwards.
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
