// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import tombolo.ring.Answer;
import tombolo.ring.MessageHandler;
import tombolo.ring.RetainingReader;
import tombolo.ring.RingWriter;
import tombolo.ring.SpscReader;
import tombolo.ring.SpscRing;
import tombolo.ring.SpscWriter;

/** A ring in memory, with ends for bridges and for the programs beyond them. */
final class MemoryRing {
  final MemorySegment memory;
  final int capacity;

  MemoryRing(int capacity) {
    this.capacity = capacity;
    this.memory = Arena.ofAuto().allocate(SpscRing.size(capacity), 128);
  }

  SpscWriter writer() {
    return SpscRing.writer(memory, capacity);
  }

  SpscReader reader() {
    return SpscRing.reader(memory);
  }

  RingSource source() {
    return new Source();
  }

  Sink sink() {
    return new Sink();
  }

  private final class Source implements RingSource {
    private @Nullable RetainingReader ring;

    @Override
    public boolean isThere() {
      return true;
    }

    @Override
    public void open() {
      ring = reader();
      ring.retain();
    }

    @Override
    public void close() {
      if (ring != null) {
        ring.close();
        ring = null;
      }
    }

    @Override
    public boolean isOpen() {
      return ring != null;
    }

    @Override
    public boolean isConnected() {
      return ring != null && ring.isConnected();
    }

    @Override
    public int drain(MessageHandler handler, int limit) {
      return Objects.requireNonNull(ring).drain(handler, limit);
    }

    @Override
    public long release(long messages) {
      return Objects.requireNonNull(ring).release(messages);
    }

    @Override
    public void rewind() {
      Objects.requireNonNull(ring).rewind();
    }

    @Override
    public boolean sleep() {
      return Objects.requireNonNull(ring).sleep();
    }

    @Override
    public void wake() {
      Objects.requireNonNull(ring).wake();
    }
  }

  /** The bridge's end. The test says whether somebody reads. */
  final class Sink implements RingSink {
    boolean hasReader;
    private boolean there;
    private @Nullable RingWriter ring;
    private @Nullable ByteBuffer data;
    private int claimedAt;

    @Override
    public void begin() {
      ring = writer();
      data = ring.data().asByteBuffer();
    }

    @Override
    public void leave() {
      if (ring != null) {
        ring.close();
        ring = null;
      }
    }

    @Override
    public boolean hasReader() {
      return there && hasReader;
    }

    @Override
    public void appear() {
      there = true;
    }

    @Override
    public void disappear() {
      there = false;
      leave();
    }

    @Override
    public void flush() {}

    @Override
    public boolean sleep() {
      return ring().sleep(0);
    }

    @Override
    public void wake() {
      ring().wake();
    }

    private RingWriter ring() {
      return Objects.requireNonNull(ring);
    }

    @Override
    public int look() {
      int answer = ring().tryClaim(1, 0);
      if (answer < 0) {
        return answer;
      }
      ring().abort();
      return Answer.OK;
    }

    @Override
    public int offer(int type, DirectBuffer source, int at, int length) {
      int answer = claim(type, length);
      if (answer < 0) {
        return answer;
      }
      put(0, source, at, length);
      commit();
      return Answer.OK;
    }

    @Override
    public int claim(int type, int length) {
      claimedAt = ring().tryClaim(type, length);
      return claimedAt;
    }

    @Override
    public void put(int offset, DirectBuffer source, int at, int length) {
      source.getBytes(at, Objects.requireNonNull(data), claimedAt + offset, length);
    }

    @Override
    public void commit() {
      ring().commit();
    }

    @Override
    public void abort() {
      ring().abort();
    }

    @Override
    public int maxMessageLength() {
      return SpscRing.maxMessageLength(capacity);
    }
  }
}
