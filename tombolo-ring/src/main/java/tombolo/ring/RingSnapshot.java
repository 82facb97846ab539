// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tombolo.ring.word.Words;

/**
 * An onlooker's view of an {@link SpscRing} or a {@link BroadcastRing}. Immutable.
 *
 * @param broadcast whether it is a broadcast ring
 * @param capacity size of the data area in bytes
 * @param generation the writer's generation, not 0
 * @param messages number of messages in the stream up to now, from 0
 * @param bytes size of these messages with headers and padding, from 0
 * @param sleeping whether the writer says that it sleeps, until a reader joins or makes room
 * @param readers the readers that have joined this writer
 */
public record RingSnapshot(
    boolean broadcast,
    int capacity,
    long generation,
    long messages,
    long bytes,
    boolean sleeping,
    List<Reader> readers)
    implements RingView {
  /**
   * A reader.
   *
   * @param number which one, from 0
   * @param waiting published bytes that it has not read, from 0 to the capacity
   * @param lost number of messages that it has lost, from 0
   */
  public record Reader(int number, int waiting, long lost) {}

  /** Copies the list. */
  public RingSnapshot {
    readers = List.copyOf(readers);
  }

  /**
   * Looks at a ring. Stores nothing. Any thread may call this at any time.
   *
   * @param writerPart where a writer's part may be
   * @param readerParts where readers' parts may be, in the order of the readers' numbers
   * @return empty if there is no ring
   */
  public static Optional<RingSnapshot> of(
      MemorySegment writerPart, List<MemorySegment> readerParts) {
    if (!Part.canHold(writerPart)) {
      return Optional.empty();
    }
    boolean broadcasts = Part.BROADCAST_WRITER.validate(writerPart) == null;
    if (!broadcasts && Part.WRITER.validate(writerPart) != null) {
      return Optional.empty();
    }
    Part kind = broadcasts ? Part.BROADCAST_READER : Part.READER;
    long generation = (long) Words.LONG.getAcquire(writerPart, Part.GENERATION_AT);
    long capacity = (long) Words.LONG.getOpaque(writerPart, Part.CAPACITY_AT);
    if (generation == 0 || !SpscRing.isCapacity(capacity)) {
      return Optional.empty();
    }
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < readerParts.size(); i++) {
      MemorySegment part = readerParts.get(i);
      if (Part.canHold(part)
          && kind.validate(part) == null
          && (long) Words.LONG.getOpaque(part, Part.GENERATION_AT) != 0
          && (long) Words.LONG.getOpaque(part, Part.PEER_AT) == generation) {
        readers.add(
            new Reader(i, waiting(writerPart, part, (int) capacity), broadcasts ? lost(part) : 0));
      }
    }
    return Optional.of(
        new RingSnapshot(
            broadcasts,
            (int) capacity,
            generation,
            Math.max((long) Words.LONG.getOpaque(writerPart, Part.MESSAGES_AT), 0),
            Math.max((long) Words.LONG.getOpaque(writerPart, Part.POSITION_AT), 0),
            ((int) Words.INT.getOpaque(writerPart, Part.SLEEP_AT) & 1) != 0,
            readers));
  }

  /** Loads the reader's position first, so that an honest one is not ahead. */
  private static int waiting(MemorySegment writerPart, MemorySegment readerPart, int capacity) {
    long read = (long) Words.LONG.getAcquire(readerPart, Part.POSITION_AT) - Part.PRESENT;
    long written = (long) Words.LONG.getOpaque(writerPart, Part.POSITION_AT);
    return Math.clamp(written - read, 0, capacity);
  }

  private static long lost(MemorySegment readerPart) {
    return Math.max((long) Words.LONG.getOpaque(readerPart, BroadcastPart.LOST_AT), 0);
  }
}
