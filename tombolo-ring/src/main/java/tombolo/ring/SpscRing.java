// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;

/**
 * A ring of messages of any length from one writer to one reader, over shared memory. Neither side
 * trusts the other, and neither needs write access to what the other writes.
 *
 * <p>A ring has two parts. The <b>writer's part</b> holds the writer's position and the data; only
 * the writer writes it. The <b>reader's part</b> holds the reader's position; only the reader
 * writes it. In a sectioned channel each lies in its owner's section. In a raw one both lie in one
 * segment, the reader's part first.
 *
 * <p>Each side formats its own part when it is made, which begins a new life of it, and joins the
 * other as soon as that is there: by the calls of both, none of which waits for the other. A writer
 * has written nothing before a reader has joined it, so a message is never for nobody. When one
 * side is made anew, the other says {@link Answer#PEER_RESTARTED}, once; then a new stream begins,
 * empty. A reader says so when it has read what the old writer had published. The memory belongs to
 * the caller and must outlive the use of the ring; memory that is closed early makes the calls
 * throw {@link IllegalStateException}.
 *
 * <h2>Concurrency</h2>
 *
 * <p>One thread at a time uses an {@link SpscWriter} and one an {@link SpscReader}; handing one on
 * to another thread is the caller's business. The two sides share nothing but this memory:
 *
 * <table>
 * <caption>Who writes what, and how</caption>
 * <tr><th>what</th><th>stored by</th><th>loaded by the other side</th></tr>
 * <tr><td>record headers</td><td>writer, release</td><td>reader, acquire</td></tr>
 * <tr><td>payloads</td><td>writer, plain</td><td>reader, plain</td></tr>
 * <tr><td>reader's position</td><td>reader, release</td><td>writer, acquire</td></tr>
 * <tr><td>generations</td><td>either, release</td><td>the other, acquire</td></tr>
 * <tr><td>sleep</td><td>either, opaque, then a full fence</td><td>the other, acquire, after a full
 * fence</td></tr>
 * <tr><td>writer's position, messages</td><td>writer, opaque</td><td>nobody but onlookers</td></tr>
 * </table>
 *
 * <p>A record's header is one word, and not zero. Before the writer stores it, with release, it has
 * stored the payload and a zero where the next header will be. So the reader needs one cache line
 * of the writer's to see a short message: it loads the word where the next record begins, with
 * acquire, and if that is not zero, the record is there, and behind it again a word that is zero or
 * a record.
 *
 * <p><b>No message is seen half.</b> That one store publishes a message, or padding together with
 * the message behind it. A writer that dies before it leaves its message unpublished, whatever of
 * it is in the data area.
 *
 * <p><b>No message is overwritten before it is read.</b> The reader has done all its loads of a
 * message before it stores the position after it, with release. The writer stores only into what a
 * position loaded with acquire has set free. <b>None is lost or read twice</b>: the reader takes
 * every record in order, and only this moves its position on. {@link Session} says why this holds
 * when a side is made anew, and why nobody sleeps for ever.
 *
 * <h2>A hostile other side</h2>
 *
 * <p>Every word that the other side can write is loaded once into a local and checked against
 * bounds that this side keeps for itself: the capacity and its own position. A position must be a
 * multiple of 8, not go back, and not pass the writer's; a record must lie before the data area's
 * end. What fails makes this side answer {@link Answer#PEER_BROKEN}, from that call on and for ever
 * ({@link SpscWriter#breach}, {@link SpscReader#breach} say why), and touch the ring no more. No
 * call loops on what the other side writes: one call reads no more bytes than the ring has.
 */
public final class SpscRing {
  /** Bytes of the smallest data area. */
  public static final int MIN_CAPACITY = 64;

  /** Bytes of the largest data area: 1 GiB. */
  public static final int MAX_CAPACITY = 1 << 30;

  /** Bytes of the reader's part. */
  public static final int READER_PART_SIZE = Part.HEAD;

  private SpscRing() {}

  /**
   * Bytes of the writer's part of a ring.
   *
   * @param capacity bytes of the data area, a power of two from 64 to 1 GiB
   * @throws IllegalArgumentException if it is none
   */
  public static long writerPartSize(int capacity) {
    checkCapacity(capacity);
    return Part.HEAD + (long) capacity;
  }

  /** Bytes of a ring with that capacity whose parts lie in one segment. */
  public static long size(int capacity) {
    return READER_PART_SIZE + writerPartSize(capacity);
  }

  /** The longest message, in bytes, of a ring with that capacity: half of it, less 8. */
  public static int maxMessageLength(int capacity) {
    checkCapacity(capacity);
    return Records.maxLength(capacity);
  }

  /**
   * Becomes the writer of a ring in one segment; as {@link
   * #writer(MemorySegment,MemorySegment,int)}.
   */
  public static SpscWriter writer(MemorySegment ring, int capacity) {
    checkWhole(ring);
    return writer(writerPart(ring), readerPart(ring), capacity);
  }

  /**
   * Becomes the writer. Whoever was the writer of this memory must have ended.
   *
   * @param writerPart this side's, aligned to 8 bytes; to 128 keeps what changes on cache lines of
   *     its own. It may hold anything, but zeros if it was never a ring's
   * @param readerPart the other side's; may be read-only
   * @param capacity bytes of the data area, a power of two from 64 to 1 GiB
   * @throws IllegalArgumentException if the capacity is none, a segment is too small for its part
   *     or not aligned, or this side's is read-only
   */
  public static SpscWriter writer(
      MemorySegment writerPart, MemorySegment readerPart, int capacity) {
    Part.checkOwn(writerPart, writerPartSize(capacity), "writer");
    Part.checkPeers(readerPart, "reader");
    return new SpscWriter(writerPart, readerPart, capacity);
  }

  /**
   * Becomes the reader of a ring in one segment; as {@link #reader(MemorySegment,MemorySegment)}.
   */
  public static SpscReader reader(MemorySegment ring) {
    checkWhole(ring);
    return reader(writerPart(ring), readerPart(ring));
  }

  /**
   * Becomes the reader, of as much as the writer says. Whoever was the reader of this memory must
   * have ended.
   *
   * @param writerPart the other side's; may be read-only
   * @param readerPart this side's, aligned to 8 bytes; to 128 keeps what changes on cache lines of
   *     its own. It may hold anything, but zeros if it was never a ring's
   * @throws IllegalArgumentException if a segment is too small for its part or not aligned, or this
   *     side's is read-only
   */
  public static SpscReader reader(MemorySegment writerPart, MemorySegment readerPart) {
    Part.checkPeers(writerPart, "writer");
    Part.checkOwn(readerPart, READER_PART_SIZE, "reader");
    return new SpscReader(writerPart, readerPart);
  }

  /** Whether a data area can have so many bytes: a power of two from 64 to 1 GiB. */
  static boolean isCapacity(long capacity) {
    return capacity >= MIN_CAPACITY && capacity <= MAX_CAPACITY && Long.bitCount(capacity) == 1;
  }

  static void checkCapacity(int capacity) {
    if (!isCapacity(capacity)) {
      throw new IllegalArgumentException(
          "capacity " + capacity + " is no power of two from 64 to 1 GiB");
    }
  }

  private static void checkWhole(MemorySegment ring) {
    if (ring.byteSize() < READER_PART_SIZE + Part.HEAD) {
      throw new IllegalArgumentException("too small for a ring: " + ring.byteSize() + " bytes");
    }
  }

  private static MemorySegment readerPart(MemorySegment ring) {
    return ring.asSlice(0, READER_PART_SIZE);
  }

  private static MemorySegment writerPart(MemorySegment ring) {
    return ring.asSlice(READER_PART_SIZE);
  }
}
