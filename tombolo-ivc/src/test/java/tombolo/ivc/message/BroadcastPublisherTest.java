// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static tombolo.ivc.IvcFixture.refusal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.IvcFixture;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Grant;
import tombolo.ring.Answer;
import tombolo.ring.RingSnapshot;
import tombolo.ring.Waiting;

@DisplayName("A publisher of several subscribers")
@Timeout(60)
final class BroadcastPublisherTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration NOT_AT_ALL = Duration.ZERO;
  private static final int CAPACITY = 1024;
  private static final MemorySegment MESSAGE = MemorySegment.ofArray(new byte[48]);

  private final IvcFixture ivc =
      new IvcFixture(
          Grant.Publish.of(1, 7, Publisher.channelSize(CAPACITY, 3), "prices"),
          Grant.Subscribe.of(2, 1, 7, true),
          Grant.Subscribe.of(3, 1, 7, true),
          Grant.Subscribe.of(4, 1, 7, true),
          Grant.Subscribe.of(5, 1, 7, true));
  private final HostEndpoint alice = ivc.host(1);
  private final HostEndpoint bob = ivc.host(2);
  private final HostEndpoint carol = ivc.host(3);
  private final HostEndpoint dave = ivc.host(4);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    threads.shutdownNow();
    ivc.close();
  }

  private Publisher publisher() {
    return Publisher.open(alice, "prices", CAPACITY, 3, Waiting.SPIN_THEN_BELL);
  }

  private static Subscriber subscriber(HostEndpoint endpoint) throws InterruptedException {
    return Subscriber.open(endpoint, "prices", LONG);
  }

  private static List<Integer> types(Subscriber subscriber) throws InterruptedException {
    List<Integer> types = new ArrayList<>();
    while (subscriber.receive((type, _, _, _) -> types.add(type), 100, NOT_AT_ALL) > 0) {
      // until there is nothing more
    }
    return types;
  }

  private static int fill(Publisher publisher) throws InterruptedException {
    int sent = 0;
    while (publisher.send(sent + 1, MESSAGE, NOT_AT_ALL) == Answer.OK) {
      sent++;
    }
    return sent;
  }

  @Test
  void sendsToAllFromTheMomentTheyJoin() throws InterruptedException {
    try (Publisher publisher = publisher();
        Subscriber one = subscriber(bob)) {
      publisher.send(1, MESSAGE, LONG);
      try (Subscriber other = subscriber(carol)) {
        publisher.send(2, MESSAGE, LONG);
        assertThat(types(one)).containsExactly(1, 2);
        assertThat(types(other)).containsExactly(2);
      }
    }
  }

  @Test
  void isHeldBackByTheSlowest() throws InterruptedException {
    try (Publisher publisher = publisher();
        Subscriber fast = subscriber(bob);
        Subscriber slow = subscriber(carol)) {
      int sent = fill(publisher);
      assertThat(types(fast)).hasSize(sent);
      assertThat(publisher.send(99, MESSAGE, Duration.ofMillis(1)))
          .isEqualTo(Answer.BACK_PRESSURED);
      assertThat(types(slow)).hasSize(sent);
      assertThat(publisher.send(99, MESSAGE, NOT_AT_ALL)).isEqualTo(Answer.OK);
    }
  }

  @Test
  void doesNotWaitForTheDead() throws Exception {
    try (Publisher publisher = publisher();
        Subscriber fast = subscriber(bob)) {
      Subscriber doomed = subscriber(carol);
      publisher.send(1, MESSAGE, LONG);
      assertThat(types(doomed)).containsExactly(1);
      fill(publisher);
      types(fast);
      Future<Integer> waits = threads.submit(() -> publisher.send(99, MESSAGE, LONG));
      carol.close();
      assertThat(waits.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Answer.OK);
      assertThat(types(fast)).containsExactly(99);
    }
  }

  @Test
  void doesNotWaitForWhoMayLose() throws InterruptedException {
    try (Publisher publisher = publisher();
        Subscriber fast = subscriber(bob);
        Subscriber lossy = Subscriber.openLossy(dave, "prices", LONG, Waiting.SPIN_THEN_BELL)) {
      publisher.send(1, MESSAGE, LONG);
      assertThat(types(lossy)).containsExactly(1);
      int last = 1;
      for (; last < 100; last++) {
        assertThat(publisher.send(last + 1, MESSAGE, LONG)).isEqualTo(Answer.OK);
        assertThat(types(fast)).isNotEmpty();
      }

      assertThat(lossy.receive((_, _, _, _) -> {}, 1, NOT_AT_ALL)).isEqualTo(Answer.LOST);
      assertThat(types(lossy)).containsExactly(last);
      int sent = last;
      assertThat(lossy.lost()).isEqualTo(sent - 2);
      assertThat(fast.lost()).isZero();

      assertThat(ivc.directory.snapshot().channels().getFirst().ring())
          .isInstanceOfSatisfying(
              RingSnapshot.class,
              ring -> {
                assertThat(ring.broadcast()).isTrue();
                assertThat(ring.messages()).isEqualTo(sent);
                assertThat(ring.readers())
                    .containsExactly(
                        new RingSnapshot.Reader(0, 0, 0), new RingSnapshot.Reader(1, 0, sent - 2));
              });
    }
  }

  @Test
  void hasNoMoreSubscribersThanItSaid() throws InterruptedException {
    try (Publisher _ = publisher();
        Subscriber _ = subscriber(bob);
        Subscriber _ = subscriber(carol);
        Subscriber _ = subscriber(dave)) {
      HostEndpoint erin = ivc.host(5);
      assertThat(refusal(() -> subscriber(erin))).isEqualTo(Status.NO_SECTION);
    }
    for (int none : new int[] {0, 65}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Publisher.open(alice, "prices", CAPACITY, none, Waiting.SPIN));
    }
  }

  @Test
  void wakesAllWhoSleep() throws Exception {
    int messages = 5_000;
    try (Publisher publisher = Publisher.open(alice, "prices", CAPACITY, 3, Waiting.BELL)) {
      List<Future<Long>> sums = new ArrayList<>();
      List<Subscriber> subscribers = new ArrayList<>();
      for (HostEndpoint each : List.of(bob, carol)) {
        Subscriber subscriber = Subscriber.open(each, "prices", LONG, Waiting.BELL);
        subscribers.add(subscriber);
        sums.add(threads.submit(() -> sum(subscriber, messages)));
      }
      for (int type = 1; type <= messages; type++) {
        assertThat(publisher.send(type, MESSAGE, LONG)).isEqualTo(Answer.OK);
      }
      for (Future<Long> sum : sums) {
        assertThat(sum.get(LONG.toSeconds(), TimeUnit.SECONDS))
            .isEqualTo(messages * (messages + 1L) / 2);
      }
      subscribers.forEach(Subscriber::close);
    }
  }

  private static long sum(Subscriber subscriber, int messages) throws InterruptedException {
    long[] sum = {0};
    for (int got = 0; got < messages; ) {
      int count = subscriber.receive((type, _, _, _) -> sum[0] += type, 100, LONG);
      if (count <= 0) {
        return count;
      }
      got += count;
    }
    return sum[0];
  }
}
