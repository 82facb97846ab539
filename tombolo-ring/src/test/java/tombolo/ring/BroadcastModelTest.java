// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ring.RingFixture.Message;

/** Compares streams of random calls with a list of all messages. */
@DisplayName("A broadcast ring does what a list of all messages does")
final class BroadcastModelTest {
  private static final int STREAMS = 6_000;

  @Test
  void inRandomStreams() {
    long lost = 0;
    long handed = 0;
    for (int seed = 0; seed < STREAMS; seed++) {
      Stream stream = new Stream(seed);
      stream.run();
      for (@Nullable Lossy each : stream.lossy) {
        lost += each == null ? 0 : each.reader.lost();
        handed += each == null ? 0 : each.received;
      }
    }
    assertThat(lost).isGreaterThan(STREAMS);
    assertThat(handed).isGreaterThan(STREAMS);
  }

  /** A reader that is held back for: the number of the message that comes next. */
  private static final class Holding {
    final BroadcastReader reader;
    int next;
    boolean dead;

    Holding(BroadcastReader reader, int next) {
      this.reader = reader;
      this.next = next;
    }
  }

  private static final class Lossy {
    final LossyReader reader;
    final int first;
    long received;

    Lossy(LossyReader reader, int first) {
      this.reader = reader;
      this.first = first;
    }
  }

  private static final class Stream {
    private final String name;
    private final Random random;
    private final int count;
    private final BroadcastFixture ring;
    private final List<Message> all = new ArrayList<>();

    /** The position of each message's record, or of the padding before it. */
    private final List<Long> begins = new ArrayList<>();

    private final @Nullable Holding[] holding;
    private final @Nullable Lossy[] lossy;
    private long written;

    /** Whether the newest message may have been overwritten by one that was given up. */
    private boolean given;

    /** Whether a message is being written. */
    private boolean claiming;

    Stream(int seed) {
      name = "seed " + seed;
      random = new Random(seed);
      count = 1 + random.nextInt(4);
      holding = new Holding[count];
      lossy = new Lossy[count];
      ring = new BroadcastFixture(count, 64 << random.nextInt(5));
      ring.writer.admit();
    }

    void run() {
      for (int step = 0; step < 150; step++) {
        int i = random.nextInt(count);
        switch (random.nextInt(24)) {
          case 0 -> join(i);
          case 1 -> die(i);
          case 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 -> write();
          default -> read(i);
        }
      }
    }

    private void join(int i) {
      holding[i] = null;
      lossy[i] = null;
      if (random.nextBoolean()) {
        BroadcastReader reader = ring.reader(i);
        ring.writer.admit();
        holding[i] = new Holding(reader, all.size());
      } else if (!given) {
        LossyReader reader = ring.lossyReader(i);
        lossy[i] = new Lossy(reader, Math.max(all.size() - 1, 0));
      } else {
        ring.lossyReader(i).close();
      }
    }

    private void die(int i) {
      Holding it = holding[i];
      ring.writer.readerIsDead(i);
      if (it != null) {
        it.dead = true;
      }
    }

    private void write() {
      int type = 1 + random.nextInt(Integer.MAX_VALUE);
      int most = ring.writer.maxMessageLength();
      int length = random.nextInt(1 + (random.nextBoolean() ? most : Math.min(most, 16)));
      int record = (16 + length + 7) / 8 * 8;
      long place = written % ring.capacity;
      long begin = place + record > ring.capacity ? written + ring.capacity - place : written;
      boolean fits = begin + record + 8 - slowest() <= ring.capacity;
      boolean kept = true;
      if (random.nextBoolean()) {
        int answer = ring.offer(type, length);
        assertThat(answer).as(name).isEqualTo(fits ? Answer.OK : Answer.BACK_PRESSURED);
      } else {
        int at = ring.writer.tryClaim(type, length);
        int expected = (int) (begin % ring.capacity) + 16;
        assertThat(at).as(name).isEqualTo(fits ? expected : Answer.BACK_PRESSURED);
        kept = random.nextInt(4) > 0;
        if (fits) {
          RingFixture.fill(ring.writer.data(), at, type, length);
          if (random.nextBoolean()) {
            claiming = true;
            read(random.nextInt(count));
            claiming = false;
          }
          if (kept) {
            ring.writer.commit();
          } else {
            ring.writer.abort();
          }
        }
      }
      given = !kept || (given && !fits);
      if (fits && kept) {
        all.add(new Message(type, length));
        begins.add(written);
        written = begin + record;
      }
    }

    private long slowest() {
      long least = written;
      for (@Nullable Holding each : holding) {
        if (each != null && !each.dead && each.next < all.size()) {
          least = Math.min(least, begins.get(each.next));
        }
      }
      return least;
    }

    private void read(int i) {
      int limit = 1 + random.nextInt(4);
      Holding held = holding[i];
      Lossy free = lossy[i];
      if (held != null && held.dead) {
        // It has not joined yet, or has not been told yet.
        int answer = held.reader.drain(RingFixture::check, limit);
        assertThat(answer).as(name).isEqualTo(Answer.CUT_OFF);
        held.reader.close();
        holding[i] = null;
      } else if (held != null) {
        for (Message message : BroadcastFixture.drain(held.reader, limit)) {
          assertThat(message).as(name).isEqualTo(all.get(held.next++));
          limit--;
        }
        assertThat(limit == 0 || held.next == all.size()).as(name).isTrue();
      } else if (free != null) {
        readLossy(free, limit);
      }
    }

    private void readLossy(Lossy it, int limit) {
      long before = it.received;
      long lost = it.reader.lost();
      int answer =
          it.reader.drain(
              (type, data, at, length) -> {
                Message message = RingFixture.check(type, data, at, length);
                assertThat(message).as(name).isEqualTo(all.get((int) it.reader.sequence()));
                it.received++;
              },
              limit);
      assertThat(it.received - before).as(name).isEqualTo(Math.max(answer, 0));
      if (answer == Answer.LOST) {
        assertThat(it.reader.lost()).as(name).isGreaterThan(lost);
      } else {
        assertThat(answer).as(name).isNotNegative();
        assertThat(it.first + it.received + it.reader.lost())
            .as(name)
            .isEqualTo(it.received == 0 ? it.first : it.reader.sequence() + 1);
        assertThat(answer > 0 || given || claiming || it.reader.sequence() + 1 == all.size())
            .as(name)
            .isTrue();
      }
    }
  }
}
