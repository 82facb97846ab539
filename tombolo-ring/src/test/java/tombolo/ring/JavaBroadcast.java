// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sides of a broadcast ring in Java. */
final class JavaBroadcast implements BroadcastSide.Language {
  @Override
  public BroadcastSide.Writer writer(
      MemorySegment writers, MemorySegment readers, int count, int capacity) {
    List<MemorySegment> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(readers.asSlice(256L * i, 256).asReadOnly());
    }
    return new Writer(BroadcastRing.writer(writers, parts, capacity));
  }

  @Override
  public BroadcastSide.Reader reader(
      MemorySegment writers, MemorySegment part, int number, boolean lossy) {
    return new Reader(
        lossy
            ? BroadcastRing.lossyReader(writers.asReadOnly(), part, number)
            : BroadcastRing.reader(writers.asReadOnly(), part, number));
  }

  private record Writer(BroadcastWriter writer) implements BroadcastSide.Writer {
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
    public int admit() {
      return writer.admit();
    }

    @Override
    public void readerIsDead(int reader) {
      writer.readerIsDead(reader);
    }

    @Override
    public @Nullable Breach breach(int reader) {
      return writer.breach(reader).orElse(null);
    }

    @Override
    public boolean sleep(int length) {
      return writer.sleep(length);
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
    public void close() {
      writer.close();
    }
  }

  private record Reader(RingReader reader) implements BroadcastSide.Reader {
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
    public int number() {
      return reader instanceof LossyReader lossy ? (int) lossy.sequence() : 0;
    }

    @Override
    public boolean isConnected() {
      return reader.isConnected();
    }

    @Override
    public @Nullable Breach breach() {
      return switch (reader) {
        case BroadcastReader it -> it.breach().orElse(null);
        case LossyReader it -> it.breach().orElse(null);
        case SpscReader it -> it.breach().orElse(null);
      };
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
    public void close() {
      reader.close();
    }
  }
}
