// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A ring of messages of any length from one writer to up to 64 readers, over shared memory. No side
 * trusts another one, and none needs write access to what another one writes.
 *
 * <p>A ring has a <b>writer's part</b>, which holds the data and which all readers may read, and a
 * <b>reader's part</b> for each reader, which that reader writes and the writer reads. A reader
 * needs no access to another reader's part. In a sectioned channel each part lies in its owner's
 * section; in a raw one all may lie in one segment, the readers' parts first. A reader has a
 * number, that of its part, which the two must agree on.
 *
 * <p>There are two kinds of readers. The writer <b>holds back</b> for a {@link BroadcastReader},
 * which gets every message from the moment on at which the writer admits it. A {@link LossyReader}
 * gets what is there when it looks, and learns how many messages it has missed; the writer never
 * depends on it. The slowest of those it holds back for makes the writer wait, so it should do so
 * only for readers that are relied on; {@link BroadcastWriter#readerIsDead} lets go of one that is
 * dead.
 *
 * <p>As in an {@link SpscRing} each side begins another life when it is made, in any order, and no
 * call waits for another side. When the writer is made anew, each reader reads what the old one had
 * published and says {@link Answer#PEER_RESTARTED}, once; then a new stream begins, empty. The
 * memory belongs to the caller and must outlive the use of the ring.
 *
 * <h2>Concurrency</h2>
 *
 * <p>One thread at a time uses a side. The sides share nothing but this memory:
 *
 * <table>
 * <caption>Who writes what, and how</caption>
 * <tr><th>what</th><th>stored by</th><th>loaded by</th></tr>
 * <tr><td>record headers</td><td>writer, release</td><td>readers, acquire</td></tr>
 * <tr><td>payloads, message numbers</td><td>writer, plain or opaque</td><td>readers, the same</td></tr>
 * <tr><td>newest record</td><td>writer, release</td><td>lossy readers, acquire</td></tr>
 * <tr><td>claimed</td><td>writer, release, then a store-store fence</td><td>lossy readers, acquire,
 * after a load-load fence</td></tr>
 * <tr><td>table of readers, stream</td><td>writer, release</td><td>readers, acquire</td></tr>
 * <tr><td>reader's position</td><td>reader, release</td><td>writer, acquire</td></tr>
 * <tr><td>generations, joined ones</td><td>their side, release</td><td>other sides, acquire</td></tr>
 * <tr><td>sleep</td><td>its side, opaque, then a full fence</td><td>other sides, acquire, after a
 * full fence</td></tr>
 * <tr><td>writer's position, messages; lost</td><td>their side, opaque</td><td>onlookers</td></tr>
 * </table>
 *
 * <p><b>No message is seen half</b>, because one store publishes it, as in an {@link SpscRing}.
 *
 * <p><b>Nobody that the writer holds back for sees a message overwritten</b>: the writer stores
 * only into what the positions of those, loaded with acquire, have set free. When it lets go of
 * one, it says so in its table before it stores any further. The reader looks there after it has
 * handled messages and before it sets them free, so it finds out.
 *
 * <p><b>What a lossy reader hands over was not overwritten while it was copied.</b> The writer says
 * up to where it is about to store before it stores there. The reader copies, and looks there after
 * it. <b>Received and lost are all</b>: every message has its number with it, and the numbers of
 * two messages handed over one after the other differ by one, or by what is added to the lost ones.
 *
 * <h2>Hostile sides</h2>
 *
 * <p>Every word of another side's is loaded once and checked against what this side keeps for
 * itself. A reader that breaks the format is thrown out: the writer ceases to hold back for it, and
 * the others don't notice ({@link BroadcastWriter#breach} says why). A writer that breaks it makes
 * a reader answer {@link Answer#PEER_BROKEN} for ever. No call loops on what another side writes.
 */
public final class BroadcastRing {
  /** The most readers, numbered from 0. */
  public static final int MAX_READERS = 64;

  /** Bytes of a reader's part. */
  public static final int READER_PART_SIZE = Part.HEAD;

  private BroadcastRing() {}

  /**
   * Bytes of the writer's part of a ring.
   *
   * @param capacity bytes of the data area, a power of two from 64 to 1 GiB
   * @throws IllegalArgumentException if it is none
   */
  public static long writerPartSize(int capacity) {
    SpscRing.checkCapacity(capacity);
    return BroadcastPart.DATA_AT + capacity;
  }

  /**
   * Bytes of a ring whose parts lie in one segment.
   *
   * @param readers how many parts for readers, from 1 to 64
   */
  public static long size(int readers, int capacity) {
    return partsOf(readers) + writerPartSize(capacity);
  }

  /** The longest message, in bytes, of a ring with that capacity: half of it, less 16. */
  public static int maxMessageLength(int capacity) {
    SpscRing.checkCapacity(capacity);
    return BroadcastRecords.maxLength(capacity);
  }

  /**
   * Becomes the writer of a ring in one segment; as {@link #writer(MemorySegment, List, int)}.
   *
   * @param readers how many parts for readers, from 1 to 64
   */
  public static BroadcastWriter writer(MemorySegment ring, int readers, int capacity) {
    MemorySegment writerPart = writerPart(ring, readers);
    List<MemorySegment> parts = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      parts.add(readerPart(ring, i));
    }
    return writer(writerPart, parts, capacity);
  }

  /**
   * Becomes the writer. Whoever was the writer of this memory must have ended.
   *
   * @param writerPart this side's, aligned to 8 bytes; to 128 keeps what changes on cache lines of
   *     its own. It may hold anything, but zeros if it was never a ring's
   * @param readerParts the readers', from 1 to 64, in the order of their numbers; may be read-only
   * @param capacity bytes of the data area, a power of two from 64 to 1 GiB
   * @throws IllegalArgumentException if the capacity is none, there are no or too many readers, a
   *     segment is too small for its part or not aligned, or this side's is read-only
   */
  public static BroadcastWriter writer(
      MemorySegment writerPart, List<MemorySegment> readerParts, int capacity) {
    Part.checkOwn(writerPart, writerPartSize(capacity), "writer");
    partsOf(readerParts.size());
    for (MemorySegment part : readerParts) {
      Part.checkPeers(part, "reader");
    }
    return new BroadcastWriter(writerPart, readerParts, capacity);
  }

  /**
   * Becomes a reader of a ring in one segment; as {@link #reader(MemorySegment, MemorySegment,
   * int)}.
   */
  public static BroadcastReader reader(MemorySegment ring, int readers, int reader) {
    MemorySegment writerPart = writerPart(ring, readers);
    return reader(writerPart, readerPart(ring, Objects.checkIndex(reader, readers)), reader);
  }

  /**
   * Becomes a reader that the writer holds back for. Whoever was that reader must have ended.
   *
   * @param writerPart the writer's; may be read-only
   * @param readerPart this side's, aligned to 8 bytes; to 128 keeps what changes on cache lines of
   *     its own. It may hold anything, but zeros if it was never a ring's
   * @param reader this side's number, from 0 to 63
   * @throws IllegalArgumentException if a segment is too small for its part or not aligned, or this
   *     side's is read-only
   * @throws IndexOutOfBoundsException if the number is none
   */
  public static BroadcastReader reader(
      MemorySegment writerPart, MemorySegment readerPart, int reader) {
    checkReader(writerPart, readerPart, reader);
    return new BroadcastReader(writerPart, readerPart, reader);
  }

  /**
   * Becomes a lossy reader of a ring in one segment; as {@link #lossyReader(MemorySegment,
   * MemorySegment, int)}.
   */
  public static LossyReader lossyReader(MemorySegment ring, int readers, int reader) {
    MemorySegment writerPart = writerPart(ring, readers);
    return lossyReader(writerPart, readerPart(ring, Objects.checkIndex(reader, readers)), reader);
  }

  /**
   * Becomes a reader that the writer does not wait for; otherwise as {@link #reader(MemorySegment,
   * MemorySegment, int)}.
   */
  public static LossyReader lossyReader(
      MemorySegment writerPart, MemorySegment readerPart, int reader) {
    checkReader(writerPart, readerPart, reader);
    return new LossyReader(writerPart, readerPart, reader);
  }

  private static void checkReader(MemorySegment writerPart, MemorySegment readerPart, int reader) {
    Objects.checkIndex(reader, MAX_READERS);
    Part.checkPeers(writerPart, "writer");
    checkHasTable(writerPart);
    Part.checkOwn(readerPart, READER_PART_SIZE, "reader");
  }

  private static void checkHasTable(MemorySegment writerPart) {
    if (writerPart.byteSize() < BroadcastPart.DATA_AT) {
      throw new IllegalArgumentException(
          "the writer's part has %d bytes, its head and table need %d"
              .formatted(writerPart.byteSize(), BroadcastPart.DATA_AT));
    }
  }

  private static MemorySegment readerPart(MemorySegment ring, int reader) {
    return ring.asSlice((long) reader * READER_PART_SIZE, READER_PART_SIZE);
  }

  private static MemorySegment writerPart(MemorySegment ring, int readers) {
    long at = partsOf(readers);
    if (ring.byteSize() < at + BroadcastPart.DATA_AT) {
      throw new IllegalArgumentException("too small for a ring: " + ring.byteSize() + " bytes");
    }
    return ring.asSlice(at);
  }

  private static long partsOf(int readers) {
    if (readers < 1 || readers > MAX_READERS) {
      throw new IllegalArgumentException(readers + " readers; a ring has 1 to 64");
    }
    return (long) readers * READER_PART_SIZE;
  }
}
