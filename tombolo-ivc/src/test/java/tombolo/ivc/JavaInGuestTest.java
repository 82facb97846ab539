// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.guest.Device;
import tombolo.guest.GuestChannel;
import tombolo.guest.GuestEndpoint;
import tombolo.guest.RefusedException;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.message.Publisher;
import tombolo.ivc.message.Subscriber;
import tombolo.ring.Answer;
import tombolo.ring.MessageHandler;
import tombolo.ring.Waiting;
import tombolo.ring.channel.ChannelSubscriber;

/**
 * VM 1 and VM 3 run Java that uses {@code tombolo.guest}, on their IVC devices. Endpoint 2 is Java
 * on the host.
 */
@DisplayName("Java inside a guest")
@Timeout(60)
final class JavaInGuestTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration NOT_AT_ALL = Duration.ZERO;
  private static final int CAPACITY = 4096;
  private static final int MESSAGES = 20_000;
  private static final MessageHandler IGNORE = (_, _, _, _) -> {};

  private final IvcFixture ivc =
      new IvcFixture(
          Grant.Publish.of(1, 7, 4 * Publisher.channelSize(CAPACITY, 3), "up"),
          Grant.Subscribe.of(2, 1, 7, true),
          Grant.Subscribe.of(3, 1, 7, true),
          Grant.Publish.of(2, 7, Publisher.channelSize(CAPACITY, 3), "down"),
          Grant.Subscribe.of(1, 2, 7, true),
          Grant.Subscribe.of(3, 2, 7, true),
          Grant.Publish.of(2, 8, 8192, "raw"),
          Grant.Subscribe.of(1, 2, 8, true),
          Grant.Publish.of(2, 9, 8192, "read"),
          Grant.Subscribe.of(1, 2, 9, false));
  private final VmEndpoint vm = ivc.vm(1);
  private final BoardDevice device = new BoardDevice(vm);
  private final VmEndpoint thirdVm = ivc.vm(3);
  private final HostEndpoint host = ivc.host(2);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private GuestEndpoint guest = open(device);

  @AfterEach
  void close() {
    threads.shutdownNow();
    guest.close();
    ivc.close();
  }

  private static GuestEndpoint open(Device device) {
    try {
      return GuestEndpoint.open(device);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private tombolo.guest.Publisher guestPublisher() {
    return tombolo.guest.Publisher.open(guest, "up", CAPACITY);
  }

  private Publisher hostPublisher(int subscribers) {
    return Publisher.open(host, "down", CAPACITY, subscribers, Waiting.SPIN_THEN_BELL);
  }

  /** Reads that many numbers, each a message, and fails at any other answer. */
  private static List<Long> read(ChannelSubscriber subscriber, int messages)
      throws InterruptedException {
    List<Long> numbers = new ArrayList<>();
    while (numbers.size() < messages) {
      int count =
          subscriber.receive(
              (_, data, at, _) -> numbers.add(data.get(JAVA_LONG, at)),
              messages - numbers.size(),
              LONG);
      assertThat(count).as("answer after %s messages", numbers.size()).isPositive();
    }
    return numbers;
  }

  private static byte[] number(long number) {
    byte[] bytes = new byte[16];
    MemorySegment.ofArray(bytes).set(JAVA_LONG.withByteAlignment(1), 0, number);
    return bytes;
  }

  private static List<Long> numbers() {
    return LongStream.range(0, MESSAGES).boxed().toList();
  }

  @Test
  void sendsMessagesToJavaOnTheHost() throws Exception {
    try (tombolo.guest.Publisher publisher = guestPublisher()) {
      Subscriber subscriber = Subscriber.open(host, "up", LONG);
      Future<List<Long>> read = threads.submit(() -> read(subscriber, MESSAGES));
      for (int i = 0; i < MESSAGES; i++) {
        assertThat(publisher.send(1, number(i), LONG)).isEqualTo(Answer.OK);
      }
      assertThat(read.get()).isEqualTo(numbers());
    }
  }

  @Test
  void receivesMessagesOfJavaOnTheHost() throws Exception {
    try (Publisher publisher = hostPublisher(1);
        tombolo.guest.Subscriber subscriber = tombolo.guest.Subscriber.open(guest, "down", LONG)) {
      Future<List<Long>> read = threads.submit(() -> read(subscriber, MESSAGES));
      for (int i = 0; i < MESSAGES; i++) {
        assertThat(publisher.send(1, number(i), LONG)).isEqualTo(Answer.OK);
      }
      assertThat(read.get()).isEqualTo(numbers());
    }
  }

  @Test
  void sendsToAnotherVmThroughABroadcastRing() throws Exception {
    try (GuestEndpoint third = GuestEndpoint.open(new BoardDevice(thirdVm));
        tombolo.guest.Publisher publisher =
            tombolo.guest.Publisher.open(guest, "up", CAPACITY, 2, Waiting.SPIN_THEN_BELL);
        Subscriber onHost = Subscriber.open(host, "up", LONG);
        tombolo.guest.Subscriber inGuest = tombolo.guest.Subscriber.open(third, "up", LONG)) {
      Future<List<Long>> hosts = threads.submit(() -> read(onHost, MESSAGES));
      Future<List<Long>> guests = threads.submit(() -> read(inGuest, MESSAGES));
      for (int i = 0; i < MESSAGES; i++) {
        assertThat(publisher.send(1, number(i), LONG)).isEqualTo(Answer.OK);
      }
      assertThat(hosts.get()).isEqualTo(numbers());
      assertThat(guests.get()).isEqualTo(numbers());
    }
  }

  @Test
  void missesMessagesIfItIsLossy() throws Exception {
    try (Publisher publisher = hostPublisher(2);
        tombolo.guest.Subscriber subscriber =
            tombolo.guest.Subscriber.open(guest, "down", LONG, Waiting.SPIN_THEN_BELL, true)) {
      assertThat(publisher.send(1, number(0), NOT_AT_ALL)).isEqualTo(Answer.OK);
      assertThat(read(subscriber, 1)).containsExactly(0L);
      for (int i = 1; i <= 1000; i++) {
        assertThat(publisher.send(1, number(i), NOT_AT_ALL)).isEqualTo(Answer.OK);
      }
      assertThat(subscriber.poll(IGNORE)).isEqualTo(Answer.LOST);
      long next = read(subscriber, 1).getFirst();
      assertThat(subscriber.lost()).isPositive().isEqualTo(next - 1);
    }
  }

  @Test
  void subscribesAsSoonAsTheChannelIsPublished() throws Exception {
    Future<tombolo.guest.Subscriber> opened =
        threads.submit(() -> tombolo.guest.Subscriber.open(guest, "down", LONG));
    device.awaitSleeper();
    try (Publisher publisher = hostPublisher(1)) {
      tombolo.guest.Subscriber subscriber = opened.get();
      Future<List<Long>> read = threads.submit(() -> read(subscriber, 1));
      assertThat(publisher.send(1, number(5), LONG)).isEqualTo(Answer.OK);
      assertThat(read.get()).containsExactly(5L);
    }
  }

  @Test
  void hearsThatThePublisherHasGoneAndIsBack() throws Exception {
    Publisher first = hostPublisher(1);
    try (tombolo.guest.Subscriber subscriber = tombolo.guest.Subscriber.open(guest, "down", LONG)) {
      assertThat(first.send(1, number(1), LONG)).isEqualTo(Answer.OK);
      first.close();
      assertThat(read(subscriber, 1)).containsExactly(1L);
      assertThat(subscriber.receive(IGNORE, 1, LONG)).isEqualTo(Answer.PEER_GONE);
      assertThat(subscriber.poll(IGNORE)).isZero();
      Future<Integer> next = threads.submit(() -> subscriber.receive(IGNORE, 1, LONG));
      device.awaitSleeper();
      try (Publisher second = hostPublisher(1)) {
        assertThat(next.get()).isEqualTo(Answer.PEER_RESTARTED);
        Future<List<Long>> read = threads.submit(() -> read(subscriber, 1));
        assertThat(second.send(1, number(2), LONG)).isEqualTo(Answer.OK);
        assertThat(read.get()).containsExactly(2L);
      }
    }
  }

  @Test
  void hearsThatTheSubscriberHasDiedWhileItWaitsForRoom() throws Exception {
    try (tombolo.guest.Publisher publisher = guestPublisher()) {
      Subscriber subscriber = Subscriber.open(host, "up", LONG);
      while (publisher.send(1, number(0), NOT_AT_ALL) == Answer.OK) {
        // until it is full
      }
      Future<Integer> sent = threads.submit(() -> publisher.send(1, number(0), LONG));
      device.awaitSleeper();
      subscriber.close();
      assertThat(sent.get()).isEqualTo(Answer.PEER_GONE);
      assertThat(publisher.send(1, number(0), NOT_AT_ALL)).isEqualTo(Answer.NOT_CONNECTED);
    }
  }

  @Test
  void leavesItsChannelsWhenTheProcessEnds() throws Exception {
    tombolo.guest.Publisher publisher = guestPublisher();
    Subscriber subscriber = Subscriber.open(host, "up", LONG);
    assertThat(publisher.send(1, number(1), LONG)).isEqualTo(Answer.OK);

    device.close(); // as the kernel does, whatever the process has not done

    assertThat(read(subscriber, 1)).containsExactly(1L);
    assertThat(subscriber.receive(IGNORE, 1, LONG)).isEqualTo(Answer.PEER_GONE);
    GuestEndpoint next = open(new BoardDevice(vm));
    try (tombolo.guest.Publisher second = tombolo.guest.Publisher.open(next, "up", CAPACITY)) {
      assertThat(subscriber.receive(IGNORE, 1, LONG)).isEqualTo(Answer.PEER_RESTARTED);
      assertThat(second.send(1, number(2), LONG)).isEqualTo(Answer.OK);
      assertThat(read(subscriber, 1)).containsExactly(2L);
    }
    next.close();
  }

  @Test
  void sharesTheMemoryOfARawChannel() throws Exception {
    HostChannel published = host.publish("raw", Shape.raw(8192));
    GuestChannel joined = guest.subscribe("raw");
    published.memory().set(JAVA_LONG, 64, 42);
    assertThat(joined.memory().byteSize()).isEqualTo(8192);
    assertThat(joined.memory().get(JAVA_LONG, 64)).isEqualTo(42);
    joined.output().set(JAVA_LONG, 72, 43);
    assertThat(published.memory().get(JAVA_LONG, 72)).isEqualTo(43);
    assertThat(joined.isLive()).isTrue();
    published.close();
    assertThat(joined.isLive()).isFalse();
    assertThat(joined.memory().get(JAVA_LONG, 64)).as("stays until it is left").isEqualTo(42);
  }

  @Test
  void readsWhatItMayOnlyRead() {
    HostChannel _ = host.publish("read", Shape.raw(8192));
    GuestChannel joined = guest.subscribe("read");
    assertThat(joined.memory().isReadOnly()).isTrue();
    assertThatIllegalStateException().isThrownBy(joined::output).withMessageContaining("read-only");
  }

  @Test
  void eachThreadIsWokenByItsOwnDoorbell() throws Exception {
    HostChannel first = host.publish("raw", Shape.raw(8192));
    HostChannel second = host.publish("read", Shape.raw(8192));
    GuestChannel one = guest.subscribe("raw");
    GuestChannel other = guest.subscribe("read");
    Future<Boolean> ofOne = threads.submit(() -> one.awaitDoorbell(LONG));
    Future<Boolean> ofOther = threads.submit(() -> other.awaitDoorbell(LONG));
    device.awaitSleeper();
    second.ring();
    assertThat(ofOther.get()).isTrue();
    assertThat(ofOne.isDone()).isFalse();
    first.ring();
    assertThat(ofOne.get()).isTrue();
    assertThat(one.takeDoorbell()).as("it is taken").isFalse();
    assertThat(one.awaitDoorbell(NOT_AT_ALL)).isFalse();
    one.ring();
    assertThat(first.awaitDoorbell(LONG)).isTrue();
  }

  @Test
  void oneOfTwoThreadsThatWaitForTheSameDoorbellGetsIt() throws Exception {
    HostChannel published = host.publish("raw", Shape.raw(8192));
    GuestChannel joined = guest.subscribe("raw");
    Future<Boolean> one = threads.submit(() -> joined.awaitDoorbell(LONG));
    Future<Boolean> other = threads.submit(() -> joined.awaitDoorbell(LONG));
    device.awaitSleeper();
    published.ring();
    while (!one.isDone() && !other.isDone()) {
      Thread.onSpinWait();
    }
    device.awaitSleeper(); // the other one looks again
    assertThat(one.isDone() && other.isDone()).as("both have it").isFalse();
    published.ring();
    assertThat(one.get()).isTrue();
    assertThat(other.get()).isTrue();
  }

  @Test
  void aThreadAboutToSleepIsToldWhatAnotherHasTakenForIt() throws Exception {
    HostChannel published = host.publish("raw", Shape.raw(8192));
    HostChannel _ = host.publish("read", Shape.raw(8192));
    GuestChannel joined = guest.subscribe("raw");
    GuestChannel other = guest.subscribe("read");
    device.waitsForEver();
    device.beforeNextSleep(
        () -> {
          published.ring();
          assertThat(other.takeDoorbell()).as("takes all, and has none").isFalse();
        });
    assertThat(joined.awaitDoorbell(LONG)).isTrue();
  }

  @Test
  void anEndlessWaitIsNoMistake() throws Exception {
    HostChannel published = host.publish("raw", Shape.raw(8192));
    GuestChannel joined = guest.subscribe("raw", ChronoUnit.FOREVER.getDuration());
    Future<Boolean> waits =
        threads.submit(() -> joined.awaitDoorbell(ChronoUnit.FOREVER.getDuration()));
    device.awaitSleeper();
    published.ring();
    assertThat(waits.get()).isTrue();
  }

  @Test
  void aChannelThatIsNoRingsIsRefusedAndLeft() {
    HostChannel _ = host.publish("raw", Shape.raw(8192));
    assertThatIllegalStateException()
        .isThrownBy(() -> tombolo.guest.Subscriber.open(guest, "raw", LONG))
        .withMessageContaining("no place for a ring");
    assertThat(vm.membership.all()).isEmpty();
    GuestChannel joined = guest.subscribe("raw");
    assertThatThrownBy(() -> joined.section(0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> guest.publish("", 4096)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keepsADoorbellThatRingsWhileNobodyWaits() throws Exception {
    HostChannel published = host.publish("raw", Shape.raw(8192));
    GuestChannel joined = guest.subscribe("raw");
    HostChannel unrelated = host.publish("read", Shape.raw(8192));
    GuestChannel other = guest.subscribe("read");
    published.ring();
    unrelated.ring();
    assertThat(other.awaitDoorbell(LONG)).isTrue();
    assertThat(joined.takeDoorbell()).isTrue();
  }

  @Test
  void saysWhatIsRefusedAndWhy() {
    assertThatThrownBy(() -> guest.publish("down", 4096))
        .isInstanceOf(RefusedException.class)
        .hasMessage("publish down: not granted");
    assertThatThrownBy(() -> guest.subscribe("down"))
        .isInstanceOf(RefusedException.class)
        .hasMessage("subscribe to down: no such channel");
    assertThatThrownBy(() -> guest.publish("x".repeat(1000), 4096))
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("bad name");
    assertThatThrownBy(() -> guest.subscribe("down", Duration.ofMillis(1)))
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("no such channel");
  }

  @Test
  void namesEveryStatusAsTheHostDoes() {
    List<String> words =
        Stream.of(tombolo.guest.Status.values()).map(tombolo.guest.Status::words).toList();
    for (Status status : Status.values()) {
      assertThat(words.get(status.code())).isEqualTo(status.words());
    }
  }

  @Test
  void memoryIsNoLongerUsedAfterTheChannelIsLeft() {
    HostChannel _ = host.publish("raw", Shape.raw(8192));
    GuestChannel joined = guest.subscribe("raw");
    MemorySegment memory = joined.memory();
    joined.close();
    joined.close();
    assertThatIllegalStateException().isThrownBy(() -> memory.get(JAVA_LONG, 0));
    guest.subscribe("raw").close();
  }

  @Test
  void aThreadThatWaitsLearnsThatTheChannelIsLeft() throws Exception {
    HostChannel _ = host.publish("raw", Shape.raw(8192));
    GuestChannel joined = guest.subscribe("raw");
    Future<Boolean> waits = threads.submit(() -> joined.awaitDoorbell(LONG));
    device.awaitSleeper();
    joined.close();
    assertThatThrownBy(waits::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("left: subscriber of raw");
  }

  @Test
  void aThreadThatWaitsLearnsThatTheEndpointIsClosed() throws Exception {
    Future<?> waits = threads.submit(() -> guest.subscribe("down", LONG));
    device.awaitSleeper();
    guest.close();
    assertThatThrownBy(waits::get).hasCauseInstanceOf(IllegalStateException.class);
    assertThat(vm.membership.all()).isEmpty();
  }

  @Test
  void aThreadThatWaitsCanBeInterrupted() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    Thread waits =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    guest.subscribe("down", LONG);
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                });
    device.awaitSleeper();
    waits.interrupt();
    interrupted.await();
    waits.join();
  }

  @Test
  void noPublicationIsMissedWhenTheQueueOfEventsOverflows() throws Exception {
    Future<GuestChannel> waits = threads.submit(() -> guest.subscribe("down", LONG));
    device.awaitSleeper();
    GuestChannel _ = guest.publish("up", 4096, 1, 4096);
    for (int i = 0; i < 300; i++) {
      host.subscribe("up").close(); // two events each
    }
    HostChannel _ = host.publish("down", Shape.sectioned(4096, 1, 4096));
    assertThat(waits.get().isLive()).isTrue();
  }
}
