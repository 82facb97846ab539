// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** The sides of a ring in Java. */
final class JavaRing implements RingSide.Language {
  @Override
  public RingSide.Writer writer(MemorySegment writers, MemorySegment readers, int capacity) {
    return new Writer(SpscRing.writer(writers, readers.asReadOnly(), capacity));
  }

  @Override
  public RingSide.Reader reader(MemorySegment writers, MemorySegment readers) {
    return new Reader(SpscRing.reader(writers.asReadOnly(), readers));
  }

  @Override
  public String toString() {
    return "Java";
  }

  private record Writer(SpscWriter writer) implements RingSide.Writer {
    @Override
    public int offer(int type, MemorySegment message, int length) {
      return writer.offer(type, message, 0, length);
    }

    @Override
    public int claim(int type, int length) {
      return writer.tryClaim(type, length);
    }

    @Override
    public void commit() {
      writer.commit();
    }

    @Override
    public void abort() {
      writer.abort();
    }

    @Override
    public boolean sleep(int length) {
      return writer.sleep(length);
    }

    @Override
    public void peerDied() {
      writer.readerIsDead(0);
    }

    @Override
    public void wake() {
      writer.wake();
    }

    @Override
    public boolean peerSleeps() {
      return writer.peerSleeps();
    }

    @Override
    public boolean isConnected() {
      return writer.isConnected();
    }

    @Override
    public @Nullable Breach breach() {
      return writer.breach(0).orElse(null);
    }

    @Override
    public void close() {
      writer.close();
    }
  }

  private record Reader(SpscReader reader) implements RingSide.Reader {
    @Override
    public int drain(MemorySegment buffer, int limit) {
      long[] end = new long[1];
      return reader.drain(
          (type, data, offset, length) -> {
            buffer.set(ValueLayout.JAVA_INT_UNALIGNED, end[0], type);
            buffer.set(ValueLayout.JAVA_INT_UNALIGNED, end[0] + 4, length);
            MemorySegment.copy(data, offset, buffer, end[0] + 8, length);
            end[0] += 8 + length;
          },
          limit);
    }

    @Override
    public int one(MemorySegment buffer) {
      return drain(buffer, 1);
    }

    @Override
    public boolean sleep() {
      return reader.sleep();
    }

    @Override
    public void wake() {
      reader.wake();
    }

    @Override
    public boolean peerSleeps() {
      return reader.peerSleeps();
    }

    @Override
    public boolean isConnected() {
      return reader.isConnected();
    }

    @Override
    public @Nullable Breach breach() {
      return reader.breach().orElse(null);
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
