// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.channel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ring.Answer;
import tombolo.ring.RingWriter;
import tombolo.ring.SpscRing;
import tombolo.ring.Waiting;

@DisplayName("A subscriber whose publisher comes and goes")
final class ChannelSubscriberTest {
  private static final int CAPACITY = 1024;

  /** What {@link Joining#joinNext} finds, in turn; empty: the publisher has gone again. */
  private final Deque<Optional<Place>> next = new ArrayDeque<>();

  private final List<Integer> got = new ArrayList<>();

  /** A channel for one subscriber, in memory that nobody can use once it is left. */
  private static final class Place implements RingPlace {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment writerPart =
        arena.allocate(ChannelRing.publisherSize(CAPACITY, 1), 4096);
    private final MemorySegment readerPart = arena.allocate(ChannelRing.SUBSCRIBER_SIZE, 4096);
    private final RingWriter writer = SpscRing.writer(writerPart, readerPart, CAPACITY);
    private boolean live = true;

    /** Sends a message as the publisher. */
    void send(int message) {
      MemorySegment bytes = MemorySegment.ofArray(new int[] {message});
      assertThat(writer.offer(1, bytes, 0, Integer.BYTES)).isEqualTo(Answer.OK);
    }

    @Override
    public int sections() {
      return 1;
    }

    @Override
    public int section() {
      return 1;
    }

    @Override
    public MemorySegment section(int number) {
      return number == 0 ? writerPart : readerPart;
    }

    @Override
    public MemorySegment output() {
      return readerPart;
    }

    @Override
    public boolean isOwned(int number) {
      return true;
    }

    @Override
    public boolean isLive() {
      return live;
    }

    @Override
    public int changes() {
      int generation = writerPart.get(JAVA_INT, 0); // as a guest's, it reads the memory
      return live ? generation : generation + 1;
    }

    @Override
    public void ring() {}

    @Override
    public void awaitDoorbellOrChange(int changes, long nanos) {}

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  private final class Joining extends ChannelSubscriber {
    private final Place first;

    Joining(Place first) {
      super(first, Waiting.SPIN_THEN_BELL, false);
      this.first = first;
    }

    @Override
    protected Optional<RingPlace> joinNext(long nanos) {
      Optional<Place> found = next.isEmpty() ? Optional.empty() : next.pop();
      if (first.arena.scope().isAlive()) {
        first.close();
      }
      return found.map(place -> place);
    }
  }

  private int poll(ChannelSubscriber subscriber) throws InterruptedException {
    return subscriber.receive(
        (_, data, at, _) -> got.add(data.get(JAVA_INT, at)), 10, Duration.ZERO);
  }

  @Test
  void doesNotUseTheChannelThatItHasLeftIfTheNextOneHasGoneAgain() throws Exception {
    Place first = new Place();
    Joining subscriber = new Joining(first);
    first.send(1);
    first.live = false;
    assertThat(poll(subscriber)).isEqualTo(1);

    assertThat(poll(subscriber)).isEqualTo(Answer.PEER_GONE);
    assertThat(poll(subscriber)).as("it is said once").isZero();

    Place second = new Place();
    next.add(Optional.of(second));
    assertThat(poll(subscriber)).isEqualTo(Answer.PEER_RESTARTED);
    second.send(2);
    assertThat(poll(subscriber)).isEqualTo(1);
    assertThat(got).containsExactly(1, 2);
    subscriber.close();
  }

  @Test
  void saysThatItHasRestartedIfItIsBackAlready() throws Exception {
    Place first = new Place();
    Joining subscriber = new Joining(first);
    first.live = false;
    next.add(Optional.of(new Place()));

    assertThat(poll(subscriber)).isEqualTo(Answer.PEER_RESTARTED);
    assertThat(poll(subscriber)).isZero();
    subscriber.close();
  }
}
