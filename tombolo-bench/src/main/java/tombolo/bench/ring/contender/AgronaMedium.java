// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.nio.ByteBuffer;
import java.util.function.Function;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's ring buffers, by {@code write} and {@code read}, with bounds checks as by default. */
final class AgronaMedium implements Medium {
  private static final int TYPE = 1;

  private final RingBuffer ring;
  private final int bytes;

  private AgronaMedium(Place place, int bytes, Function<AtomicBuffer, RingBuffer> make) {
    ByteBuffer memory =
        place.memory(Place.CAPACITY + RingBufferDescriptor.TRAILER_LENGTH).asByteBuffer();
    this.ring = make.apply(new UnsafeBuffer(memory));
    this.bytes = bytes;
  }

  static AgronaMedium oneToOne(Place place, int bytes) {
    return new AgronaMedium(place, bytes, OneToOneRingBuffer::new);
  }

  static AgronaMedium manyToOne(Place place, int bytes) {
    return new AgronaMedium(place, bytes, ManyToOneRingBuffer::new);
  }

  @Override
  public Sender sender() {
    UnsafeBuffer message = new UnsafeBuffer(new byte[bytes]);
    return (first, last) -> {
      message.putLong(0, first);
      message.putLong(bytes - Long.BYTES, last);
      return ring.write(TYPE, message, 0, bytes);
    };
  }

  @Override
  public Receiver receiver(Arrivals arrivals) {
    MessageHandler handler =
        (_, buffer, index, length) ->
            arrivals.message(
                length, buffer.getLong(index), buffer.getLong(index + length - Long.BYTES));
    return () -> ring.read(handler, Receiver.LIMIT);
  }
}
