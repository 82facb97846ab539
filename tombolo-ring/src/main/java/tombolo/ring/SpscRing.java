// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;

/**
 * A ring of messages of variable length from one writer to one reader, over shared memory. Neither
 * side trusts the other, and neither needs write access to memory that the other writes. The wire
 * format is in docs/ring-format.md, "SpscRing".
 *
 * <p>A ring has two parts. The <b>writer's part</b> holds the writer's position and the data; only
 * the writer writes it. The <b>reader's part</b> holds the reader's position; only the reader
 * writes it. In a sectioned channel each part lies in its owner's section. In a raw channel both
 * lie in one segment, the reader's part first.
 *
 * <p>Each side formats its own part when it is created, which begins a new life of that side. It
 * joins the other side as soon as that is there. Both do so within their calls, none of which waits
 * for the other side. A writer writes nothing before a reader has joined it, so no message is for
 * nobody. When one side is created anew, the other answers {@link Answer#PEER_RESTARTED} once; then
 * a new, empty stream begins. A reader answers so only after it has read all of the old writer's
 * messages. The caller owns the memory, which must outlive the use of the ring. If it is closed
 * early, calls throw {@link IllegalStateException}.
 *
 * <h2>Concurrency</h2>
 *
 * <p>One thread at a time may use an {@link SpscWriter}, and one an {@link SpscReader}. Passing a
 * side to another thread safely is the caller's business. The two sides share nothing but this
 * memory:
 *
 * <table>
 * <caption>Writers and access modes</caption>
 * <tr><th>word</th><th>stored by</th><th>loaded by the other side</th></tr>
 * <tr><td>record headers</td><td>writer, release</td><td>reader, acquire</td></tr>
 * <tr><td>payloads</td><td>writer, plain</td><td>reader, plain</td></tr>
 * <tr><td>reader's position</td><td>reader, release</td><td>writer, acquire</td></tr>
 * <tr><td>generations</td><td>either, release</td><td>the other, acquire</td></tr>
 * <tr><td>sleep</td><td>either, opaque, then a full fence</td><td>the other, acquire, after a full
 * fence</td></tr>
 * <tr><td>writer's position, messages</td><td>writer, opaque</td><td>nobody but onlookers</td></tr>
 * </table>
 *
 * <p>A record's header is one word, and not zero. The writer first stores the payload and a zero
 * where the next header will be; then it stores the header, with release. So the reader needs only
 * one of the writer's cache lines to see a short message. It loads the word where the next record
 * begins, with acquire. If that is not zero, the record is there, and it is followed by another
 * record or by a zero word.
 *
 * <p><b>No message is seen half.</b> That one store publishes a message, or padding together with
 * the message behind it. A writer that dies before this store leaves its message unpublished,
 * whatever of it is in the data area.
 *
 * <p><b>No message is overwritten before it is read.</b> The reader completes all loads of a
 * message before it stores the position behind it, with release. The writer stores only into room
 * that a position loaded with acquire has freed. <b>No message is lost or read twice</b>: the
 * reader takes every record in order, and nothing else advances its position. {@link Session}
 * explains why this holds when a side is created anew, and why nobody sleeps for ever.
 *
 * <h2>A hostile other side</h2>
 *
 * <p>Every word that the other side can write is loaded once into a local and checked against
 * bounds that this side keeps to itself: the capacity and its own position. A position must be a
 * multiple of 8, not go back, and not pass the writer's; a record must lie before the data area's
 * end. After a failed check this side answers {@link Answer#PEER_BROKEN} from that call on, for
 * ever, and no longer touches the ring; {@link SpscWriter#breach} or {@link SpscReader#breach} says
 * why. No call loops on what the other side writes: one call reads no more bytes than the ring has.
 */
public final class SpscRing {
  /** Size of the smallest data area in bytes. */
  public static final int MIN_CAPACITY = 64;

  /** Size of the largest data area in bytes: 1 GiB. */
  public static final int MAX_CAPACITY = 1 << 30;

  /** Size of the reader's part in bytes. */
  public static final int READER_PART_SIZE = Part.HEAD;

  private SpscRing() {}

  /**
   * Returns the size of a ring's writer's part in bytes.
   *
   * @param capacity size of the data area in bytes, a power of two from 64 to 1 GiB
   * @throws IllegalArgumentException if the capacity is not allowed
   */
  public static long writerPartSize(int capacity) {
    checkCapacity(capacity);
    return Part.HEAD + (long) capacity;
  }

  /** Returns the size in bytes of a ring with that capacity whose parts lie in one segment. */
  public static long size(int capacity) {
    return READER_PART_SIZE + writerPartSize(capacity);
  }

  /** Returns the longest message of a ring with that capacity, in bytes: half of it, less 8. */
  public static int maxMessageLength(int capacity) {
    checkCapacity(capacity);
    return Records.maxLength(capacity);
  }

  /**
   * Creates the writer of a ring in one segment, as {@link
   * #writer(MemorySegment,MemorySegment,int)} does.
   */
  public static SpscWriter writer(MemorySegment ring, int capacity) {
    checkWhole(ring);
    return writer(writerPart(ring), readerPart(ring), capacity);
  }

  /**
   * Creates the writer. An earlier writer of this memory must have ended.
   *
   * @param writerPart this side's, aligned to 8 bytes; 128-byte alignment keeps frequently written
   *     fields on separate cache lines. Memory that was never part of a ring must be zero
   * @param readerPart the other side's; may be read-only
   * @param capacity size of the data area in bytes, a power of two from 64 to 1 GiB
   * @throws IllegalArgumentException if the capacity is not allowed, a segment is too small for its
   *     part or not aligned, or this side's is read-only
   */
  public static SpscWriter writer(
      MemorySegment writerPart, MemorySegment readerPart, int capacity) {
    Part.checkOwn(writerPart, writerPartSize(capacity), "writer");
    Part.checkPeers(readerPart, "reader");
    return new SpscWriter(writerPart, readerPart, capacity);
  }

  /**
   * Creates the reader of a ring in one segment, as {@link #reader(MemorySegment,MemorySegment)}
   * does.
   */
  public static SpscReader reader(MemorySegment ring) {
    checkWhole(ring);
    return reader(writerPart(ring), readerPart(ring));
  }

  /**
   * Creates the reader; the writer's part tells it the capacity. An earlier reader of this memory
   * must have ended.
   *
   * @param writerPart the other side's; may be read-only
   * @param readerPart this side's, aligned to 8 bytes; 128-byte alignment keeps frequently written
   *     fields on separate cache lines. Memory that was never part of a ring must be zero
   * @throws IllegalArgumentException if a segment is too small for its part or not aligned, or this
   *     side's is read-only
   */
  public static SpscReader reader(MemorySegment writerPart, MemorySegment readerPart) {
    Part.checkPeers(writerPart, "writer");
    Part.checkOwn(readerPart, READER_PART_SIZE, "reader");
    return new SpscReader(writerPart, readerPart);
  }

  /** Returns whether a data area can have that many bytes: a power of two from 64 to 1 GiB. */
  static boolean isCapacity(long capacity) {
    return capacity >= MIN_CAPACITY && capacity <= MAX_CAPACITY && Long.bitCount(capacity) == 1;
  }

  static void checkCapacity(int capacity) {
    if (!isCapacity(capacity)) {
      throw new IllegalArgumentException(
          "capacity " + capacity + " is not a power of two from 64 to 1 GiB");
    }
  }

  private static void checkWhole(MemorySegment ring) {
    if (ring.byteSize() < READER_PART_SIZE + Part.HEAD) {
      throw new IllegalArgumentException(
          "the memory is too small for a ring: " + ring.byteSize() + " bytes");
    }
  }

  private static MemorySegment readerPart(MemorySegment ring) {
    return ring.asSlice(0, READER_PART_SIZE);
  }

  private static MemorySegment writerPart(MemorySegment ring) {
    return ring.asSlice(READER_PART_SIZE);
  }
}
