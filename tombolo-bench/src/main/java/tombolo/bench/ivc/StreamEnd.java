// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Duration;
import tombolo.bench.suite.BenchmarkException;
import tombolo.ivc.HostChannel;

/**
 * Java code on either side of the ring that {@code guests/src/stream.c} defines: it copies piece by
 * piece, and computes the same checksum. For one thread.
 */
final class StreamEnd {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG = WORD.varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private static final long RING = 4096;
  private static final long WRITTEN = 0x40;
  private static final long READ = 0x80;
  private static final long BYTES = 0xc0;
  private static final long CHECKSUM = 0xc8;
  private static final long READY = 0x100;
  private static final long RECEIVED = 0x140;
  private static final long STEP = 0x9e37_79b9_7f4a_7c15L;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final MemorySegment memory;
  private final long capacity;
  private final long piece;
  private long sumOfWords;
  private long sumOfSums;
  private long word;

  StreamEnd(HostChannel channel) {
    memory = channel.memory();
    capacity = memory.byteSize() - RING;
    // As the guest does it: it must divide the ring into whole pieces.
    long size = capacity / 8 & -64;
    while (capacity % size != 0) {
      size -= 64;
    }
    piece = size;
  }

  /** Sends bytes, a multiple of 64, and waits until they have arrived. */
  void send(long bytes) {
    MemorySegment source = MemorySegment.ofArray(new long[(int) (piece / 8)]);
    LONG.set(memory, BYTES, bytes);
    INT.setRelease(memory, READY, 1);
    for (long done = 0; done < bytes; ) {
      long size = Math.min(piece, bytes - done);
      for (long at = 0; at < size; at += 8) {
        word += STEP;
        source.set(ValueLayout.JAVA_LONG, at, word);
        add(word);
      }
      long room = done + size - capacity;
      await(READ, room);
      MemorySegment.copy(source, 0, memory, RING + done % capacity, size);
      done += size;
      LONG.set(memory, CHECKSUM, checksum());
      LONG.setRelease(memory, WRITTEN, done);
    }
    await(READ, bytes);
  }

  /**
   * Receives all bytes.
   *
   * @return MiB a second, from the first piece to the last
   */
  double receive() {
    MemorySegment target = MemorySegment.ofArray(new long[(int) (piece / 8)]);
    await(WRITTEN, 1);
    long bytes = (long) LONG.get(memory, BYTES);
    long start = System.nanoTime();
    for (long done = 0; done < bytes; ) {
      long size = Math.min(piece, bytes - done);
      await(WRITTEN, done + size);
      MemorySegment.copy(memory, RING + done % capacity, target, 0, size);
      done += size;
      LONG.setRelease(memory, READ, done);
      for (long at = 0; at < size; at += 8) {
        add(target.get(ValueLayout.JAVA_LONG, at));
      }
    }
    long nanos = System.nanoTime() - start;
    boolean correct = checksum() == (long) LONG.get(memory, CHECKSUM);
    INT.setRelease(memory, RECEIVED, 1);
    if (!correct) {
      throw new BenchmarkException("the stream's checksum is wrong");
    }
    return mebibytes(bytes, nanos);
  }

  static double mebibytes(long bytes, long nanos) {
    return bytes * 1e9 / (1 << 20) / nanos;
  }

  private void add(long value) {
    sumOfWords += value;
    sumOfSums += sumOfWords;
  }

  private long checksum() {
    return sumOfWords ^ sumOfSums << 1;
  }

  private void await(long index, long least) {
    long end = 0;
    for (long turns = 0; (long) LONG.getAcquire(memory, index) < least; turns++) {
      if (turns % 1_000 == 0) {
        end = end == 0 ? System.nanoTime() + LIMIT.toNanos() : end;
        if (System.nanoTime() > end) {
          throw new BenchmarkException("the guest streams no more");
        }
      }
      Thread.onSpinWait();
    }
  }
}
