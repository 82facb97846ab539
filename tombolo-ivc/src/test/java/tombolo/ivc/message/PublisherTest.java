// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.message;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tombolo.ivc.IvcFixture.refusal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.IvcFixture;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Grant;
import tombolo.ring.Answer;
import tombolo.ring.MessageHandler;
import tombolo.ring.Waiting;
import tombolo.testing.Allocations;

@DisplayName("A publisher and its subscriber")
@Timeout(60)
final class PublisherTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration NOT_AT_ALL = Duration.ZERO;
  private static final int CAPACITY = 4096;

  private final IvcFixture ivc =
      new IvcFixture(
          Grant.Publish.of(1, 7, Publisher.channelSize(Publisher.DEFAULT_CAPACITY, 1), "prices"),
          Grant.Subscribe.of(2, 1, 7, true),
          Grant.Subscribe.of(3, 1, 7, true),
          Grant.Subscribe.of(4, 1, 7, false));
  private HostEndpoint alice = ivc.host(1);
  private HostEndpoint bob = ivc.host(2);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> got = new ArrayList<>();
  private final MessageHandler read =
      (type, data, at, length) ->
          got.add(
              type
                  + " "
                  + new String(
                      data.asSlice(at, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8));

  @AfterEach
  void close() {
    threads.shutdownNow();
    ivc.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Publisher publisher() {
    return Publisher.open(alice, "prices", CAPACITY, 1, Waiting.SPIN_THEN_BELL);
  }

  private Subscriber subscriber() throws InterruptedException {
    return Subscriber.open(bob, "prices", LONG);
  }

  /** Publisher and subscriber that know of each other. */
  private static void connect(Publisher publisher, Subscriber subscriber, MessageHandler read)
      throws InterruptedException {
    assertThat(subscriber.poll(read)).isZero();
    assertThat(publisher.send(9, bytes("first"), NOT_AT_ALL)).isEqualTo(Answer.OK);
    assertThat(subscriber.receive((_, _, _, _) -> {}, 1, LONG)).isOne();
  }

  private <T> Future<T> later(Callable<T> work) {
    return threads.submit(work);
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.get(LONG.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void talkByName() throws Exception {
    try (Publisher publisher = publisher();
        Subscriber subscriber = subscriber()) {
      Future<Integer> sent =
          later(
              () ->
                  publisher.send(1, bytes("EUR 1.08"), LONG)
                      + publisher.send(2, bytes("CHF 0.93"), LONG));
      while (got.size() < 2) {
        assertThat(subscriber.receive(read, 10, LONG)).isPositive();
      }
      assertThat(get(sent)).isEqualTo(Answer.OK);
      assertThat(got).containsExactly("1 EUR 1.08", "2 CHF 0.93");
    }
  }

  @Test
  void waitForEachOtherInEitherOrder() throws Exception {
    Future<Subscriber> early = later(this::subscriber);
    try (Publisher publisher = publisher();
        Subscriber subscriber = get(early)) {
      connect(publisher, subscriber, read);
    }
  }

  @Test
  void doNotFindAChannelThatIsNotThereInTime() {
    assertThat(refusal(() -> Subscriber.open(bob, "prices", Duration.ofMillis(1))))
        .isEqualTo(Status.NO_SUCH_CHANNEL);
    assertThat(refusal(() -> Subscriber.open(bob, "secrets", LONG))).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> Publisher.open(bob, "prices"))).isEqualTo(Status.NOT_GRANTED);
  }

  @Test
  void needASectionThatTheSubscriberCanWrite() {
    try (Publisher _ = publisher()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> Subscriber.open(ivc.host(4), "prices", LONG));
    }
    assertThat(ivc.directory.snapshot().channels()).as("the channel is left again").isEmpty();
  }

  @Test
  void areOneSubscriberAtATime() throws InterruptedException {
    try (Publisher _ = publisher();
        Subscriber _ = subscriber()) {
      assertThat(refusal(() -> Subscriber.open(ivc.host(3), "prices", LONG)))
          .isEqualTo(Status.NO_SECTION);
    }
  }

  @Test
  void doNotSendWhereNobodyReads() throws InterruptedException {
    try (Publisher publisher = publisher()) {
      assertThat(publisher.send(1, bytes("x"), NOT_AT_ALL)).isEqualTo(Answer.NOT_CONNECTED);
      assertThat(publisher.send(1, bytes("x"), Duration.ofMillis(1)))
          .isEqualTo(Answer.NOT_CONNECTED);
      assertThat(publisher.claim(1, 1, NOT_AT_ALL)).isEqualTo(Answer.NOT_CONNECTED);
      assertThat(publisher.isConnected()).isFalse();
    }
  }

  @Test
  void writeInPlace() throws InterruptedException {
    try (Publisher publisher = publisher();
        Subscriber subscriber = subscriber()) {
      connect(publisher, subscriber, read);
      int at = publisher.claim(3, 2, NOT_AT_ALL);
      publisher.data().set(JAVA_BYTE, at, (byte) 'h');
      publisher.data().set(JAVA_BYTE, at + 1L, (byte) 'i');
      assertThat(subscriber.poll(read)).isZero();
      publisher.commit();
      assertThat(publisher.claim(3, 2, NOT_AT_ALL)).isPositive();
      publisher.abort();
      assertThat(subscriber.receive(read, 10, NOT_AT_ALL)).isOne();
      assertThat(got).containsExactly("3 hi");
    }
  }

  @Test
  void pressBackAndGoOn() throws Exception {
    try (Publisher publisher = publisher();
        Subscriber subscriber = subscriber()) {
      connect(publisher, subscriber, read);
      MemorySegment large = MemorySegment.ofArray(new byte[publisher.maxMessageLength()]);
      assertThat(publisher.send(1, large, NOT_AT_ALL)).isEqualTo(Answer.OK);
      assertThat(publisher.send(1, large, NOT_AT_ALL)).isEqualTo(Answer.BACK_PRESSURED);
      assertThat(publisher.send(1, large, Duration.ofMillis(1))).isEqualTo(Answer.BACK_PRESSURED);

      Future<Integer> waits = later(() -> publisher.send(2, large, LONG));
      assertThat(subscriber.receive((_, _, _, _) -> {}, 1, LONG)).isOne();
      assertThat(get(waits)).isEqualTo(Answer.OK);
      assertThatThrownBy(
              () -> publisher.send(1, new byte[publisher.maxMessageLength() + 1], NOT_AT_ALL))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a message of 2041 bytes; this ring takes 0 to 2040");
    }
  }

  @Test
  void sayOnceThatTheSubscriberHasLeft() throws Exception {
    try (Publisher publisher = publisher()) {
      try (Subscriber subscriber = subscriber()) {
        connect(publisher, subscriber, read);
      }
      assertThat(publisher.send(1, bytes("x"), LONG)).isEqualTo(Answer.PEER_GONE);
      assertThat(publisher.send(1, bytes("x"), NOT_AT_ALL)).isEqualTo(Answer.NOT_CONNECTED);

      try (Subscriber next = Subscriber.open(ivc.host(3), "prices", LONG)) {
        Future<Integer> count = later(() -> next.receive(read, 1, LONG));
        assertThat(publisher.send(1, bytes("x"), LONG)).isEqualTo(Answer.PEER_RESTARTED);
        assertThat(publisher.send(1, bytes("y"), LONG)).isEqualTo(Answer.OK);
        assertThat(get(count)).isOne();
        assertThat(got).containsExactly("1 y");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Waiting.class,
      names = {"BELL", "SPIN_THEN_BELL"})
  void wakeWhoWaitsForADeadSubscriber(Waiting how) throws Exception {
    try (Publisher publisher = Publisher.open(alice, "prices", CAPACITY, 1, how)) {
      Subscriber subscriber = Subscriber.open(bob, "prices", LONG, how);
      connect(publisher, subscriber, read);
      MemorySegment large = MemorySegment.ofArray(new byte[publisher.maxMessageLength()]);
      assertThat(publisher.send(1, large, NOT_AT_ALL)).isEqualTo(Answer.OK);
      Future<Integer> waits = later(() -> publisher.send(2, large, LONG));
      bob.close();
      assertThat(get(waits)).isEqualTo(Answer.PEER_GONE);
    }
  }

  @Test
  void readWhatADeadPublisherHadSentAndThenItsSuccessor() throws Exception {
    Publisher publisher = publisher();
    try (Subscriber subscriber = subscriber()) {
      connect(publisher, subscriber, read);
      assertThat(publisher.send(1, bytes("last"), NOT_AT_ALL)).isEqualTo(Answer.OK);
      alice.close();

      assertThat(subscriber.receive(read, 10, LONG)).isOne();
      assertThat(subscriber.receive(read, 10, LONG)).isEqualTo(Answer.PEER_GONE);
      assertThat(subscriber.receive(read, 10, NOT_AT_ALL)).isZero();
      assertThat(subscriber.receive(read, 10, Duration.ofMillis(1))).isZero();

      Future<Integer> waits = later(() -> subscriber.receive(read, 10, LONG));
      alice = ivc.host(1);
      try (Publisher next = publisher()) {
        assertThat(get(waits)).isEqualTo(Answer.PEER_RESTARTED);
        connect(next, subscriber, read);
        assertThat(got).containsExactly("1 last");
      }
    }
  }

  @Test
  void wakeWhoWaitsForADeadPublisher() throws Exception {
    Publisher publisher = publisher();
    try (Subscriber subscriber = subscriber()) {
      connect(publisher, subscriber, read);
      Future<Integer> waits = later(() -> subscriber.receive(read, 10, LONG));
      alice.close();
      assertThat(get(waits)).isEqualTo(Answer.PEER_GONE);
    }
  }

  @Test
  void findASuccessorThatCameBeforeTheyLooked() throws Exception {
    Publisher publisher = publisher();
    try (Subscriber subscriber = subscriber()) {
      connect(publisher, subscriber, read);
      publisher.close();
      try (Publisher next = publisher()) {
        assertThat(subscriber.receive(read, 10, NOT_AT_ALL)).isEqualTo(Answer.PEER_RESTARTED);
        connect(next, subscriber, read);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Waiting.class)
  void loseNoMessageAndNoWakeUp(Waiting how) throws Exception {
    int messages = how == Waiting.BELL ? 20_000 : 100_000;
    try (Publisher publisher = Publisher.open(alice, "prices", 256, 1, how);
        Subscriber subscriber = Subscriber.open(bob, "prices", LONG, how)) {
      Future<Integer> sent =
          later(
              () -> {
                byte[] message = new byte[40];
                for (int i = 1; i <= messages; i++) {
                  int answer = publisher.send(i, message, LONG);
                  if (answer != Answer.OK) {
                    return answer;
                  }
                }
                return Answer.OK;
              });
      int[] last = {0};
      while (last[0] < messages) {
        int count =
            subscriber.receive((type, _, _, _) -> last[0] += type == last[0] + 1 ? 1 : 0, 3, LONG);
        assertThat(count).isPositive();
      }
      assertThat(get(sent)).isEqualTo(Answer.OK);
    }
  }

  @Tag(Allocations.OWN_JVM)
  @Test
  void allocateNothingForAMessage() throws Exception {
    MemorySegment message = MemorySegment.ofArray(new byte[100]);
    long[] sum = {0};
    MessageHandler handler = (_, _, _, length) -> sum[0] += length;
    try (Publisher publisher = publisher();
        Subscriber subscriber = subscriber()) {
      connect(publisher, subscriber, read);
      long allocated =
          Allocations.whenWarm(
              4_000,
              () -> {
                sum[0] = 0;
                for (int i = 0; i < 200_000; i++) {
                  publisher.send(1, message, LONG);
                  subscriber.receive(handler, 10, LONG);
                }
              });
      assertThat(sum[0]).isEqualTo(200_000L * 100);
      assertThat(allocated).isBetween(0L, 4_000L);
    }
  }

  @Test
  void giveUpAPeerThatBreaksTheRing() throws InterruptedException {
    try (Publisher publisher = publisher();
        Subscriber subscriber = subscriber()) {
      connect(publisher, subscriber, read);
      MemorySegment position = subscriber.channel().output().asSlice(0x80, 8);
      position.set(ValueLayout.JAVA_LONG, 0, -1);
      int answer = Answer.OK;
      while (answer == Answer.OK) {
        answer = publisher.send(1, bytes("x"), NOT_AT_ALL);
      }
      assertThat(answer).isEqualTo(Answer.PEER_BROKEN);
      assertThat(publisher.send(1, bytes("x"), LONG)).isEqualTo(Answer.PEER_BROKEN);

      MemorySegment record = publisher.channel().output().asSlice(0x100 + 16, 8);
      record.set(ValueLayout.JAVA_LONG, 0, -2);
      assertThat(subscriber.receive(read, 10, LONG)).isEqualTo(Answer.PEER_BROKEN);
      assertThat(subscriber.receive(read, 10, LONG)).isEqualTo(Answer.PEER_BROKEN);
    }
  }

  @Test
  void areOfNoUseOnceTheyAreClosed() throws InterruptedException {
    Publisher publisher = publisher();
    Subscriber subscriber = subscriber();
    connect(publisher, subscriber, read);
    publisher.close();
    publisher.close();
    subscriber.close();
    subscriber.close();
    assertThatIllegalStateException().isThrownBy(() -> publisher.send(1, bytes("x"), NOT_AT_ALL));
    assertThatIllegalStateException().isThrownBy(() -> subscriber.poll(read));
  }
}
