// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two rings go through the same random calls: one has all of its sides in Java, the other some in
 * C. After each call both have said the same and hold the same bytes. That is more than the format
 * asks: how far a writer claims ahead is its own affair, but the two do it alike.
 */
@DisplayName("C and Java agree on the broadcast ring")
final class BroadcastAgreementTest {
  private static final int STREAMS = Integer.getInteger("tombolo.sequences", 10_000);
  private static final int STEPS = 80;
  private static final int MOST = 64 << 10;
  private static final int READERS = 3;
  private static final long WRITER = 256L * READERS;
  private static final long DATA = WRITER + BroadcastPart.DATA_AT;
  private static final BroadcastSide.Language JAVA = new JavaBroadcast();

  private static CBroadcast c;

  private final MemorySegment message = Arena.ofAuto().allocate(MOST, 8);

  /** Counts how often each event was seen, so that none is missing. */
  private final Map<String, Integer> seen = new TreeMap<>();

  @BeforeAll
  static void compile(@TempDir Path directory) throws Exception {
    c = CBroadcast.compile(directory);
  }

  @Test
  void inEveryStream() {
    run(false);

    assertThat(seen)
        .containsOnlyKeys(
            "ok",
            "back-pressured",
            "not connected",
            "peer restarted",
            "peer gone",
            "lost",
            "cut off",
            "1",
            "0",
            "many",
            "abort",
            "asleep",
            "awake",
            "ring",
            "no ring");
    assertThat(seen.values()).allMatch(times -> times > STREAMS / 20);
  }

  /** Runs the same test while somebody stores wrong words into both memories. */
  @Test
  void onWhatIsWrong() {
    run(true);

    assertThat(seen).containsKeys("peer broken");
    for (Breach breach : Breach.values()) {
      assertThat(seen).containsKey(breach.toString());
    }
  }

  private void run(boolean hostile) {
    try (Arena arena = Arena.ofConfined()) {
      Memory[] memories = {new Memory(arena), new Memory(arena)};
      for (int seed = 0; seed < STREAMS; seed++) {
        Pair pair = new Pair("seed " + seed, new Random(seed), memories, hostile);
        for (int step = 0; step < STEPS; step++) {
          pair.step();
          pair.same();
        }
      }
    }
  }

  private record Memory(MemorySegment ring, MemorySegment read) {
    Memory(Arena arena) {
      this(arena.allocate(DATA + MOST, 128), arena.allocate(2 * MOST, 8));
    }

    MemorySegment readers(int number) {
      return ring.asSlice(256L * number, 256);
    }

    MemorySegment writers(int most) {
      return ring.asSlice(WRITER, BroadcastPart.DATA_AT + most);
    }
  }

  private final class Pair {
    private final String name;
    private final Random random;
    private final Memory[] memories;
    private final boolean hostile;

    /** The bytes available for the data area. */
    private final int most;

    /** Bits of the sides that C plays in the second ring: the readers, then the writer. */
    private final int inC;

    private final BroadcastSide.@Nullable Writer[] writers = new BroadcastSide.Writer[2];
    private final BroadcastSide.@Nullable Reader[][] readers = new BroadcastSide.Reader[READERS][2];
    private int capacity;

    Pair(String name, Random random, Memory[] memories, boolean hostile) {
      this.name = name;
      this.random = random;
      this.memories = memories;
      this.hostile = hostile;
      most = 64 << random.nextInt(6);
      capacity = most;
      inC = 1 + random.nextInt((1 << (READERS + 1)) - 1);
      for (Memory memory : memories) {
        memory.ring.asSlice(0, DATA + most).fill((byte) 0);
        memory.read.asSlice(0, 2L * most).fill((byte) 0);
      }
      openWriters();
      for (int i = 0; i < READERS; i++) {
        openReaders(i);
      }
    }

    void same() {
      long bytes = DATA + most;
      long differs =
          memories[0].ring.asSlice(0, bytes).mismatch(memories[1].ring.asSlice(0, bytes));
      assertThat(differs).as(name).isEqualTo(-1);
    }

    void step() {
      int what = random.nextInt(100);
      int i = random.nextInt(READERS);
      if (what < 2) {
        openWriters();
      } else if (what < 6) {
        openReaders(i);
      } else if (hostile && what < 14) {
        damage(i);
      } else if (what < 60) {
        write(i);
      } else {
        read(i);
      }
    }

    private void openWriters() {
      if (random.nextInt(4) == 0) {
        close(writers);
        return;
      }
      capacity = Math.max(64, most >> random.nextInt(2));
      for (int k = 0; k < 2; k++) {
        BroadcastSide.Language language = k == 1 && isInC(READERS) ? c : JAVA;
        Memory memory = memories[k];
        writers[k] = language.writer(memory.writers(most), memory.ring, READERS, capacity);
      }
    }

    private void openReaders(int i) {
      if (random.nextInt(4) == 0) {
        close(readers[i]);
        return;
      }
      boolean lossy = random.nextBoolean();
      for (int k = 0; k < 2; k++) {
        BroadcastSide.Language language = k == 1 && isInC(i) ? c : JAVA;
        Memory memory = memories[k];
        readers[i][k] = language.reader(memory.writers(most), memory.readers(i), i, lossy);
      }
    }

    private boolean isInC(int side) {
      return (inC >> side & 1) != 0;
    }

    private static void close(@Nullable BroadcastSide[] sides) {
      for (int k = 0; k < 2; k++) {
        BroadcastSide side = sides[k];
        if (side != null) {
          side.close();
        }
        sides[k] = null;
      }
    }

    private void write(int i) {
      BroadcastSide.Writer java = writers[0];
      BroadcastSide.Writer other = writers[1];
      if (java == null || other == null) {
        return;
      }
      int type = 1 + random.nextInt(Integer.MAX_VALUE);
      int longest = BroadcastRecords.maxLength(capacity);
      int length = random.nextInt(1 + (random.nextBoolean() ? longest : Math.min(longest, 16)));
      switch (random.nextInt(20)) {
        case 0 -> {
          boolean sleeps = java.sleep(length);
          assertThat(other.sleep(length)).as(name).isEqualTo(sleeps);
          slept(sleeps, java, other);
        }
        case 1 -> peerSleeps(java, other);
        case 2, 3, 4, 5, 6 -> claim(java, other, type, length);
        case 7, 8 -> alike(java, other, BroadcastSide.Writer::admit);
        case 9 -> {
          java.readerIsDead(i);
          other.readerIsDead(i);
        }
        default -> {
          RingFixture.fill(message, 0, type, length);
          saw(Answer.nameOf(alike(java, other, it -> it.offer(type, message, length))));
        }
      }
      for (int reader = 0; reader < READERS; reader++) {
        Breach breach = java.breach(reader);
        assertThat(other.breach(reader)).as(name).isEqualTo(breach);
        if (breach != null) {
          saw(breach.toString());
        }
      }
    }

    private <T> int alike(T java, T other, ToIntFunction<T> call) {
      int answer = call.applyAsInt(java);
      assertThat(call.applyAsInt(other)).as(name).isEqualTo(answer);
      return answer;
    }

    private void claim(
        BroadcastSide.Writer java, BroadcastSide.Writer other, int type, int length) {
      int at = alike(java, other, it -> it.claim(type, length));
      if (at < 0) {
        saw(Answer.nameOf(at));
        return;
      }
      for (Memory memory : memories) {
        RingFixture.fill(memory.ring, DATA + at, type, length);
      }
      if (random.nextInt(5) == 0) {
        java.abort();
        other.abort();
        saw("abort");
      } else if (random.nextInt(20) == 0) {
        openWriters(); // the writer has died in the middle of a message
      } else {
        java.commit();
        other.commit();
      }
    }

    private void read(int i) {
      BroadcastSide.Reader java = readers[i][0];
      BroadcastSide.Reader other = readers[i][1];
      if (java == null || other == null) {
        return;
      }
      switch (random.nextInt(8)) {
        case 0 -> {
          boolean sleeps = java.sleep();
          assertThat(other.sleep()).as(name).isEqualTo(sleeps);
          slept(sleeps, java, other);
        }
        case 1 -> peerSleeps(java, other);
        default -> drain(java, other, 1 + random.nextInt(6));
      }
      assertThat(other.isConnected()).as(name).isEqualTo(java.isConnected());
      assertThat(other.number()).as(name).isEqualTo(java.number());
      Breach breach = java.breach();
      assertThat(other.breach()).as(name).isEqualTo(breach);
      if (breach != null) {
        saw(breach.toString());
      }
    }

    private void drain(BroadcastSide.Reader java, BroadcastSide.Reader other, int limit) {
      int count = java.drain(memories[0].read, limit);
      assertThat(other.drain(memories[1].read, limit)).as(name).isEqualTo(count);
      long bytes = 2L * most;
      assertThat(memories[0].read.asSlice(0, bytes).mismatch(memories[1].read.asSlice(0, bytes)))
          .as(name)
          .isEqualTo(-1);
      saw(count == 0 ? "0" : count > 1 ? "many" : Answer.nameOf(count));
    }

    private void slept(boolean sleeps, BroadcastSide java, BroadcastSide other) {
      saw(sleeps ? "asleep" : "awake");
      if (sleeps && random.nextBoolean()) {
        java.wake();
        other.wake();
      }
    }

    private void peerSleeps(BroadcastSide java, BroadcastSide other) {
      saw(alike(java, other, it -> it.peerSleeps() ? 1 : 0) == 1 ? "ring" : "no ring");
    }

    /** Changes a control word, or a header that is read next, to a value near the old one. */
    private void damage(int i) {
      MemorySegment ring = memories[0].ring;
      long part = random.nextBoolean() ? 256L * i : WRITER;
      long read = ring.get(ValueLayout.JAVA_LONG, 256L * i + Part.POSITION_AT) & (most - 8);
      long latest = ring.get(ValueLayout.JAVA_LONG, WRITER + BroadcastPart.LATEST_AT) & (most - 8);
      long at =
          switch (random.nextInt(16)) {
            case 0 -> part + Part.MAGIC_AT;
            case 1 -> part + Part.CAPACITY_AT;
            case 2 -> part + Part.GENERATION_AT;
            case 3 -> part + Part.PEER_AT;
            case 4, 5 -> 256L * i + Part.POSITION_AT;
            case 6 -> WRITER + BroadcastPart.CLAIMED_AT;
            case 7 -> WRITER + BroadcastPart.LATEST_AT;
            case 8 -> WRITER + BroadcastPart.STREAM_AT;
            case 9 -> WRITER + BroadcastPart.holdAt(i);
            case 10 -> WRITER + BroadcastPart.generationAt(i);
            case 11 -> DATA + (latest & (capacity - 1)) + 8L * random.nextInt(2);
            default -> DATA + (random.nextInt(3) == 0 ? 0 : read & (capacity - 1));
          };
      if (at + 8 > DATA + most) {
        return;
      }
      long old = ring.get(ValueLayout.JAVA_LONG, at);
      long word =
          switch (random.nextInt(6)) {
            case 0 -> old + random.nextInt(-16, 17);
            case 1 -> old ^ (1L << random.nextInt(Long.SIZE));
            case 2 -> Records.header(Records.PADDING, random.nextInt(capacity));
            case 3 ->
                Records.header(Records.PADDING, (int) (capacity - (read & (capacity - 1)) - 8));
            case 4 -> random.nextLong();
            default -> random.nextInt(capacity);
          };
      for (Memory memory : memories) {
        memory.ring.set(ValueLayout.JAVA_LONG, at, word);
      }
    }
  }

  private void saw(String what) {
    seen.merge(what, 1, Integer::sum);
  }
}
