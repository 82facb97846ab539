// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One side writes anything wherever it can while the other works. Memory between the two must not
 * be touched. {@code -Dtombolo.seconds=} sets how long two threads do so at the same time.
 */
@DisplayName("A ring whose other side is hostile")
final class HostilePeerTest {
  private static final long NANOS =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("tombolo.seconds", 2)) / 2;

  private static final int ROUNDS = 20_000;
  private static final byte GUARD = 0x5a;
  private static final int GUARDED = 256;

  /** A ring between guards; the attacker has the parts as in a raw channel: all writable. */
  private static final class Battlefield {
    final MemorySegment memory;
    final MemorySegment readerPart;
    final MemorySegment writerPart;
    final RingFixture ring;
    final int capacity;

    Battlefield(Random random) {
      capacity = 64 << (2 * random.nextInt(3));
      long writers = SpscRing.writerPartSize(capacity);
      memory = Arena.ofAuto().allocate(2 * GUARDED + 256 + writers, 128);
      memory.fill(GUARD);
      MemorySegment both = memory.asSlice(GUARDED, 256 + writers);
      long start = random.nextInt(capacity / 4) * 8L;
      ring = RingFixture.in(both, start, capacity);
      readerPart = ring.readerPart;
      writerPart = ring.writerPart;
    }

    void guardsStand() {
      for (long at : new long[] {0, memory.byteSize() - GUARDED}) {
        for (long i = 0; i < GUARDED; i++) {
          assertThat(memory.get(ValueLayout.JAVA_BYTE, at + i)).isEqualTo(GUARD);
        }
      }
    }

    /** Writes one word or byte of what the writer can write: a record's header, its head, any. */
    void attackReader(Random random) {
      long place = random.nextInt(capacity / 8) * 8L;
      switch (random.nextInt(9)) {
        case 0 -> RingFixture.set(writerPart, Part.HEAD + place, random.nextLong());
        case 1, 2, 3 -> ring.setHeader(place, types(random), random.nextInt(capacity));
        case 4 -> ring.setHeader(place, Records.PADDING, (int) (capacity - place) - 8);
        case 5 -> ring.setHeader(place, 1, lengths(random));
        case 6 -> {
          long any = random.nextLong(writerPart.byteSize());
          writerPart.set(ValueLayout.JAVA_BYTE, any, (byte) random.nextInt());
        }
        case 7 -> attackHead(writerPart, readerPart, random);
        default -> RingFixture.set(readerPart, random.nextInt(32) * 8L, random.nextLong());
      }
    }

    void attackWriter(Random random) {
      switch (random.nextInt(5)) {
        case 0, 1 -> RingFixture.set(readerPart, Part.POSITION_AT, position(random) + 1);
        case 2 -> RingFixture.set(readerPart, random.nextInt(32) * 8L, random.nextLong());
        case 3 -> attackHead(readerPart, writerPart, random);
        default ->
            RingFixture.set(
                writerPart, random.nextLong(writerPart.byteSize() / 8) * 8, random.nextLong());
      }
    }

    /** Writes other lives, other capacities, and words that the victim itself has stored. */
    private void attackHead(MemorySegment own, MemorySegment victims, Random random) {
      switch (random.nextInt(7)) {
        case 0 -> RingFixture.set(own, Part.GENERATION_AT, random.nextInt(3));
        case 1 -> RingFixture.set(own, Part.PEER_AT, random.nextInt(3));
        case 2 -> RingFixture.set(own, Part.PEER_AT, RingFixture.get(victims, Part.GENERATION_AT));
        case 3 -> RingFixture.set(victims, Part.PEER_AT, RingFixture.get(own, Part.GENERATION_AT));
        case 4 -> RingFixture.set(own, Part.CAPACITY_AT, 32L << random.nextInt(8));
        case 5 -> RingFixture.set(own, Part.SLEEP_AT, random.nextInt(4));
        default ->
            RingFixture.set(own, Part.GENERATION_AT, RingFixture.get(own, Part.GENERATION_AT) + 1);
      }
    }

    private long position(Random random) {
      long near = (random.nextBoolean() ? ring.written() : ring.read());
      return switch (random.nextInt(6)) {
        case 0 -> random.nextLong();
        case 1 -> near + random.nextInt(-capacity, capacity);
        case 2 -> ring.read() + capacity;
        case 3 -> near ^ (1L << random.nextInt(64));
        default -> near + 8L * random.nextInt(-capacity / 8, capacity / 8 + 1);
      };
    }

    private int types(Random random) {
      return random.nextBoolean() ? random.nextInt() : random.nextInt(-2, 3);
    }

    private int lengths(Random random) {
      return random.nextBoolean() ? random.nextInt() : capacity / 2 - random.nextInt(20);
    }
  }

  /** The side under attack: each call is checked to answer something that is documented. */
  private static final class Victim {
    private final Battlefield field;
    private final Random random;
    private final MemorySegment source = MemorySegment.ofArray(new byte[4096]);
    private final MessageHandler handler = this::onMessage;
    private long delivered;

    Victim(Battlefield field, Random random) {
      this.field = field;
      this.random = random;
    }

    /** Returns whether the writer is still unbroken after a few reads. */
    boolean read() {
      SpscReader reader = field.ring.reader;
      if (random.nextInt(4) == 0) {
        reader.peerSleeps();
        reader.sleep();
        reader.wake();
      }
      int limit = 1 + random.nextInt(4);
      long before = delivered;
      int count = reader.drain(handler, limit);
      if (count == Answer.PEER_BROKEN) {
        check(delivered == before, "a message with the news of the breach");
        check(reader.breach().isPresent(), "no reason");
        check(reader.poll(handler) == Answer.PEER_BROKEN, "broken once only");
        check(delivered == before, "a message after the breach");
        return false;
      }
      if (count == Answer.PEER_RESTARTED || count == Answer.PEER_GONE) {
        check(delivered == before, "a message with the news of another life");
        return true;
      }
      check(count >= 0 && count <= limit && count == delivered - before, "count " + count);
      return true;
    }

    boolean write() {
      SpscWriter writer = field.ring.writer;
      if (random.nextInt(4) == 0) {
        writer.peerSleeps();
        writer.sleep(0);
        writer.wake();
      }
      int length = random.nextInt(writer.maxMessageLength() + 1);
      int answer;
      if (random.nextBoolean()) {
        answer = writer.offer(1, source, 0, length);
      } else {
        answer = writer.tryClaim(1, length);
        if (answer >= 0) {
          check(answer >= 8 && answer + length <= field.capacity, "claimed at " + answer);
          writer.data().asSlice(answer, length).fill((byte) 1);
          writer.commit();
        }
      }
      if (answer == Answer.PEER_BROKEN) {
        check(writer.breach(0).isPresent(), "no reason");
        check(writer.offer(1, source, 0, 0) == Answer.PEER_BROKEN, "broken once only");
        return false;
      }
      check(answer >= Answer.PEER_GONE, "answer " + answer);
      return true;
    }

    private void onMessage(int type, MemorySegment data, int at, int length) {
      // The writer's capacity, at most the memory.
      long capacity = data.byteSize();
      boolean inside =
          at >= 8
              && at % 8 == 0
              && length >= 0
              && length <= capacity - at
              && length <= capacity / 2 - 8;
      check(type > 0 && inside, "type " + type + " at " + at + " of " + length);
      check(capacity <= field.capacity && data.isReadOnly(), "data " + data);
      MemorySegment.copy(data, at, source, 0, length);
      delivered++;
    }

    private static void check(boolean holds, String what) {
      if (!holds) {
        throw new AssertionError(what);
      }
    }
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverMakesAReaderDoAnythingElse() {
    int broken = 0;
    long delivered = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Battlefield field = new Battlefield(random);
      Victim victim = new Victim(field, random);
      boolean whole = true;
      for (int step = 0; step < 40 && whole; step++) {
        switch (random.nextInt(3)) {
          case 0 -> field.ring.offer(1, random.nextInt(field.ring.writer.maxMessageLength()));
          case 1 -> field.attackReader(random);
          default -> {
            byte[] before = field.writerPart.toArray(ValueLayout.JAVA_BYTE);
            whole = victim.read();
            assertThat(field.writerPart.mismatch(MemorySegment.ofArray(before))).isEqualTo(-1);
          }
        }
      }
      field.guardsStand();
      broken += whole ? 0 : 1;
      delivered += victim.delivered;
    }
    assertThat(broken).isGreaterThan(ROUNDS / 10);
    assertThat(delivered).isGreaterThan(ROUNDS);
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverMakesAWriterDoAnythingElse() {
    int broken = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Battlefield field = new Battlefield(random);
      Victim victim = new Victim(field, random);
      boolean whole = true;
      for (int step = 0; step < 40 && whole; step++) {
        if (random.nextInt(4) == 0) {
          field.attackWriter(random);
        } else {
          byte[] before = field.readerPart.toArray(ValueLayout.JAVA_BYTE);
          whole = victim.write();
          assertThat(field.readerPart.mismatch(MemorySegment.ofArray(before))).isEqualTo(-1);
        }
      }
      field.guardsStand();
      broken += whole ? 0 : 1;
    }
    assertThat(broken).isGreaterThan(ROUNDS / 10);
  }

  @ParameterizedTest(name = "reader under attack: {0}")
  @ValueSource(booleans = {true, false})
  @Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void changesNothingOfThatWhileItWritesAtTheSameTime(boolean readerUnderAttack)
      throws InterruptedException {
    Random random = new Random(readerUnderAttack ? 1 : 2);
    long end = System.nanoTime() + NANOS;
    Attacker attacker = new Attacker(readerUnderAttack);
    Thread thread = new Thread(attacker, "attacker");
    thread.setDaemon(true);
    thread.start();
    int broken = 0;
    long worked = 0;
    while (System.nanoTime() < end) {
      Battlefield field = new Battlefield(random);
      Victim victim = new Victim(field, random);
      attacker.field = field;
      boolean whole = true;
      for (int call = 0; call < 100_000 && whole; call++) {
        whole = readerUnderAttack ? victim.read() : victim.write();
        worked += whole ? 1 : 0;
      }
      attacker.field = null;
      field.guardsStand();
      broken += whole ? 0 : 1;
    }
    attacker.stop = true;
    thread.join();

    assertThat(attacker.failure).isNull();
    assertThat(broken).isPositive();
    assertThat(worked).isPositive();
  }

  /** Does the other side's honest work now and then, so that the victim has work, too. */
  private static final class Attacker implements Runnable {
    private final boolean attacksReader;
    private final Random random = new Random(3);
    private volatile @Nullable Battlefield field;
    private volatile boolean stop;
    private volatile @Nullable Throwable failure;

    Attacker(boolean attacksReader) {
      this.attacksReader = attacksReader;
    }

    @Override
    public void run() {
      try {
        while (!stop) {
          Battlefield now = field;
          if (now == null) {
            Thread.onSpinWait();
          } else if (random.nextInt(16) > 0) {
            work(now.ring);
          } else if (attacksReader) {
            now.attackReader(random);
          } else {
            now.attackWriter(random);
          }
        }
      } catch (RuntimeException | AssertionError e) {
        failure = e;
      }
    }

    private void work(RingFixture ring) {
      if (attacksReader) {
        ring.offer(1, random.nextInt(ring.writer.maxMessageLength() + 1));
      } else {
        ring.reader.drain((_, _, _, _) -> {}, 3);
      }
    }
  }
}
