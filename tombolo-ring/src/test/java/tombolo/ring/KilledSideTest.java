// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.ring.ScriptedGuest.Kind;
import tombolo.ring.ScriptedGuest.Step;

/**
 * One side is a guest in C that dies before one of its stores into the ring, before each of them in
 * turn; the other side lives on in Java, and then somebody else takes the dead one's place.
 */
@DisplayName("A side that is killed between any two of its stores")
final class KilledSideTest {
  private static final int MOST = 256;
  private static final String RESTARTED = "peer restarted";

  /** Messages of all sizes, padding, claims that are given up, and three lives of the writer. */
  private static final List<Step> WRITES =
      List.of(
          new Step(Kind.OPEN_WRITER, 128),
          new Step(Kind.OFFER, 5),
          new Step(Kind.OFFER, 0),
          new Step(Kind.CLAIM, 24),
          new Step(Kind.ABORT, 40),
          new Step(Kind.OFFER, 56),
          new Step(Kind.CLAIM, 13),
          new Step(Kind.ABORT, 50),
          new Step(Kind.CLAIM, 50),
          new Step(Kind.OFFER, 33),
          new Step(Kind.OFFER, 56),
          new Step(Kind.OPEN_WRITER, 64),
          new Step(Kind.CLAIM, 24),
          new Step(Kind.OFFER, 3),
          new Step(Kind.OFFER, 24),
          new Step(Kind.OFFER, 10),
          new Step(Kind.OFFER, 24),
          new Step(Kind.CLOSE, 0),
          new Step(Kind.OPEN_WRITER, 256),
          new Step(Kind.OFFER, 120),
          new Step(Kind.CLAIM, 9),
          new Step(Kind.CLAIM, 100),
          new Step(Kind.OFFER, 70));

  private static final List<Step> READS =
      List.of(
          new Step(Kind.OPEN_READER, 0),
          new Step(Kind.DRAIN, 1),
          new Step(Kind.PEEK, 0),
          new Step(Kind.DRAIN, 3),
          new Step(Kind.PEEK, 0),
          new Step(Kind.DRAIN, 3),
          new Step(Kind.OPEN_READER, 0),
          new Step(Kind.PEEK, 0),
          new Step(Kind.DRAIN, 2),
          new Step(Kind.DRAIN, 2),
          new Step(Kind.PEEK, 0));

  private static CRing c;

  /** Number of accesses of the other side after which the surviving side has a turn. */
  record Way(int pace, boolean cFollows) {
    RingSide.Language successor() {
      return cFollows ? c : new JavaRing();
    }
  }

  static Stream<Way> ways() {
    return Stream.of(new Way(1, false), new Way(7, true), new Way(60, false), new Way(61, true));
  }

  @BeforeAll
  static void compile(@TempDir Path directory) throws Exception {
    c = CRing.compile(directory);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void leavesAsAWriterTheMessagesThatItHasCommitted(Way way) {
    List<String> all = messagesOf(WRITES);
    int deaths = 0;
    int uncounted = 0;
    DyingWriter writer = new DyingWriter(way, all);
    while (writer.dieBefore(deaths)) {
      deaths++;
      uncounted += writer.uncounted;
      writer = new DyingWriter(way, all);
    }
    assertThat(deaths).isGreaterThan(600);
    // Behind the store that publishes a message are two more, before the guest counts it.
    assertThat(uncounted).isEqualTo(2 * all.size() - 4);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void leavesAsAReaderARingForTheNextOne(Way way) {
    int deaths = 0;
    while (new DyingReader(way).dieBefore(deaths)) {
      deaths++;
    }
    assertThat(deaths).isGreaterThan(80);
  }

  /** Returns the messages that a reader must see of a writer with these steps. */
  private static List<String> messagesOf(List<Step> steps) {
    List<String> all = new ArrayList<>();
    int messages = 0;
    for (Step step : steps) {
      switch (step.kind()) {
        case OPEN_WRITER -> {
          if (messages > 0) {
            all.add(RESTARTED);
          }
        }
        case OFFER, CLAIM -> all.add(name(++messages, step.value()));
        default -> {}
      }
    }
    return all;
  }

  private static String name(int type, int length) {
    return "type %d, %d bytes".formatted(type, length);
  }

  private static byte byteOf(int type, int at) {
    return (byte) (31 * (type - 1) + at + 1);
  }

  private static MemorySegment payload(int type, int length) {
    MemorySegment payload = Arena.ofAuto().allocate(Math.max(length, 1));
    for (int i = 0; i < length; i++) {
      payload.set(ValueLayout.JAVA_BYTE, i, byteOf(type, i));
    }
    return payload;
  }

  private static void checkPayload(MemorySegment memory, int at, int type, int length) {
    for (int i = 0; i < length; i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, at + i) != byteOf(type, i)) {
        throw new AssertionError("payload of " + name(type, length));
      }
    }
  }

  /** A ring with the common steps of both tests. */
  private abstract static class Death {
    final Way way;
    final MemorySegment ring = Arena.ofAuto().allocate(SpscRing.size(MOST), 128);
    final MemorySegment readers = ring.asSlice(0, SpscRing.READER_PART_SIZE);
    final MemorySegment writers = ring.asSlice(SpscRing.READER_PART_SIZE);

    Death(Way way) {
      this.way = way;
    }

    /** Runs the guest and kills it before its store n; returns false if it ended earlier. */
    boolean dieBefore(int n, List<Step> steps) {
      int stores = 0;
      try (ScriptedGuest guest = new ScriptedGuest(ring, steps)) {
        for (int i = 0; guest.runToAccess(); i++) {
          assertThat(i).as("the guest gets on").isLessThan(100_000);
          if (guest.isAtStore() && stores++ == n) {
            afterDeath(guest);
            return true;
          }
          if (i % way.pace == 0) {
            turn();
          }
        }
        return false;
      }
    }

    /** Gives the surviving side a turn. */
    abstract void turn();

    abstract void afterDeath(ScriptedGuest guest);
  }

  private static final class DyingWriter extends Death {
    private final List<String> all;
    private final SpscReader reader = SpscRing.reader(writers.asReadOnly(), readers);
    private final List<String> seen = new ArrayList<>();

    /** Whether the reader was connected since it last saw a restart. */
    private boolean owesRestart;

    /** Returns the messages that the writer had committed but not counted when it died. */
    int uncounted;

    DyingWriter(Way way, List<String> all) {
      super(way);
      this.all = all;
    }

    boolean dieBefore(int n) {
      return dieBefore(n, WRITES);
    }

    @Override
    void turn() {
      read(2);
    }

    private int read(int limit) {
      int count = reader.drain(this::see, limit);
      if (count == Answer.PEER_RESTARTED) {
        seen.add(RESTARTED);
        owesRestart = false;
      } else {
        assertThat(count).isNotIn(Answer.PEER_BROKEN, Answer.NOT_CONNECTED);
      }
      owesRestart |= reader.isConnected();
      return count;
    }

    private void see(int type, MemorySegment data, int offset, int length) {
      checkPayload(data, offset, type, length);
      seen.add(name(type, length));
      // A reader that ran past the last message would go round for ever.
      assertThat(seen.size()).isLessThan(100);
    }

    @Override
    void afterDeath(ScriptedGuest guest) {
      readAll();
      assertThat(seen).isEqualTo(all.subList(0, seen.size()));
      long messages = seen.stream().filter(what -> !what.equals(RESTARTED)).count();
      uncounted = (int) messages - guest.done();
      assertThat(uncounted).isIn(0, 1);

      boolean sayRestarted = owesRestart;
      seen.clear();
      RingSide.Writer next = way.successor().writer(writers, readers, 128);
      List<String> expected = new ArrayList<>();
      if (sayRestarted) {
        expected.add(RESTARTED);
      }
      assertThat(next.offer(1000, payload(1000, 5), 5)).isEqualTo(Answer.NOT_CONNECTED);
      for (int type = 1000; type < 1010; type++) {
        int length = 7 * (type - 1000) % 57;
        expected.add(name(type, length));
        int answer;
        for (int i = 0;
            (answer = next.offer(type, payload(type, length), length)) != Answer.OK;
            i++) {
          assertThat(answer).isIn(Answer.NOT_CONNECTED, Answer.BACK_PRESSURED);
          assertThat(i).as("the new writer gets on").isLessThan(100);
          read(1);
        }
      }
      readAll();
      assertThat(seen).isEqualTo(expected);
    }

    private void readAll() {
      int count;
      do {
        count = read(3);
      } while (count != 0);
    }
  }

  private static final class DyingReader extends Death {
    private final SpscWriter writer = SpscRing.writer(writers, readers.asReadOnly(), 128);

    /** Checks what each life of the reader can read. */
    private final List<List<String>> streams = new ArrayList<>(List.of(new ArrayList<>()));

    private int type = 1;
    private boolean owesRestart;

    DyingReader(Way way) {
      super(way);
    }

    boolean dieBefore(int n) {
      return dieBefore(n, READS);
    }

    @Override
    void turn() {
      write();
    }

    private int write() {
      int length = 11 * type % 57;
      int answer = writer.offer(type, payload(type, length), 0, length);
      switch (answer) {
        case Answer.OK -> streams.getLast().add(name(type++, length));
        case Answer.PEER_RESTARTED -> {
          streams.add(new ArrayList<>());
          owesRestart = false;
        }
        default ->
            assertThat(answer).isIn(Answer.NOT_CONNECTED, Answer.BACK_PRESSURED, Answer.PEER_GONE);
      }
      owesRestart |= writer.isConnected();
      return answer;
    }

    @Override
    void afterDeath(ScriptedGuest guest) {
      List<List<String>> read = new ArrayList<>();
      for (int i = 0; i < guest.done(); i++) {
        ScriptedGuest.Read message = guest.read(i);
        assertThat(message.right()).isTrue();
        while (read.size() < message.life()) {
          read.add(new ArrayList<>());
        }
        read.getLast().add(name(message.type(), message.length()));
      }
      IntStream.range(0, read.size())
          .forEach(
              life ->
                  assertThat(read.get(life))
                      .isEqualTo(streams.get(life).subList(0, read.get(life).size())));

      // By now the writer has reported the guest's lives and its death.
      while (List.of(Answer.PEER_RESTARTED, Answer.PEER_GONE).contains(write())) {}
      boolean sayRestarted = owesRestart;
      int lives = streams.size();
      RingSide.Reader next = way.successor().reader(writers, readers);
      if (sayRestarted) {
        assertThat(write()).isEqualTo(Answer.PEER_RESTARTED);
      }
      assertThat(streams).hasSize(lives + (sayRestarted ? 1 : 0));
      assertThat(streams.getLast()).isEmpty();
      List<String> seen = new ArrayList<>();
      for (int i = 0; streams.getLast().size() < 10; i++) {
        assertThat(i).as("the new reader gets on").isLessThan(100);
        if (write() != Answer.OK) {
          readAll(next, seen);
        }
      }
      readAll(next, seen);
      assertThat(seen).isEqualTo(streams.getLast());
      assertThat(streams).hasSize(lives + (sayRestarted ? 1 : 0));
    }

    private static void readAll(RingSide.Reader reader, List<String> seen) {
      MemorySegment buffer = Arena.ofAuto().allocate(MOST);
      int count;
      while ((count = reader.one(buffer)) > 0) {
        int type = buffer.get(ValueLayout.JAVA_INT, 0);
        int length = buffer.get(ValueLayout.JAVA_INT, 4);
        checkPayload(buffer, 8, type, length);
        assertThat(seen.size()).isLessThan(100);
        seen.add(name(type, length));
      }
      assertThat(count).isZero();
    }
  }
}
