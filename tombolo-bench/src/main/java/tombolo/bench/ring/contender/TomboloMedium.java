// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import tombolo.bench.suite.BenchmarkException;
import tombolo.ring.Answer;
import tombolo.ring.Backoff;
import tombolo.ring.MessageHandler;
import tombolo.ring.SpscReader;
import tombolo.ring.SpscRing;
import tombolo.ring.SpscWriter;

/** Tombolo's SpscRing with both parts in one segment, and its own way of spinning. */
final class TomboloMedium implements Medium {
  private static final int TYPE = 1;
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

  private final MemorySegment ring;
  private final int bytes;
  private final boolean claims;

  /**
   * @param claims whether messages are written in place, and not offered
   */
  TomboloMedium(Place place, int bytes, boolean claims) {
    this.ring = place.memory(SpscRing.size(Place.CAPACITY));
    this.bytes = bytes;
    this.claims = claims;
  }

  @Override
  public Sender sender() {
    SpscWriter writer = SpscRing.writer(ring, Place.CAPACITY);
    MemorySegment message = MemorySegment.ofArray(new long[bytes / Long.BYTES]);
    return claims ? new Claiming(writer, message) : new Offering(writer, message);
  }

  /** Sends messages that are made in a buffer of the application, and copied. */
  private record Offering(SpscWriter writer, MemorySegment message) implements Sender {
    @Override
    public boolean trySend(long first, long last) {
      message.set(WORD, 0, first);
      message.set(WORD, message.byteSize() - Long.BYTES, last);
      return isSent(writer.offer(TYPE, message, 0, (int) message.byteSize()));
    }
  }

  /** Sends messages that are made in the ring; only their middle is copied. */
  private record Claiming(SpscWriter writer, MemorySegment message) implements Sender {
    @Override
    public boolean trySend(long first, long last) {
      int size = (int) message.byteSize();
      int at = writer.tryClaim(TYPE, size);
      if (at < 0) {
        return isSent(at);
      }
      MemorySegment data = writer.data();
      data.set(WORD, at, first);
      MemorySegment.copy(message, Long.BYTES, data, at + Long.BYTES, size - 2L * Long.BYTES);
      data.set(WORD, at + size - Long.BYTES, last);
      writer.commit();
      return true;
    }
  }

  private static boolean isSent(int answer) {
    return switch (answer) {
      case Answer.OK -> true;
      case Answer.BACK_PRESSURED, Answer.NOT_CONNECTED -> false;
      default -> throw new BenchmarkException("the ring's writer: " + Answer.nameOf(answer));
    };
  }

  @Override
  public Receiver receiver(Arrivals arrivals) {
    MessageHandler handler =
        (_, data, offset, length) ->
            arrivals.message(
                length, data.get(WORD, offset), data.get(WORD, offset + length - Long.BYTES));
    return new Draining(SpscRing.reader(ring), handler, new Backoff());
  }

  private record Draining(SpscReader reader, MessageHandler handler, Backoff backoff)
      implements Receiver {
    @Override
    public int poll() {
      int count = reader.drain(handler, LIMIT);
      if (count < 0) {
        throw new BenchmarkException("the ring's reader: " + Answer.nameOf(count));
      }
      return count;
    }

    @Override
    public void idle(int count) {
      backoff.idle(count);
    }
  }
}
