// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import tombolo.bench.suite.BenchmarkException;

/**
 * The ends of a stream of bytes that carries messages, each behind its length. Each message is
 * written by a call of its own, because somebody waits for it. A read takes all that is there.
 */
final class StreamEnds {
  private StreamEnds() {}

  static Sender sender(WritableByteChannel out, int bytes) {
    ByteBuffer record = buffer(Integer.BYTES + bytes);
    record.putInt(0, bytes);
    return (first, last) -> {
      record.putLong(Integer.BYTES, first);
      record.putLong(record.capacity() - Long.BYTES, last);
      record.clear();
      try {
        while (record.hasRemaining()) {
          out.write(record);
        }
      } catch (IOException e) {
        throw new BenchmarkException("cannot write: " + e);
      }
      return true;
    };
  }

  static Receiver receiver(ReadableByteChannel in, Arrivals arrivals) {
    ByteBuffer buffer = buffer(Place.CAPACITY);
    return () -> {
      try {
        if (in.read(buffer) < 0) {
          throw new BenchmarkException("the other side has gone");
        }
      } catch (IOException e) {
        throw new BenchmarkException("cannot read: " + e);
      }
      return takeWhole(buffer.flip(), arrivals);
    };
  }

  /** Passes on all messages that are complete; the rest stays in the buffer. */
  private static int takeWhole(ByteBuffer buffer, Arrivals arrivals) {
    int count = 0;
    while (buffer.remaining() >= Integer.BYTES) {
      int at = buffer.position() + Integer.BYTES;
      int bytes = buffer.getInt(buffer.position());
      if (buffer.limit() - at < bytes) {
        break;
      }
      arrivals.message(bytes, buffer.getLong(at), buffer.getLong(at + bytes - Long.BYTES));
      buffer.position(at + bytes);
      count++;
    }
    buffer.compact();
    return count;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
