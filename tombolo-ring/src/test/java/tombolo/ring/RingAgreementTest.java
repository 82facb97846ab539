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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two rings go through the same random calls: one has both of its sides in Java, the other at least
 * one in C. After each call both have said the same and hold the same bytes. That is more than the
 * format asks: how much a writer zeroes ahead is its own affair, but the two do it alike.
 */
@DisplayName("C and Java agree on the ring")
final class RingAgreementTest {
  private static final int STREAMS = Integer.getInteger("tombolo.sequences", 10_000);
  private static final int STEPS = 60;
  private static final int MOST = 64 << 10;
  private static final RingSide.Language JAVA = new JavaRing();

  private static CRing c;

  private final MemorySegment message = Arena.ofAuto().allocate(MOST, 8);

  /** Counts how often each event was seen, so that none is missing. */
  private final Map<String, Integer> seen = new TreeMap<>();

  @BeforeAll
  static void compile(@TempDir Path directory) throws Exception {
    c = CRing.compile(directory);
  }

  @Test
  void inEveryStream() {
    run(STREAMS, false);

    assertThat(seen)
        .containsOnlyKeys(
            "ok",
            "back-pressured",
            "not connected",
            "peer restarted",
            "peer gone",
            "1",
            "0",
            "many",
            "padding",
            "abort",
            "asleep",
            "awake",
            "ring",
            "no ring");
    assertThat(seen.values()).allMatch(times -> times > STREAMS / 10);
  }

  /** Runs the same test while somebody stores wrong words into both memories. */
  @Test
  void onWhatIsWrong() {
    run(STREAMS / 4, true);

    assertThat(seen).containsKeys("peer broken");
    for (Breach breach : CRing.BREACHES) {
      assertThat(seen).containsKey(breach.toString());
    }
  }

  private void run(int streams, boolean hostile) {
    try (Arena arena = Arena.ofConfined()) {
      Pair.Memory[] memories = {new Pair.Memory(arena), new Pair.Memory(arena)};
      for (int seed = 0; seed < streams; seed++) {
        Random random = new Random(seed);
        Pair pair = new Pair("seed " + seed, random, memories, hostile);
        for (int step = 0; step < STEPS; step++) {
          pair.step();
          pair.same();
        }
      }
    }
  }

  private final class Pair {
    private static final int HEADS = 2 * Part.HEAD;

    record Memory(MemorySegment ring, MemorySegment read) {
      Memory(Arena arena) {
        this(arena.allocate(HEADS + MOST, 128), arena.allocate(2 * MOST, 8));
      }

      MemorySegment readers() {
        return ring.asSlice(0, Part.HEAD);
      }

      MemorySegment writers(int most) {
        return ring.asSlice(Part.HEAD, Part.HEAD + most);
      }
    }

    private final String name;
    private final Random random;
    private final Memory[] memories;
    private final boolean hostile;

    /** The bytes available for the data area. */
    private final int most;

    private final boolean cReads;
    private final boolean cWrites;
    private final RingSide.@Nullable Writer[] writers = new RingSide.Writer[2];
    private final RingSide.@Nullable Reader[] readers = new RingSide.Reader[2];
    private int capacity;

    Pair(String name, Random random, Memory[] memories, boolean hostile) {
      this.name = name;
      this.random = random;
      this.memories = memories;
      this.hostile = hostile;
      most = 64 << random.nextInt(11);
      capacity = most;
      int languages = 1 + random.nextInt(3);
      cReads = (languages & 1) != 0;
      cWrites = (languages & 2) != 0;
      for (Memory memory : memories) {
        memory.ring.asSlice(0, HEADS + most).fill((byte) 0);
        memory.read.asSlice(0, 2L * most).fill((byte) 0);
      }
      if (random.nextBoolean()) {
        openWriters();
        openReaders();
      } else {
        openReaders();
        openWriters();
      }
    }

    void same() {
      int bytes = HEADS + most;
      assertThat(memories[0].ring.asSlice(0, bytes).mismatch(memories[1].ring.asSlice(0, bytes)))
          .as(name)
          .isEqualTo(-1);
    }

    void step() {
      RingSide.Writer javaWriter = writers[0];
      RingSide.Writer writer = writers[1];
      RingSide.Reader javaReader = readers[0];
      RingSide.Reader reader = readers[1];
      int what = random.nextInt(100);
      if (what < 3) {
        openWriters();
      } else if (what < 6) {
        openReaders();
      } else if (hostile && what < 12) {
        damage();
      } else if (what < 55) {
        if (javaWriter != null && writer != null) {
          write(javaWriter, writer);
        }
      } else if (javaReader != null && reader != null) {
        read(javaReader, reader);
      }
    }

    private void openWriters() {
      if (random.nextInt(3) == 0) {
        close(writers);
        return;
      }
      capacity = Math.max(64, most >> random.nextInt(2));
      for (int i = 0; i < 2; i++) {
        RingSide.Language language = i == 1 && cWrites ? c : JAVA;
        writers[i] = language.writer(memories[i].writers(most), memories[i].readers(), capacity);
      }
    }

    private void openReaders() {
      if (random.nextInt(3) == 0) {
        close(readers);
        return;
      }
      for (int i = 0; i < 2; i++) {
        RingSide.Language language = i == 1 && cReads ? c : JAVA;
        readers[i] = language.reader(memories[i].writers(most), memories[i].readers());
      }
    }

    private static void close(@Nullable RingSide[] sides) {
      for (int i = 0; i < 2; i++) {
        RingSide side = sides[i];
        if (side != null) {
          side.close();
        }
        sides[i] = null;
      }
    }

    private void write(RingSide.Writer java, RingSide.Writer other) {
      int type = 1 + random.nextInt(Integer.MAX_VALUE);
      int longest = Records.maxLength(capacity);
      int length = random.nextInt(1 + (random.nextBoolean() ? longest : Math.min(longest, 16)));
      int before = memories[0].ring.get(ValueLayout.JAVA_INT, Part.HEAD + Part.POSITION_AT);
      switch (random.nextInt(8)) {
        case 0 -> {
          boolean sleeps = java.sleep(length);
          assertThat(other.sleep(length)).as(name).isEqualTo(sleeps);
          slept(sleeps, java, other);
        }
        case 1 -> {
          peerSleeps(java, other);
          if (random.nextInt(4) == 0) {
            java.peerDied();
            other.peerDied();
          }
        }
        case 2, 3 -> claim(java, other, type, length);
        default -> {
          fill(message, 0, type, length);
          int answer = java.offer(type, message, length);
          assertThat(other.offer(type, message, length)).as(name).isEqualTo(answer);
          saw(Answer.nameOf(answer));
        }
      }
      int after = memories[0].ring.get(ValueLayout.JAVA_INT, Part.HEAD + Part.POSITION_AT);
      if (after - before > Records.size(length)) {
        saw("padding");
      }
      alike(java, other);
    }

    private void claim(RingSide.Writer java, RingSide.Writer other, int type, int length) {
      int at = java.claim(type, length);
      assertThat(other.claim(type, length)).as(name).isEqualTo(at);
      if (at < 0) {
        saw(Answer.nameOf(at));
        return;
      }
      for (Memory memory : memories) {
        fill(memory.ring, (long) HEADS + at, type, length);
      }
      switch (random.nextInt(5)) {
        case 0 -> {
          java.abort();
          other.abort();
          saw("abort");
        }
        case 1 -> {
          if (random.nextInt(8) == 0) {
            openWriters(); // the writer has died in the middle of a message
            return;
          }
          java.commit();
          other.commit();
        }
        default -> {
          java.commit();
          other.commit();
        }
      }
    }

    private void read(RingSide.Reader java, RingSide.Reader other) {
      switch (random.nextInt(8)) {
        case 0 -> {
          boolean sleeps = java.sleep();
          assertThat(other.sleep()).as(name).isEqualTo(sleeps);
          slept(sleeps, java, other);
        }
        case 1 -> peerSleeps(java, other);
        // A reader that peeks gives padding back with the message behind it only, which shows where
        // that one is wrong.
        case 2, 3, 4 -> drain(java, other, 1, !hostile);
        default -> drain(java, other, 1 + random.nextInt(6), false);
      }
      alike(java, other);
    }

    private void drain(RingSide.Reader java, RingSide.Reader other, int limit, boolean peek) {
      int count = java.drain(memories[0].read, limit);
      int others = peek ? other.one(memories[1].read) : other.drain(memories[1].read, limit);
      assertThat(others).as(name).isEqualTo(count);
      long bytes = 2L * most;
      assertThat(memories[0].read.asSlice(0, bytes).mismatch(memories[1].read.asSlice(0, bytes)))
          .as(name)
          .isEqualTo(-1);
      saw(count == 0 ? "0" : count > 1 ? "many" : Answer.nameOf(count));
    }

    private void slept(boolean sleeps, RingSide java, RingSide other) {
      saw(sleeps ? "asleep" : "awake");
      if (sleeps && random.nextBoolean()) {
        java.wake();
        other.wake();
      }
    }

    private void peerSleeps(RingSide java, RingSide other) {
      boolean sleeps = java.peerSleeps();
      assertThat(other.peerSleeps()).as(name).isEqualTo(sleeps);
      saw(sleeps ? "ring" : "no ring");
    }

    private void alike(RingSide java, RingSide other) {
      assertThat(other.isConnected()).as(name).isEqualTo(java.isConnected());
      assertThat(other.breach()).as(name).isEqualTo(java.breach());
      Breach breach = java.breach();
      if (breach != null) {
        saw(breach.toString());
      }
    }

    /** Changes a control word, or a header that is read next, to a value near the old one. */
    private void damage() {
      long part = random.nextInt(2) * (long) Part.HEAD;
      long read = memories[0].ring.get(ValueLayout.JAVA_LONG, Part.POSITION_AT) & (most - 8);
      long at =
          switch (random.nextInt(8)) {
            case 0 -> part + Part.MAGIC_AT;
            case 1 -> part + Part.CAPACITY_AT;
            case 2 -> part + Part.GENERATION_AT;
            case 3 -> part + Part.PEER_AT;
            case 4 -> Part.POSITION_AT;
            default -> HEADS + (random.nextInt(3) == 0 ? 0 : read & (capacity - 1));
          };
      long old = memories[0].ring.get(ValueLayout.JAVA_LONG, at);
      long word =
          switch (random.nextInt(7)) {
            case 0 -> old + random.nextInt(-16, 17);
            case 1 -> old ^ 1L << random.nextInt(Long.SIZE);
            case 2 -> Records.header(Records.PADDING, random.nextInt(capacity));
            case 3 ->
                Records.header(Records.PADDING, (int) (capacity - (read & (capacity - 1)) - 8));
            case 4 -> random.nextLong();
            case 5 -> Records.header(1 + random.nextInt(9), random.nextInt(capacity / 2));
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

  private static void fill(MemorySegment memory, long at, int type, int length) {
    for (int i = 0; i < length; i++) {
      memory.set(ValueLayout.JAVA_BYTE, at + i, (byte) (31 * type + i + 1));
    }
  }
}
