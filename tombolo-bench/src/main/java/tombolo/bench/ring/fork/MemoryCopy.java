// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import java.lang.foreign.MemorySegment;
import tombolo.bench.ring.contender.Place;
import tombolo.bench.ring.contender.ProcessorShare;
import tombolo.bench.ring.contender.Size;

/**
 * The fastest that the machine copies: one thread copies messages one behind the other into a
 * buffer as large as the rings', and round again. It copies the same bytes as a ring's writer,
 * without a ring and without a reader.
 */
final class MemoryCopy implements End {
  private final MemorySegment message;
  private final MemorySegment buffer;
  private final Size size;
  private final Effort effort;
  private final ProcessorShare processor = new ProcessorShare();
  private long at;

  MemoryCopy(Place place, Size size, Effort effort) {
    this.message = MemorySegment.ofArray(new long[size.bytes() / Long.BYTES]);
    this.buffer = place.memory(Place.CAPACITY);
    this.size = size;
    this.effort = effort;
  }

  @Override
  public Took take(Turn turn) {
    return switch (turn) {
      case STREAM -> {
        copiesPerSecond(effort.leadInNanos());
        processor.begin();
        double rate = copiesPerSecond(effort.sliceNanos());
        processor.end();
        yield Took.of(processor.share(), rate);
      }
      case FORGET -> Took.NOTHING;
      case TIMED, SUMMARY -> throw new IllegalArgumentException("a copy has no latency");
    };
  }

  private double copiesPerSecond(long nanos) {
    int batch = size.batch();
    long begin = System.nanoTime();
    long copies = 0;
    long now;
    do {
      for (int i = 0; i < batch; i++) {
        MemorySegment.copy(message, 0, buffer, at, message.byteSize());
        at = (at + message.byteSize()) & (Place.CAPACITY - 1);
      }
      copies += batch;
      now = System.nanoTime();
    } while (now - begin < nanos);
    return copies * 1e9 / (now - begin);
  }
}
