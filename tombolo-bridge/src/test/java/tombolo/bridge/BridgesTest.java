// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.HostChannel;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.message.Publisher;
import tombolo.ivc.message.Subscriber;
import tombolo.ring.Answer;
import tombolo.ring.SpscRing;
import tombolo.ring.Waiting;

@DisplayName("A bridge between two hosts")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BridgesTest {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int CAPACITY = 1 << 16;

  private static Publisher publisher(TwoHosts hosts) {
    return Publisher.open(hosts.east.vm, "news", CAPACITY, 1, Waiting.SPIN_THEN_BELL);
  }

  private static Subscriber subscriber(TwoHosts hosts) throws InterruptedException {
    return Subscriber.open(hosts.west.vm, "news", SOON);
  }

  private static byte[] message(long number, int length) {
    byte[] bytes = new byte[length];
    MemorySegment.ofArray(bytes).fill((byte) number).set(LONG, 0, number);
    return bytes;
  }

  /** Sends a message, however long it takes to be connected. */
  private static int send(Publisher publisher, long number, int length)
      throws InterruptedException {
    return publisher.send(1 + length, message(number, length), SOON);
  }

  /** Receives messages until there are so many, and checks each. */
  private static List<Long> receive(Subscriber subscriber, int count) throws InterruptedException {
    List<Long> numbers = new ArrayList<>();
    while (numbers.size() < count) {
      int answer =
          subscriber.receive(
              (type, data, at, length) -> {
                MemorySegment message = data.asSlice(at, length);
                long number = message.get(LONG, 0);
                assertThat(type).isEqualTo(1 + length);
                assertThat(message.mismatch(MemorySegment.ofArray(message(number, length))))
                    .isEqualTo(-1);
                numbers.add(number);
              },
              count - numbers.size(),
              SOON);
      assertThat(answer).as("after " + numbers.size()).isPositive();
    }
    return numbers;
  }

  @Test
  void carriesMessagesOfAllLengthsInOrder() throws Exception {
    try (TwoHosts hosts = new TwoHosts("68 KiB");
        Publisher publisher = publisher(hosts);
        Subscriber subscriber = subscriber(hosts)) {
      for (int number = 0; number < 1000; number++) {
        int length = 8 + number * number % 20_000;
        assertThat(send(publisher, number, length)).as("message %d", number).isEqualTo(Answer.OK);
        assertThat(receive(subscriber, 1)).containsExactly((long) number);
      }
      while (hosts.west.row().messages() < 1000) {
        Thread.onSpinWait(); // counted after the message is there
      }
      assertThat(hosts.west.row().messages()).isEqualTo(1000);
      assertThat(hosts.east.said).isEmpty();
      assertThat(hosts.west.said).isEmpty();
    }
  }

  @Test
  void holdsTheWriterBackAsASlowReaderDoes() throws Exception {
    try (TwoHosts hosts = new TwoHosts("68 KiB");
        Publisher publisher = publisher(hosts);
        Subscriber subscriber = subscriber(hosts)) {
      int sent = 0;
      assertThat(send(publisher, sent++, 1000)).isEqualTo(Answer.OK);
      while (publisher.send(1001, message(sent, 1000), Duration.ofMillis(500)) == Answer.OK) {
        sent++;
      }
      assertThat(sent).as("messages under way").isLessThan(20 * CAPACITY / 1000);
      assertThat(receive(subscriber, sent)).hasSize(sent).isSorted();
      assertThat(send(publisher, sent, 1000)).isEqualTo(Answer.OK);
      assertThat(receive(subscriber, 1)).containsExactly((long) sent);
    }
  }

  @Test
  void aWriterFindsNobodyUntilSomebodyReadsThere() throws Exception {
    try (TwoHosts hosts = new TwoHosts("68 KiB");
        Publisher publisher = publisher(hosts)) {
      assertThat(publisher.send(1, message(0, 8), Duration.ofMillis(300)))
          .isEqualTo(Answer.NOT_CONNECTED);
      try (Subscriber subscriber = subscriber(hosts)) {
        assertThat(send(publisher, 1, 8)).isEqualTo(Answer.OK);
        assertThat(receive(subscriber, 1)).containsExactly(1L);
      }
      int answer;
      do {
        answer = send(publisher, 2, 8); // until the news has come
      } while (answer == Answer.OK);
      assertThat(answer).isEqualTo(Answer.PEER_GONE);
    }
  }

  @Test
  void aReaderGetsWhatADeadWriterHasSentAndLearnsOfTheNextOne() throws Exception {
    try (TwoHosts hosts = new TwoHosts("68 KiB")) {
      Publisher first = publisher(hosts);
      try (Subscriber subscriber = subscriber(hosts)) {
        for (int number = 0; number < 100; number++) {
          assertThat(send(first, number, 100)).isEqualTo(Answer.OK);
        }
        first.close();
        assertThat(receive(subscriber, 100)).isSorted();
        assertThat(nextAnswer(subscriber)).isEqualTo(Answer.PEER_GONE);
        try (Publisher second = publisher(hosts)) {
          assertThat(nextAnswer(subscriber)).isEqualTo(Answer.PEER_RESTARTED);
          assertThat(send(second, 7, 100)).isEqualTo(Answer.OK);
          assertThat(receive(subscriber, 1)).containsExactly(7L);
        }
      }
    }
  }

  private static int nextAnswer(Subscriber subscriber) throws InterruptedException {
    long end = System.nanoTime() + SOON.toNanos();
    int answer = 0;
    while (answer == 0 && System.nanoTime() < end) {
      answer = subscriber.receive((_, _, _, _) -> {}, 1, Duration.ofSeconds(1));
    }
    return answer;
  }

  @Test
  void aHostThatStartsAgainIsSaidOnBothSides() throws Exception {
    try (TwoHosts hosts = new TwoHosts("68 KiB")) {
      Publisher publisher = publisher(hosts);
      Subscriber subscriber = subscriber(hosts);
      assertThat(send(publisher, 1, 8)).isEqualTo(Answer.OK);
      assertThat(receive(subscriber, 1)).containsExactly(1L);

      hosts.restartWest();
      subscriber = subscriber(hosts);
      int answer;
      do {
        answer = send(publisher, 2, 8);
      } while (answer == Answer.OK);
      assertThat(answer).isIn(Answer.PEER_GONE, Answer.PEER_RESTARTED);
      do {
        answer = send(publisher, 3, 8);
      } while (answer != Answer.OK);
      assertThat(receive(subscriber, 1)).containsExactly(3L);

      hosts.restartEast();
      assertThat(nextAnswer(subscriber)).isEqualTo(Answer.PEER_GONE);
      publisher = publisher(hosts);
      assertThat(nextAnswer(subscriber)).isEqualTo(Answer.PEER_RESTARTED);
      assertThat(send(publisher, 4, 8)).isEqualTo(Answer.OK);
      assertThat(receive(subscriber, 1)).containsExactly(4L);
    }
  }

  @Test
  void aPortThatIsInUseIsSaidOnceAndTheOthersGoOn() throws Exception {
    try (TwoHosts hosts = new TwoHosts("68 KiB");
        Publisher publisher = publisher(hosts);
        Subscriber subscriber = subscriber(hosts)) {
      assertThat(send(publisher, 1, 8)).isEqualTo(Answer.OK);
      assertThat(receive(subscriber, 1)).containsExactly(1L);
      try (TwoHosts.Host second = hosts.anotherWest()) {
        while (second.said.isEmpty()) {
          Thread.onSpinWait();
        }
        assertThat(second.said)
            .singleElement()
            .asString()
            .startsWith("channel.news: ")
            .contains("Address already in use")
            .endsWith("; trying again");
      }
      assertThat(send(publisher, 2, 8)).isEqualTo(Answer.OK);
      assertThat(receive(subscriber, 1)).containsExactly(2L);
    }
  }

  @Test
  void aStreamOfAStrangerIsRefusedAndCounted() throws Exception {
    try (TwoHosts hosts = new TwoHosts("68 KiB");
        Publisher publisher = publisher(hosts)) {
      hosts.restartWestWithEastAt("127.0.0.9:9");
      while (hosts.west.said.isEmpty()) {
        Thread.onSpinWait();
      }
      assertThat(hosts.west.said)
          .singleElement()
          .asString()
          .contains("channel.news: refused a stream of 127.0.0.1");
      assertThat(hosts.west.row().refused()).isPositive();
      assertThat(publisher.send(1, message(0, 8), Duration.ofMillis(300)))
          .isEqualTo(Answer.NOT_CONNECTED);
    }
  }

  @Test
  void whatIsNoRingIsSaidOnceAndNothingIsSentFromIt() throws Exception {
    try (TwoHosts hosts = new TwoHosts("68 KiB");
        HostChannel channel =
            hosts.east.vm.publish(
                "news", Shape.sectioned(CAPACITY + 256, 1, SpscRing.READER_PART_SIZE));
        Subscriber subscriber = subscriber(hosts)) {
      channel.output().set(ValueLayout.JAVA_LONG, 0, 0x2_57424d54L); // a writer of version 2
      channel.output().set(ValueLayout.JAVA_LONG, 0x10, 1); // its generation
      while (hosts.east.said.isEmpty()) {
        assertThat(subscriber.poll((_, _, _, _) -> {})).isZero();
      }
      assertThat(hosts.east.said)
          .containsExactly(
              "channel.news: what is in it is no ring of this version (HEAD); nothing is sent from"
                  + " it");
    }
  }

  @Test
  void aMessageThatIsTooLongForTheOtherRingIsSaidAndLearnedOf() throws Exception {
    try (TwoHosts hosts = new TwoHosts("68 KiB");
        Publisher publisher =
            Publisher.open(hosts.east.vm, "news", CAPACITY, 1, Waiting.SPIN_THEN_BELL)) {
      hosts.restartWestWithSize("8 KiB"); // a ring of 4 KiB
      try (Subscriber subscriber = subscriber(hosts)) {
        assertThat(send(publisher, 1, 100)).isEqualTo(Answer.OK);
        assertThat(receive(subscriber, 1)).containsExactly(1L);
        assertThat(send(publisher, 2, 10_000)).isEqualTo(Answer.OK);
        int answer = nextAnswer(subscriber);
        if (answer == Answer.PEER_GONE) { // it looked while the next life cleared the part
          answer = nextAnswer(subscriber);
        }
        assertThat(answer).isEqualTo(Answer.PEER_RESTARTED);
        assertThat(send(publisher, 3, 100)).isEqualTo(Answer.OK);
        assertThat(receive(subscriber, 1)).containsExactly(3L);
        assertThat(hosts.west.said)
            .singleElement()
            .asString()
            .contains("a message of 10000 bytes from east is longer than the ring takes, 2040");
      }
    }
  }
}
