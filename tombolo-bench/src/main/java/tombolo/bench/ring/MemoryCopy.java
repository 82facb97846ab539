// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import tombolo.bench.Samples;

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
    for (int part = 0; part < PARTS; part++) {
      copiesPerSecond(effort.warmUpNanos() / PARTS);
    }
    List<Double> rates = new ArrayList<>();
    for (int part = 0; part < PARTS; part++) {
      rates.add(copiesPerSecond(effort.streamNanos() / PARTS));
    }
    return new Measured(new Samples(rates).median(), Double.NaN, Double.NaN, Double.NaN);
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
