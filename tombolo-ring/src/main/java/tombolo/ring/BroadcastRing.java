// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A ring of messages of variable length from one writer to up to 64 readers, over shared memory. No
 * side trusts another, and none needs write access to memory that another side writes. The wire
 * format is in docs/ring-format.md, "BroadcastRing".
 *
 * <p>A ring has one <b>writer's part</b>, which holds the data and which all readers may read. It
 * has a <b>reader's part</b> for each reader, which that reader writes and the writer reads. A
 * reader needs no access to another reader's part. In a sectioned channel each part lies in its
 * owner's section. In a raw channel all may lie in one segment, the readers' parts first. A
 * reader's number is that of its part; writer and reader must agree on it.
 *
 * <p>There are two kinds of readers. The writer <b>holds back</b> for a {@link BroadcastReader},
 * which gets every message from the moment at which the writer admits it. A {@link LossyReader}
 * gets the messages that are there when it looks, and learns how many it has missed; the writer
 * never depends on it. The slowest reader that the writer holds back for makes the writer wait. So
 * it should hold back only for readers that are relied on. {@link BroadcastWriter#readerIsDead}
 * lets go of a dead reader.
 *
 * <p>As in an {@link SpscRing}, each side begins another life when it is created, in any order, and
 * no call waits for another side. When the writer is created anew, each reader reads the old
 * writer's messages and answers {@link Answer#PEER_RESTARTED} once; then a new, empty stream
 * begins. The caller owns the memory, which must outlive the use of the ring.
 *
 * <h2>Concurrency</h2>
 *
 * <p>One thread at a time may use a side. The sides share nothing but this memory:
 *
 * <table>
 * <caption>Writers and access modes</caption>
 * <tr><th>word</th><th>stored by</th><th>loaded by</th></tr>
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
 * <p><b>No reader that the writer holds back for sees a message overwritten.</b> The writer stores
 * only into room that the positions of these readers, loaded with acquire, have freed. When it lets
 * go of a reader, it says so in its table before it stores any further. The reader looks there
 * after it has handled messages and before it frees them, so it finds out.
 *
 * <p><b>A lossy reader hands over no message that was overwritten while it was copied.</b> Before
 * the writer stores, it claims how far it will store. The reader copies, then looks at the claim.
 * <b>Messages received and messages lost are all messages</b>: each message carries its number, and
 * the numbers of two messages handed over in succession differ by one plus the number of messages
 * that were counted as lost between them.
 *
 * <h2>Hostile sides</h2>
 *
 * <p>Each word of another side is loaded once and checked against values that this side keeps to
 * itself. A reader that breaks the format is thrown out: the writer no longer holds back for it,
 * and the other readers notice nothing ({@link BroadcastWriter#breach} says why). A writer that
 * breaks it makes a reader answer {@link Answer#PEER_BROKEN} for ever. No call loops on what
 * another side writes.
 */
public final class BroadcastRing {
  /** The largest number of readers; they are numbered from 0. */
  public static final int MAX_READERS = 64;

  /** Size of a reader's part in bytes. */
  public static final int READER_PART_SIZE = Part.HEAD;

  private BroadcastRing() {}

  /**
   * Returns the size of a ring's writer's part in bytes.
   *
   * @param capacity size of the data area in bytes, a power of two from 64 to 1 GiB
   * @throws IllegalArgumentException if the capacity is not allowed
   */
  public static long writerPartSize(int capacity) {
    SpscRing.checkCapacity(capacity);
    return BroadcastPart.DATA_AT + capacity;
  }

  /**
   * Returns the size in bytes of a ring whose parts lie in one segment.
   *
   * @param readers number of readers' parts, from 1 to 64
   * @param capacity size of the data area in bytes, a power of two from 64 to 1 GiB
   * @throws IllegalArgumentException if one of them is not allowed
   */
  public static long size(int readers, int capacity) {
    return partsOf(readers) + writerPartSize(capacity);
  }

  /** Returns the longest message of a ring with that capacity, in bytes: half of it, less 16. */
  public static int maxMessageLength(int capacity) {
    SpscRing.checkCapacity(capacity);
    return BroadcastRecords.maxLength(capacity);
  }

  /**
   * Creates the writer of a ring in one segment, as {@link #writer(MemorySegment, List, int)} does.
   *
   * @param readers number of readers' parts, from 1 to 64
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
   * Creates the writer. An earlier writer of this memory must have ended.
   *
   * @param writerPart this side's, aligned to 8 bytes; 128-byte alignment keeps frequently written
   *     fields on separate cache lines. Memory that was never part of a ring must be zero
   * @param readerParts the readers', 1 to 64, in the order of their numbers; may be read-only
   * @param capacity size of the data area in bytes, a power of two from 64 to 1 GiB
   * @throws IllegalArgumentException if the capacity is not allowed, there are no or too many
   *     readers, a segment is too small for its part or not aligned, or this side's is read-only
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
   * Creates a reader of a ring in one segment, as {@link #reader(MemorySegment, MemorySegment,
   * int)} does.
   */
  public static BroadcastReader reader(MemorySegment ring, int readers, int reader) {
    MemorySegment writerPart = writerPart(ring, readers);
    return reader(writerPart, readerPart(ring, Objects.checkIndex(reader, readers)), reader);
  }

  /**
   * Creates a reader that the writer holds back for. An earlier reader of this part must have
   * ended.
   *
   * @param writerPart the writer's; may be read-only
   * @param readerPart this side's, aligned to 8 bytes; 128-byte alignment keeps frequently written
   *     fields on separate cache lines. Memory that was never part of a ring must be zero
   * @param reader this side's number, from 0 to 63
   * @throws IllegalArgumentException if a segment is too small for its part or not aligned, or this
   *     side's is read-only
   * @throws IndexOutOfBoundsException if the number is not allowed
   */
  public static BroadcastReader reader(
      MemorySegment writerPart, MemorySegment readerPart, int reader) {
    checkReader(writerPart, readerPart, reader);
    return new BroadcastReader(writerPart, readerPart, reader);
  }

  /**
   * Creates a lossy reader of a ring in one segment, as {@link #lossyReader(MemorySegment,
   * MemorySegment, int)} does.
   */
  public static LossyReader lossyReader(MemorySegment ring, int readers, int reader) {
    MemorySegment writerPart = writerPart(ring, readers);
    return lossyReader(writerPart, readerPart(ring, Objects.checkIndex(reader, readers)), reader);
  }

  /**
   * Creates a reader that the writer does not wait for. Parameters and exceptions are those of
   * {@link #reader(MemorySegment, MemorySegment, int)}.
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
      throw new IllegalArgumentException(
          "the memory is too small for a ring: " + ring.byteSize() + " bytes");
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
