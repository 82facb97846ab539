// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.lang.foreign.MemorySegment;

/**
 * What the machine copies at all: one thread that copies messages, one behind the other, into a
 * buffer as large as the rings' and round again. The same bytes as a ring's writer copies, without
 * a ring and without a reader.
 */
final class MemoryCopy {
  private static final int BATCH = 64;
  private static final int PARTS = 20;

  private final MemorySegment message;
  private final MemorySegment buffer;
  private long at;

  MemoryCopy(Place place, int bytes) {
    this.message = MemorySegment.ofArray(new long[bytes / Long.BYTES]);
    this.buffer = place.memory(Place.CAPACITY);
  }

  Measured measure(Effort effort) {
    for (int piece = 0; piece < PIECES; piece++) {
      copiesPerSecond(effort.warmUpNanos() / PIECES);
    }
    return new Measured(copiesPerSecond(effort.streamNanos()), Double.NaN, Double.NaN, Double.NaN);
  }

  private double copiesPerSecond(long nanos) {
    long begin = System.nanoTime();
    long copies = 0;
    long now;
    do {
      for (int i = 0; i < BATCH; i++) {
        MemorySegment.copy(message, 0, buffer, at, message.byteSize());
        at = (at + message.byteSize()) & (Place.CAPACITY - 1);
      }
      copies += BATCH;
      now = System.nanoTime();
    } while (now - begin < nanos);
    return copies * 1e9 / (now - begin);
  }
}
