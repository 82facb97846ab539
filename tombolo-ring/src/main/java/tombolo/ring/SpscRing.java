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
 * <p>Each side formats its part, with a generation that both know from elsewhere (the channel's,
 * say), and joins when the other has done so. Joining a ring that is under way goes on where its
 * positions are. The memory belongs to the caller and must outlive the use of the ring; memory that
 * is closed early makes the calls throw {@link IllegalStateException}.
 *
 * <h2>Concurrency</h2>
 *
 * <p>One thread at a time uses an {@link SpscWriter} and one an {@link SpscReader}; handing one on
 * to another thread is the caller's business. The two sides share nothing but this memory:
 *
 * <table>
 * <caption>Who writes what, and how</caption>
 * <tr><th>what</th><th>stored by</th><th>loaded by the other side</th></tr>
 * <tr><td>writer's position</td><td>writer, release</td><td>reader, acquire</td></tr>
 * <tr><td>reader's position</td><td>reader, release</td><td>writer, acquire</td></tr>
 * <tr><td>record headers</td><td>writer, plain</td><td>reader, opaque: one load of 64 bits</td></tr>
 * <tr><td>payloads</td><td>writer, plain</td><td>reader, plain</td></tr>
 * </table>
 *
 * <p>Positions count bytes since the stream began, so they only grow; modulo the capacity they are
 * places in the data area. Each side keeps its own position in a field and never loads it back, and
 * keeps the other's as it last saw it, which is too small at worst: the writer then believes in
 * less room, the reader in fewer messages, and looks anew before it says so.
 *
 * <p><b>No message is seen half.</b> The writer stores header and payload first and its position
 * after them, with release. A reader that loads this position with acquire sees all that was stored
 * before it, and never looks beyond it. A writer that dies before that store leaves its message
 * unpublished, whatever of it is in the data area.
 *
 * <p><b>No message is overwritten before it is read.</b> The reader has done all its loads of a
 * message before it stores the position after it, with release. The writer stores only into what a
 * position loaded with acquire has set free. <b>None is lost or read twice</b>: the reader takes
 * every record between the two positions, in order, and only this moves its position on.
 *
 * <h2>A hostile other side</h2>
 *
 * <p>Every word that the other side can write is loaded once into a local and checked against
 * bounds that this side keeps for itself: the capacity and its own position. A position must be a
 * multiple of 8, not go back, and not leave more than the capacity between the two; a record must
 * lie in what is published and before the data area's end. What fails makes this side answer {@link
 * #PEER_BROKEN}, from that call on and for ever ({@link SpscWriter#breach}, {@link
 * SpscReader#breach} say why), and touch the ring no more. No call loops on what the other side
 * writes: one call looks at its position once, and at no more records than lie up to there.
 */
public final class SpscRing {
  /** Bytes of the smallest data area. */
  public static final int MIN_CAPACITY = 64;

  /** Bytes of the largest data area: 1 GiB. */
  public static final int MAX_CAPACITY = 1 << 30;

  /** Bytes of the reader's part. */
  public static final int READER_PART_SIZE = Part.HEAD;

  /** An answer: the message is in the ring. */
  public static final int OK = 0;

  /** An answer: the ring has no room until the reader has read more. */
  public static final int BACK_PRESSURED = -1;

  /** An answer: the other side has broken the format, and this side uses the ring no more. */
  public static final int PEER_BROKEN = -2;

  private SpscRing() {}

  /** Bytes of the writer's part of a ring with that capacity. */
  public static long writerPartSize(int capacity) {
    return Part.WRITER.size(capacity);
  }

  /** Bytes of a ring with that capacity whose parts lie in one segment. */
  public static long size(int capacity) {
    return READER_PART_SIZE + writerPartSize(capacity);
  }

  /** The longest message, in bytes, of a ring with that capacity: half of it, less 8. */
  public static int maxMessageLength(int capacity) {
    return Records.maxLength(capacity);
  }

  /** Whether a data area can have so many bytes: a power of two from 64 to 1 GiB. */
  static boolean isCapacity(long capacity) {
    return capacity >= MIN_CAPACITY && capacity <= MAX_CAPACITY && Long.bitCount(capacity) == 1;
  }

  /**
   * Formats both parts in one segment. Nobody may be using the ring.
   *
   * @param ring at least {@link #size} bytes, aligned to 8; to 128 keeps the positions on cache
   *     lines of their own
   * @param capacity bytes of the data area, a power of two from 64 to 1 GiB
   * @param generation of the stream, any number; what was written under another one is gone
   * @throws IllegalArgumentException if the capacity or the segment is none for it
   */
  public static void format(MemorySegment ring, int capacity, long generation) {
    checkWhole(ring);
    formatWriter(writerPart(ring), capacity, generation);
    formatReader(readerPart(ring), capacity, generation);
  }

  /** Formats the writer's part, as {@link #format}; for the writer, who then joins. */
  public static void formatWriter(MemorySegment part, int capacity, long generation) {
    Part.WRITER.format(part, capacity, generation);
  }

  /** Formats the reader's part, as {@link #format}; for the reader, who then joins. */
  public static void formatReader(MemorySegment part, int capacity, long generation) {
    Part.READER.format(part, capacity, generation);
  }

  /**
   * Joins a ring in one segment as its writer, as {@link
   * #writer(MemorySegment,MemorySegment,long)}.
   */
  public static SpscWriter writer(MemorySegment ring, long generation) {
    checkWhole(ring);
    return writer(writerPart(ring), readerPart(ring), generation);
  }

  /**
   * Joins as the writer.
   *
   * @param writerPart this side's, formatted
   * @param readerPart the other side's; may be read-only
   * @param generation that both parts must have
   * @throws InvalidRingException if a field of either part is wrong
   * @throws IllegalArgumentException if a segment is too small for a part, is not aligned to 8, or
   *     this side's is read-only
   */
  public static SpscWriter writer(
      MemorySegment writerPart, MemorySegment readerPart, long generation) {
    int capacity = validate(writerPart, readerPart, generation);
    if (writerPart.isReadOnly()) {
      throw new IllegalArgumentException("the writer's part is read-only");
    }
    // The own position stands still, so the reader's, loaded after it, cannot honestly pass it.
    long written = (long) Part.LONG.getAcquire(writerPart, Part.POSITION_AT);
    long read = (long) Part.LONG.getAcquire(readerPart, Part.POSITION_AT);
    checkPositions(written, read, capacity);
    return new SpscWriter(writerPart, readerPart, capacity, written, read);
  }

  /**
   * Joins a ring in one segment as its reader, as {@link
   * #reader(MemorySegment,MemorySegment,long)}.
   */
  public static SpscReader reader(MemorySegment ring, long generation) {
    checkWhole(ring);
    return reader(writerPart(ring), readerPart(ring), generation);
  }

  /**
   * Joins as the reader.
   *
   * @param writerPart the other side's; may be read-only
   * @param readerPart this side's, formatted
   * @param generation that both parts must have
   * @throws InvalidRingException if a field of either part is wrong
   * @throws IllegalArgumentException if a segment is too small for a part, is not aligned to 8, or
   *     this side's is read-only
   */
  public static SpscReader reader(
      MemorySegment writerPart, MemorySegment readerPart, long generation) {
    int capacity = validate(writerPart, readerPart, generation);
    if (readerPart.isReadOnly()) {
      throw new IllegalArgumentException("the reader's part is read-only");
    }
    // The own position stands still, so the writer's cannot honestly be too far from it.
    long read = (long) Part.LONG.getAcquire(readerPart, Part.POSITION_AT);
    long written = (long) Part.LONG.getAcquire(writerPart, Part.POSITION_AT);
    checkPositions(written, read, capacity);
    return new SpscReader(writerPart, readerPart, capacity, written, read);
  }

  private static int validate(MemorySegment writerPart, MemorySegment readerPart, long generation) {
    int capacity = Part.WRITER.validate(writerPart, generation);
    int readers = Part.READER.validate(readerPart, generation);
    if (readers != capacity) {
      throw new InvalidRingException(
          "the two parts of the ring differ in capacity: the writer's says %d, the reader's %d"
              .formatted(capacity, readers));
    }
    return capacity;
  }

  private static void checkPositions(long written, long read, int capacity) {
    if (!Records.isAligned(written)
        || !Records.isAligned(read)
        || Long.compareUnsigned(written - read, capacity) > 0) {
      throw new InvalidRingException(
          "positions of the ring: writer %s, reader %s, expected multiples of 8 at most %d apart"
              .formatted(Long.toUnsignedString(written), Long.toUnsignedString(read), capacity));
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
