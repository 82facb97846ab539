// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.ring.ScriptedGuest.Kind;
import tombolo.ring.ScriptedGuest.Step;

/**
 * The writer is a guest in C that dies before one of its stores into the ring, before each of them
 * in turn. Of its readers, one holds it back and one is lossy; another one of each kind comes when
 * it is dead. Then somebody else becomes the writer, and then a third.
 */
@DisplayName("The writer of a broadcast ring that is killed between any two of its stores")
final class KilledBroadcastWriterTest {
  private static final int READERS = 4;
  private static final int MOST = 256;
  private static final int NEXT_CAPACITY = 128;

  /** Turns of a lossy reader that joins and then reads nothing while the guest lives. */
  private static final int NEVER = Integer.MAX_VALUE;

  private static final BroadcastSide.Language JAVA = new JavaBroadcast();

  /** Messages of all sizes, padding, claims that are given up, and three lives of the writer. */
  private static final List<Step> STEPS =
      List.of(
          new Step(Kind.OPEN_WRITER, 128),
          new Step(Kind.ADMIT, 1),
          new Step(Kind.OFFER, 5),
          new Step(Kind.OFFER, 0),
          new Step(Kind.CLAIM, 20),
          new Step(Kind.ABORT, 24),
          new Step(Kind.OFFER, 48), // behind padding of 48 bytes
          new Step(Kind.CLAIM, 13),
          new Step(Kind.ABORT, 33),
          new Step(Kind.CLAIM, 48), // of 32
          new Step(Kind.OFFER, 33),
          new Step(Kind.OFFER, 48), // of 8
          new Step(Kind.OPEN_WRITER, 64),
          new Step(Kind.ADMIT, 1),
          new Step(Kind.CLAIM, 16),
          new Step(Kind.OFFER, 3),
          new Step(Kind.OFFER, 16),
          new Step(Kind.OFFER, 10),
          new Step(Kind.OFFER, 16),
          new Step(Kind.CLOSE, 0),
          new Step(Kind.OPEN_WRITER, 256),
          new Step(Kind.ADMIT, 1),
          new Step(Kind.OFFER, 112),
          new Step(Kind.CLAIM, 9),
          new Step(Kind.OFFER, 100),
          new Step(Kind.OFFER, 70),
          new Step(Kind.OFFER, 1));

  /** The capacity of each life. */
  private static final List<Integer> CAPACITIES =
      STEPS.stream().filter(step -> step.kind() == Kind.OPEN_WRITER).map(Step::value).toList();

  private static CBroadcast c;

  /**
   * @param holding after how many accesses of the writer the reader that holds it back has a turn
   * @param lossy the same of the lossy one, or {@link #NEVER}
   */
  record Way(int holding, int lossy, boolean cReads, boolean cFollows) {
    BroadcastSide.Language readers() {
      return cReads ? c : JAVA;
    }

    BroadcastSide.Language successor() {
      return cFollows ? c : JAVA;
    }
  }

  static Stream<Way> ways() {
    return Stream.of(
        new Way(1, 1, false, false),
        new Way(2, NEVER, false, true),
        new Way(60, 7, false, false),
        new Way(7, 61, true, false));
  }

  @BeforeAll
  static void compile(@TempDir Path directory) throws Exception {
    c = CBroadcast.compile(directory);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void leavesTheMessagesThatItHasCommitted(Way way) {
    int deaths = 0;
    int uncounted = 0;
    int hidden = 0;
    long lost = 0;
    for (Death death = new Death(way); death.isBeforeStore(deaths); death = new Death(way)) {
      deaths++;
      uncounted += death.uncounted;
      hidden += death.isHidden ? 1 : 0;
      lost = Math.max(lost, death.lostOfGuest);
    }
    int messages = new Death(way).messages();
    assertThat(deaths).isGreaterThan(600);
    // Behind the store that publishes a message are three more, before the guest counts it.
    assertThat(uncounted).isEqualTo(3 * messages);
    boolean isSlow = way.lossy > 60;
    assertThat(lost > 0).as("%d are lost", lost).isEqualTo(isSlow);
    assertThat(hidden > 0).as("%d times the last one", hidden).isEqualTo(isSlow);
  }

  private static final class Death {
    private final Way way;
    private final MemorySegment ring =
        Arena.ofAuto().allocate(BroadcastRing.size(READERS, MOST), 128);
    private final MemorySegment writers = ring.asSlice(256L * READERS);
    private final List<List<Integer>> streams = new ArrayList<>();
    private final List<WatchedReader> readers = new ArrayList<>();
    private final WatchedReader holding;
    private final WatchedReader lossy;
    private final MemorySegment message = Arena.ofAuto().allocate(MOST, 8);

    /** Returns the messages that the guest had committed but not counted when it died. */
    int uncounted;

    /**
     * Returns whether the lossy reader came too late for the last message and could not know it.
     */
    boolean isHidden;

    long lostOfGuest;

    Death(Way way) {
      this.way = way;
      for (Step step : STEPS) {
        switch (step.kind()) {
          case OPEN_WRITER -> streams.add(new ArrayList<>());
          case OFFER, CLAIM -> streams.getLast().add(step.value());
          default -> {}
        }
      }
      holding = addReader(false);
      lossy = addReader(true);
    }

    private WatchedReader addReader(boolean isLossy) {
      int number = readers.size();
      MemorySegment part = ring.asSlice(256L * number, 256);
      BroadcastSide.Reader side = way.readers().reader(writers, part, number, isLossy);
      WatchedReader reader = new WatchedReader(side, part, isLossy, streams);
      readers.add(reader);
      return reader;
    }

    int messages() {
      return streams.stream().mapToInt(List::size).sum();
    }

    /** Runs the guest and kills it before its store n; returns false if it ended earlier. */
    boolean isBeforeStore(int n) {
      int stores = 0;
      try (ScriptedGuest guest = new ScriptedGuest(ring, READERS, STEPS)) {
        for (int i = 0; guest.runToAccess(); i++) {
          assertThat(i).as("the guest gets on").isLessThan(100_000);
          if (guest.isAtStore() && stores++ == n) {
            afterDeath(guest.done());
            return true;
          }
          if (i % way.holding == 0) {
            holding.turn();
          }
          if (way.lossy == NEVER ? !lossy.isConnected() : i % way.lossy == 0) {
            lossy.turn();
          }
        }
        return false;
      }
    }

    private void afterDeath(int counted) {
      boolean canRead = isToBeRead(lossy);
      holding.readAll();
      lossy.readAll();
      int committed = holding.lastType();
      uncounted = committed - counted;
      assertThat(uncounted).isIn(0, 1);
      assertThat(lossy.lastType()).isLessThanOrEqualTo(committed);
      boolean isThere = isNewestThere(committed);
      // Else the next writer has begun its stream meanwhile, or the dead one had claimed the room
      // of
      // its newest message again: a lossy reader that comes so late waits for another message.
      if (canRead && isThere) {
        assertThat(lossy.lastType()).isEqualTo(committed);
      }
      isHidden = lossy.lastType() != committed;
      lostOfGuest = lossy.lost();

      joinLate(committed, isThere);
      dropWhatWasNotCommitted(committed);
      succeed(way.successor());
      succeed(JAVA);
    }

    /** Returns whether a reader has asked for the stream in memory, or can still ask for it. */
    private boolean isToBeRead(WatchedReader reader) {
      long stream = word(BroadcastPart.STREAM_AT);
      return stream != 0 && (reader.joined() == stream || word(Part.GENERATION_AT) == stream);
    }

    /**
     * Whether the last message is of the stream in memory, and the one that is named as the newest,
     * that one or the one before, is not about to be overwritten.
     */
    private boolean isNewestThere(int committed) {
      int stream = (int) word(BroadcastPart.STREAM_AT) - 1;
      if (stream < 0) {
        return false;
      }
      int before = streams.subList(0, stream).stream().mapToInt(List::size).sum();
      long reach = word(BroadcastPart.CLAIMED_AT) - word(BroadcastPart.LATEST_AT);
      return committed > before && reach <= CAPACITIES.get(stream);
    }

    private long word(long at) {
      return RingFixture.get(writers, at);
    }

    /** Checks late readers: nobody admits the one; the other begins with the newest message. */
    private void joinLate(int committed, boolean isThere) {
      WatchedReader lateHolding = addReader(false);
      WatchedReader lateLossy = addReader(true);
      boolean canRead = isToBeRead(lateLossy);
      lateHolding.readAll();
      lateLossy.readAll();
      assertThat(lateHolding.isConnected()).isFalse();
      assertThat(lateHolding.read()).isZero();
      if (canRead && isThere) {
        assertThat(lateLossy.lastType()).isEqualTo(committed);
        assertThat(lateLossy.read()).isBetween(1, 1 + uncounted);
      } else {
        assertThat(lateLossy.read()).isZero();
      }
    }

    private void dropWhatWasNotCommitted(int committed) {
      for (int left = committed, i = 0; i < streams.size(); i++) {
        List<Integer> stream = streams.get(i);
        int kept = Math.min(left, stream.size());
        stream.subList(kept, stream.size()).clear();
        left -= kept;
      }
    }

    /** Lets another writer take the place of the last one, which has said nothing. */
    private void succeed(BroadcastSide.Language language) {
      List<Integer> restarts = new ArrayList<>();
      List<Long> messages = new ArrayList<>();
      for (WatchedReader reader : readers) {
        restarts.add(reader.restarts() + (reader.owesRestart() ? 1 : 0));
        messages.add(reader.read() + reader.lost() + 10);
      }
      BroadcastSide.Writer writer = language.writer(writers, ring, READERS, NEXT_CAPACITY);
      streams.add(new ArrayList<>());
      if (isHeldFor(0)) {
        assertThat(offer(writer, 0)).isEqualTo(Answer.NOT_CONNECTED);
      }
      for (int i = 0; writer.admit() < 2 || !readers.stream().allMatch(r -> r.isConnected()); i++) {
        assertThat(i).as("the readers get on").isLessThan(100);
        readers.forEach(WatchedReader::turn);
      }
      for (int k = 0; k < 10; k++) {
        int length = 7 * k % (BroadcastRecords.maxLength(NEXT_CAPACITY) + 1);
        int answer;
        for (int i = 0; (answer = offer(writer, length)) != Answer.OK; i++) {
          assertThat(answer).isEqualTo(Answer.BACK_PRESSURED);
          assertThat(i).as("the writer gets on").isLessThan(100);
          readers.stream().filter(r -> !r.isLossy()).forEach(WatchedReader::turn);
        }
        streams.getLast().add(length);
      }
      for (int i = 0; i < READERS; i++) {
        WatchedReader reader = readers.get(i);
        reader.readAll();
        assertThat(reader.lastType()).isEqualTo(messages());
        assertThat(reader.read() + reader.lost()).isEqualTo(messages.get(i));
        assertThat(reader.restarts()).isEqualTo(restarts.get(i));
      }
    }

    /** Returns whether the last writer has admitted the present life of a reader. */
    private boolean isHeldFor(int reader) {
      return (word(BroadcastPart.holdAt(reader)) & Part.PRESENT) != 0
          && word(BroadcastPart.generationAt(reader))
              == RingFixture.get(ring, 256L * reader + Part.GENERATION_AT);
    }

    private int offer(BroadcastSide.Writer writer, int length) {
      int type = messages() + 1;
      RingFixture.fill(message, 0, type - 1, length);
      return writer.offer(type, message, length);
    }
  }
}
