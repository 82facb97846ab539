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
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One side writes anything wherever it can while the others work. Memory around the ring must not
 * be touched. {@code -Dtombolo.seconds=} sets how long threads do so at the same time.
 */
@DisplayName("A broadcast ring with a hostile side")
final class HostileBroadcastTest {
  private static final long NANOS =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("tombolo.seconds", 2)) / 3;

  private static final int ROUNDS = 15_000;
  private static final byte GUARD = 0x5a;
  private static final int GUARDED = 256;

  /** The side under attack: a reader, by the writer, or the writer, by one of two readers. */
  enum Victims {
    HOLDING,
    LOSSY,
    WRITER
  }

  /** A ring between guards. Reader 0 is the victim or the attacker; reader 1 is honest. */
  private static final class Battlefield {
    final int capacity;
    final MemorySegment memory;
    final BroadcastFixture ring;
    final MemorySegment writerPart;
    final MemorySegment readerPart;
    final RingReader reader;
    final BroadcastReader honest;

    Battlefield(Random random, Victims victim) {
      capacity = 64 << (2 * random.nextInt(3));
      long size = BroadcastRing.size(2, capacity);
      memory = Arena.ofAuto().allocate(2 * GUARDED + size, 128);
      memory.fill(GUARD);
      MemorySegment inside = memory.asSlice(GUARDED, size);
      inside.fill((byte) 0);
      ring = new BroadcastFixture(inside, 2, capacity);
      writerPart = ring.writerPart;
      readerPart = ring.readerParts.get(0);
      reader = victim == Victims.LOSSY ? lossyReader() : ring.admitted(0);
      honest = victim == Victims.WRITER ? ring.admitted(1) : ring.reader(1);
    }

    private LossyReader lossyReader() {
      ring.writer.admit();
      return ring.lossyReader(0);
    }

    void guardsStand() {
      for (long at : new long[] {0, memory.byteSize() - GUARDED}) {
        for (long i = 0; i < GUARDED; i++) {
          assertThat(memory.get(ValueLayout.JAVA_BYTE, at + i)).isEqualTo(GUARD);
        }
      }
    }

    /** Writes one word or byte of the writer's part: a record's header, its head, its table. */
    void attackReader(Random random) {
      long place = random.nextInt(capacity / 8) * 8L;
      switch (random.nextInt(12)) {
        case 0 -> RingFixture.set(writerPart, BroadcastPart.DATA_AT + place, random.nextLong());
        case 1, 2 -> header(place, types(random), random.nextInt(capacity));
        case 3 -> header(place, Records.PADDING, (int) (capacity - place) - 8);
        case 4 -> header(place, 1, lengths(random));
        case 5 -> {
          long any = random.nextLong(writerPart.byteSize());
          writerPart.set(ValueLayout.JAVA_BYTE, any, (byte) random.nextInt());
        }
        case 6, 7 -> attackWords(random);
        case 8 -> RingFixture.set(writerPart, 0x100 + random.nextInt(4) * 8L, table(random));
        case 9 -> RingFixture.set(writerPart, Part.CAPACITY_AT, 32L << random.nextInt(8));
        case 10 -> anotherLife(random);
        default -> RingFixture.set(writerPart, random.nextInt(160) * 8L, random.nextLong());
      }
    }

    private void attackWords(Random random) {
      long[] words = {BroadcastPart.CLAIMED_AT, BroadcastPart.LATEST_AT, BroadcastPart.STREAM_AT};
      long at = words[random.nextInt(words.length)];
      long value = RingFixture.get(writerPart, at);
      RingFixture.set(
          writerPart,
          at,
          switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> value ^ (1L << random.nextInt(64));
            case 2 -> value + 8L * random.nextInt(-capacity / 4, capacity / 4);
            default -> random.nextInt(4);
          });
    }

    private void anotherLife(Random random) {
      long generation = RingFixture.get(writerPart, Part.GENERATION_AT) + random.nextInt(2);
      RingFixture.set(writerPart, Part.GENERATION_AT, generation);
      if (random.nextBoolean()) {
        RingFixture.set(writerPart, BroadcastPart.STREAM_AT, generation);
      }
    }

    private long table(Random random) {
      return switch (random.nextInt(3)) {
        case 0 -> random.nextLong();
        case 1 -> RingFixture.get(readerPart, Part.GENERATION_AT);
        default -> random.nextInt(capacity);
      };
    }

    private void header(long place, int type, int length) {
      long header = Records.header(type, 0) | Integer.toUnsignedLong(length);
      RingFixture.set(writerPart, BroadcastPart.DATA_AT + place, header);
    }

    void attackWriter(Random random) {
      switch (random.nextInt(5)) {
        case 0, 1 -> RingFixture.set(readerPart, Part.POSITION_AT, position(random) + 1);
        case 2 -> RingFixture.set(readerPart, random.nextInt(32) * 8L, random.nextLong());
        case 3 -> RingFixture.set(readerPart, Part.SLEEP_AT, random.nextInt(4));
        default -> {
          long generation = RingFixture.get(readerPart, Part.GENERATION_AT);
          RingFixture.set(readerPart, Part.GENERATION_AT, generation + random.nextInt(2));
          RingFixture.set(readerPart, BroadcastPart.MODE_AT, random.nextInt(4));
          long writers = RingFixture.get(writerPart, Part.GENERATION_AT);
          RingFixture.set(readerPart, Part.PEER_AT, writers + random.nextInt(2));
        }
      }
    }

    private long position(Random random) {
      long near = RingFixture.get(writerPart, Part.POSITION_AT);
      return switch (random.nextInt(5)) {
        case 0 -> random.nextLong();
        case 1 -> near + random.nextInt(-capacity, capacity);
        case 2 -> near ^ (1L << random.nextInt(64));
        default -> near + 8L * random.nextInt(-capacity / 8, capacity / 8 + 1);
      };
    }

    private static int types(Random random) {
      return random.nextBoolean() ? random.nextInt() : random.nextInt(-2, 3);
    }

    private int lengths(Random random) {
      return random.nextBoolean() ? random.nextInt() : capacity / 2 - random.nextInt(30);
    }
  }

  /** The side under attack: each call is checked to answer something that is documented. */
  private static final class Victim {
    private final Battlefield field;
    private final Random random;
    private final MemorySegment source = MemorySegment.ofArray(new byte[4096]);
    private final MessageHandler handler = this::onMessage;
    private final MessageHandler honestHandler = this::onHonestMessage;
    private long delivered;
    private int offered;
    private int read;

    Victim(Battlefield field, Random random) {
      this.field = field;
      this.random = random;
    }

    /** Returns whether the writer is still unbroken after a few reads. */
    boolean read() {
      RingReader reader = field.reader;
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
        check(breach(reader), "no reason");
        check(reader.poll(handler) == Answer.PEER_BROKEN, "broken once only");
        check(delivered == before, "a message after the breach");
        return false;
      }
      if (count == Answer.CUT_OFF) {
        check(reader instanceof BroadcastReader, "a lossy reader is cut off");
        return true;
      }
      if (count < 0) {
        check(delivered == before, "a message with news");
        check(
            count == Answer.PEER_RESTARTED
                || count == Answer.PEER_GONE
                || (count == Answer.LOST && reader instanceof LossyReader),
            "answer " + count);
        return true;
      }
      check(count <= limit && count == delivered - before, "count " + count);
      return true;
    }

    private static boolean breach(RingReader reader) {
      return switch (reader) {
        case BroadcastReader it -> it.breach().isPresent();
        case LossyReader it -> it.breach().isPresent();
        case SpscReader _ -> false;
      };
    }

    /** Checks that the honest reader gets everything. Returns whether the other is admitted. */
    boolean write() {
      BroadcastWriter writer = field.ring.writer;
      if (random.nextInt(4) == 0) {
        writer.peerSleeps();
        writer.sleep(0);
        writer.wake();
      }
      int length = random.nextInt(writer.maxMessageLength() + 1);
      int answer;
      if (random.nextBoolean()) {
        answer = writer.offer(offered + 1, source, 0, length);
      } else {
        answer = writer.tryClaim(offered + 1, length);
        if (answer >= 0) {
          check(answer >= 16 && answer + length <= field.capacity, "claimed at " + answer);
          writer.data().asSlice(answer, length).fill((byte) 1);
          writer.commit();
        }
      }
      check(answer >= 0 || answer == Answer.BACK_PRESSURED, "answer " + answer);
      offered += answer >= 0 ? 1 : 0;
      check(writer.holdsBackFor(1) && writer.breach(1).isEmpty(), "the honest one is thrown out");
      if (random.nextInt(3) == 0) {
        int count = field.honest.drain(honestHandler, 8);
        check(count >= 0, "honest " + count);
        check(count == 8 || read == offered, "some of " + offered + " are missing: " + read);
      }
      return writer.breach(0).isEmpty();
    }

    private void onHonestMessage(int type, MemorySegment data, int at, int length) {
      check(type == ++read, "message " + type + " instead of " + read);
    }

    private void onMessage(int type, MemorySegment data, int at, int length) {
      // The writer's capacity, at most the memory, or the lossy reader's buffer.
      boolean inside = at >= 0 && at % 8 == 0 && length >= 0 && length <= data.byteSize() - at;
      check(type > 0 && inside, "type " + type + " at " + at + " of " + length);
      check(length <= field.capacity / 2 - 16, "length " + length);
      check(data.isReadOnly(), "data " + data);
      MemorySegment.copy(data, at, source, 0, length);
      delivered++;
    }

    private static void check(boolean holds, String what) {
      if (!holds) {
        throw new AssertionError(what);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WRITER")
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverMakesAReaderDoAnythingElse(Victims victims) {
    int broken = 0;
    long delivered = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Battlefield field = new Battlefield(random, victims);
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
    assertThat(broken).isGreaterThan(ROUNDS / 20);
    assertThat(delivered).isGreaterThan(ROUNDS);
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverMakesAWriterDoAnythingElseNorAnotherReaderMissAnything() {
    int thrownOut = 0;
    long read = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Battlefield field = new Battlefield(random, Victims.WRITER);
      Victim victim = new Victim(field, random);
      boolean whole = true;
      for (int step = 0; step < 60; step++) {
        if (random.nextInt(4) == 0) {
          field.attackWriter(random);
        } else {
          byte[] before = field.readerPart.toArray(ValueLayout.JAVA_BYTE);
          whole &= victim.write();
          assertThat(field.readerPart.mismatch(MemorySegment.ofArray(before))).isEqualTo(-1);
        }
      }
      field.guardsStand();
      thrownOut += whole ? 0 : 1;
      read += victim.read;
    }
    assertThat(thrownOut).isGreaterThan(ROUNDS / 10);
    assertThat(read).isGreaterThan(ROUNDS);
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void changesNothingOfThatWhileItWritesAtTheSameTime(Victims victims) throws InterruptedException {
    Random random = new Random(7);
    long end = System.nanoTime() + NANOS;
    Attacker attacker = new Attacker(victims);
    Thread thread = new Thread(attacker, "attacker");
    thread.setDaemon(true);
    thread.start();
    int broken = 0;
    long worked = 0;
    while (System.nanoTime() < end) {
      Battlefield field = new Battlefield(random, victims);
      Victim victim = new Victim(field, random);
      attacker.field = field;
      boolean whole = true;
      for (int call = 0; call < 20_000 && (whole || victims == Victims.WRITER); call++) {
        whole &= victims == Victims.WRITER ? victim.write() : victim.read();
        worked++;
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

  /** Does the hostile side's honest work now and then, so that the victim has work, too. */
  private static final class Attacker implements Runnable {
    private final Victims victims;
    private final Random random = new Random(3);
    private volatile @Nullable Battlefield field;
    private volatile boolean stop;
    private volatile @Nullable Throwable failure;

    Attacker(Victims victims) {
      this.victims = victims;
    }

    @Override
    public void run() {
      try {
        while (!stop) {
          Battlefield now = field;
          if (now == null) {
            Thread.onSpinWait();
          } else if (random.nextInt(16) > 0) {
            work(now);
          } else if (victims == Victims.WRITER) {
            now.attackWriter(random);
          } else {
            now.attackReader(random);
          }
        }
      } catch (RuntimeException | AssertionError e) {
        failure = e;
      }
    }

    private void work(Battlefield now) {
      if (victims == Victims.WRITER) {
        now.reader.drain((_, _, _, _) -> {}, 3);
      } else {
        now.ring.offer(1, random.nextInt(now.ring.writer.maxMessageLength() + 1));
      }
    }
  }
}
