// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.ring.RingFixture.Message;

@DisplayName("A reader that retains messages")
final class RetainingReaderTest {
  private static final int CAPACITY = 256;

  /**
   * A connected ring of either kind.
   *
   * @param anotherWriter begins another life of the writer
   */
  record Ring(
      String name, RingWriter writer, RetainingReader reader, Supplier<RingWriter> anotherWriter) {
    int offer(int type, int length) {
      return writer.offer(type, RingFixture.payload(type, length), 0, length);
    }

    List<Integer> drain(int limit) {
      List<Integer> types = new ArrayList<>();
      reader.drain((t, data, at, n) -> types.add(RingFixture.check(t, data, at, n).type()), limit);
      return types;
    }

    List<Integer> drain() {
      return drain(Integer.MAX_VALUE);
    }

    /** Returns the length of messages whose records are 32 bytes, so that they fill the ring. */
    int length() {
      return 32 - (CAPACITY / 2 - writer.maxMessageLength());
    }

    /** Offers such messages until there is no room; returns how many. */
    int fill(int from) {
      int type = from;
      while (offer(type, length()) == Answer.OK) {
        type++;
      }
      return type - from;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Ring> rings() {
    RingFixture spsc = RingFixture.of(CAPACITY);
    BroadcastFixture broadcast = new BroadcastFixture(2, CAPACITY);
    BroadcastReader reader = broadcast.admitted(1);
    return Stream.of(
            new Ring(
                "SpscRing",
                spsc.writer,
                spsc.reader,
                () -> SpscRing.writer(spsc.writerPart, spsc.readerPart, CAPACITY)),
            new Ring("BroadcastRing", broadcast.writer, reader, broadcast::anotherWriter))
        .peek(ring -> ring.reader.retain());
  }

  @ParameterizedTest
  @MethodSource("rings")
  void holdsTheWriterBackUntilItReleases(Ring ring) {
    int count = ring.fill(1);
    assertThat(ring.drain()).hasSize(count);
    assertThat(ring.offer(100, ring.length())).isEqualTo(Answer.BACK_PRESSURED);

    assertThat(ring.reader.release(1)).isOne();
    assertThat(ring.offer(100, ring.length())).isEqualTo(Answer.OK);
    assertThat(ring.offer(101, ring.length())).isEqualTo(Answer.BACK_PRESSURED);
    assertThat(ring.drain()).containsExactly(100);
  }

  @ParameterizedTest
  @MethodSource("rings")
  void readsWhatItHasNotReleasedAgain(Ring ring) {
    for (int type = 1; type <= 4; type++) {
      ring.offer(type, 3 * type);
    }
    assertThat(ring.drain(3)).containsExactly(1, 2, 3);
    assertThat(ring.reader.release(1)).isOne();

    ring.reader.rewind();
    assertThat(ring.drain()).containsExactly(2, 3, 4);
    assertThat(ring.drain()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("rings")
  void releasesNoMoreThanItHasRead(Ring ring) {
    ring.offer(1, 8);
    ring.offer(2, 8);
    assertThat(ring.drain(1)).containsExactly(1);
    assertThat(ring.reader.release(5)).isOne();
    assertThat(ring.reader.release(5)).isZero();
    assertThat(ring.drain()).containsExactly(2);
  }

  @ParameterizedTest
  @MethodSource("rings")
  void reportsAnotherWriterOnlyWhenNothingIsRetained(Ring ring) {
    ring.offer(1, 8);
    ring.offer(2, 8);
    assertThat(ring.drain(1)).containsExactly(1);
    assertThat(ring.anotherWriter.get().isConnected()).isFalse();

    assertThat(ring.drain()).as("what the old writer has left").containsExactly(2);
    assertThat(ring.reader.poll(RingFixture::check)).isZero();
    ring.reader.rewind();
    assertThat(ring.drain()).as("still there").containsExactly(1, 2);
    assertThat(ring.reader.release(2)).isEqualTo(2);
    assertThat(ring.reader.poll(RingFixture::check)).isEqualTo(Answer.PEER_RESTARTED);
  }

  @Test
  void stopsReleasingWhereTheWriterHasSpoiledARecord() {
    RingFixture ring = RingFixture.of(CAPACITY);
    ring.reader.retain();
    ring.offer(1, 8);
    ring.offer(2, 8);
    assertThat(ring.drain()).hasSize(2);
    ring.setHeader(16, 1, CAPACITY);

    assertThat(ring.reader.release(2)).isOne();
    assertThat(ring.reader.poll(RingFixture::check)).isEqualTo(Answer.PEER_BROKEN);
    assertThat(ring.reader.breach()).contains(Breach.RECORD_LENGTH);
  }

  @ParameterizedTest
  @MethodSource("rings")
  void behavesLikeAQueueWithAMark(Ring ring) {
    Random random = new Random(11);
    Deque<Message> retained = new ArrayDeque<>();
    Deque<Message> waiting = new ArrayDeque<>();
    int type = 0;
    for (int step = 0; step < 20_000; step++) {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> {
          int length = random.nextInt(ring.writer.maxMessageLength() + 1);
          if (ring.offer(type % 1000 + 1, length) == Answer.OK) {
            waiting.add(new Message(type % 1000 + 1, length));
            type++;
          }
        }
        case 3, 4, 5 -> {
          int limit = 1 + random.nextInt(4);
          ring.reader.drain(
              (t, data, at, n) -> {
                Message message = RingFixture.check(t, data, at, n);
                assertThat(message).isEqualTo(waiting.remove());
                retained.add(message);
              },
              limit);
        }
        case 6 -> {
          int count = random.nextInt(retained.size() + 2);
          long released = ring.reader.release(count);
          assertThat(released).isEqualTo(Math.min(count, retained.size()));
          for (int i = 0; i < released; i++) {
            retained.remove();
          }
        }
        default -> {
          ring.reader.rewind();
          while (!retained.isEmpty()) {
            waiting.addFirst(retained.removeLast());
          }
        }
      }
    }
    assertThat(type).isGreaterThan(1000);
  }
}
