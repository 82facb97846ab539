// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ring.RingFixture.Message;

/** Compares streams of random calls with a queue and with the arithmetic of the format. */
@DisplayName("A ring does what a queue does")
final class RingModelTest {
  private static final int STREAMS = 10_000;

  @Test
  void inRandomStreams() {
    for (int seed = 0; seed < STREAMS; seed++) {
      new Stream(seed).run();
    }
  }

  private static final class Stream {
    private final String name;
    private final Random random;
    private final int capacity;
    private final RingFixture ring;
    private final ArrayDeque<Message> queue = new ArrayDeque<>();

    /** The end of each queued message; the reader's position is the end of the last one read. */
    private final ArrayDeque<Long> ends = new ArrayDeque<>();

    private long written;
    private long read;

    Stream(int seed) {
      name = "seed " + seed;
      random = new Random(seed);
      capacity = 64 << random.nextInt(5);
      written = read = 8L * random.nextInt(capacity / 4);
      ring = RingFixture.startingAt(written, capacity);
    }

    void run() {
      for (int step = 0; step < 100; step++) {
        switch (random.nextInt(4)) {
          case 0, 1 -> write();
          default -> read();
        }
        assertThat(ring.written()).as(name).isEqualTo(written);
        assertThat(ring.read()).as(name).isEqualTo(read);
      }
    }

    private void write() {
      int type = 1 + random.nextInt(Integer.MAX_VALUE);
      int most = ring.writer.maxMessageLength();
      int length = random.nextInt(1 + (random.nextBoolean() ? most : Math.min(most, 16)));
      int record = (8 + length + 7) / 8 * 8;
      long place = Long.remainderUnsigned(written, capacity);
      long end = written + record + (place + record > capacity ? capacity - place : 0);
      // A word of zero goes behind it.
      boolean fits = end + 8 - read <= capacity;
      boolean kept = true;
      if (random.nextBoolean()) {
        int answer = ring.offer(type, length);
        assertThat(answer).as(name).isEqualTo(fits ? Answer.OK : Answer.BACK_PRESSURED);
      } else {
        int at = ring.writer.tryClaim(type, length);
        long expected = place + record > capacity ? 8 : place + 8;
        assertThat(at).as(name).isEqualTo(fits ? (int) expected : Answer.BACK_PRESSURED);
        kept = random.nextInt(4) > 0;
        if (fits) {
          RingFixture.fill(ring.writer.data(), at, type, length);
          if (kept) {
            ring.writer.commit();
          } else {
            ring.writer.abort();
          }
        }
      }
      if (fits && kept) {
        queue.add(new Message(type, length));
        ends.add(end);
        written = end;
      }
    }

    private void read() {
      int limit = 1 + random.nextInt(4);
      for (Message message : ring.drain(limit)) {
        assertThat(message).as(name).isEqualTo(queue.remove());
        read = ends.remove();
        limit--;
      }
      assertThat(limit == 0 || queue.isEmpty()).as(name).isTrue();
    }
  }
}
