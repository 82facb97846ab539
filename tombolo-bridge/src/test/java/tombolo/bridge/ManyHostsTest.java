// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ivc.message.Publisher;
import tombolo.ivc.message.Subscriber;
import tombolo.ring.Answer;
import tombolo.ring.Waiting;

/** One host that sends to eight, which get a copy each or share a multicast. */
@DisplayName("A bridge to many hosts")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ManyHostsTest {
  private static final int HOSTS = 8;
  private static final int CAPACITY = 1 << 16;
  private static final int LENGTH = 1000;
  private static final Duration SOON = Duration.ofSeconds(30);

  private final List<TwoHosts.Host> hosts = new ArrayList<>();
  private final List<Subscriber> subscribers = new ArrayList<>();
  private TwoHosts.@Nullable Host sender;
  private @Nullable Publisher publisher;

  /**
   * Starts all hosts, and waits until all of them get messages.
   *
   * @param multicast whether they share one stream
   * @param lossy the number of the host that is not waited for, or -1
   */
  private void start(boolean multicast, int lossy) throws Exception {
    String own = "127.0.0.1:" + TwoHosts.freePort();
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < HOSTS; i++) {
      addresses.add("127.0.0.1:" + TwoHosts.freePort());
    }
    String group =
        multicast ? ", multicast = \"224.20.30.39:%d\"".formatted(TwoHosts.freePort()) : "";
    TwoHosts.Host from = new TwoHosts.Host(senderFile(own, addresses, group));
    sender = from;
    publisher = Publisher.open(from.vm, "news", CAPACITY, 1, Waiting.SPIN_THEN_BELL);
    for (int i = 0; i < HOSTS; i++) {
      String flags = group + (i == lossy ? ", lossy = true" : "");
      hosts.add(new TwoHosts.Host(receiverFile(i, own, addresses.get(i), flags)));
    }
    for (TwoHosts.Host host : hosts) {
      subscribers.add(Subscriber.open(host.vm, "news", SOON));
    }
    awaitState(HOSTS + " of " + HOSTS);
  }

  private void awaitState(String state) {
    while (!Objects.requireNonNull(sender).row().state().equals(state)) {
      Thread.onSpinWait();
    }
  }

  private static String senderFile(String own, List<String> addresses, String group) {
    String remotes =
        IntStream.range(0, HOSTS)
            .mapToObj(i -> "[remote.r%d]\naddress = \"%s\"\n".formatted(i, addresses.get(i)))
            .collect(Collectors.joining());
    String names =
        IntStream.range(0, HOSTS)
            .mapToObj(i -> "\"r%d\"".formatted(i))
            .collect(Collectors.joining(", "));
    return TwoHosts.vm()
        + """
        [host]
        name = "sender"
        address = "%s"
        interface = "127.0.0.1"
        %s
        [channel.news]
        publisher = "vm"
        key = 1
        size = "68 KiB"
        bridge = { to = [%s]%s }
        """
            .formatted(own, remotes, names, group);
  }

  private static String receiverFile(int number, String sender, String own, String flags) {
    return TwoHosts.vm()
        + """
        [host]
        name = "r%d"
        address = "%s"
        interface = "127.0.0.1"
        [remote.sender]
        address = "%s"
        [channel.news]
        subscribers = ["vm"]
        key = 1
        size = "68 KiB"
        bridge = { from = "sender"%s }
        """
            .formatted(number, own, sender, flags);
  }

  @AfterEach
  void close() {
    hosts.forEach(TwoHosts.Host::close);
    if (sender != null) {
      sender.close();
    }
  }

  private int send(long number, Duration limit) throws InterruptedException {
    byte[] message = new byte[LENGTH];
    MemorySegment.ofArray(message).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, number);
    return Objects.requireNonNull(publisher).send(1, message, limit);
  }

  /** Reads messages of one host until the one of that number has come. */
  private List<Long> receive(int host, long until) throws InterruptedException {
    List<Long> numbers = new ArrayList<>();
    while (numbers.isEmpty() || numbers.getLast() < until) {
      int answer =
          subscribers
              .get(host)
              .receive(
                  (_, data, at, _) -> numbers.add(data.get(ValueLayout.JAVA_LONG_UNALIGNED, at)),
                  1,
                  SOON);
      assertThat(answer).as("host %d after %s", host, numbers.size()).isPositive();
    }
    return numbers;
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void givesEachOfThemAllMessagesInOrder(boolean multicast) throws Exception {
    start(multicast, -1);
    long last = 0;
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 10; i++) {
        assertThat(send(++last, SOON)).isEqualTo(Answer.OK);
      }
      for (int host = 0; host < HOSTS; host++) {
        assertThat(receive(host, last)).isEqualTo(numbers(last - 9, last));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void waitsForTheSlowestOfThem(boolean multicast) throws Exception {
    start(multicast, -1);
    long last = 0;
    while (send(last + 1, Duration.ofMillis(500)) == Answer.OK) {
      last++;
      for (int host = 1; host < HOSTS; host++) {
        receive(host, last); // host 0 reads nothing
      }
    }
    assertThat(last).isLessThan(20 * CAPACITY / LENGTH);
    assertThat(receive(0, last)).isEqualTo(numbers(1, last));
    assertThat(send(last + 1, SOON)).isEqualTo(Answer.OK);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void doesNotWaitForOneThatIsLossyAndCountsWhatItMisses(boolean multicast) throws Exception {
    start(multicast, 0);
    long last = 0;
    int got;
    do { // until the program of that host is in its ring
      sendAndReceiveElsewhere(++last);
      got = subscribers.getFirst().receive((_, _, _, _) -> {}, 1000, Duration.ofMillis(100));
    } while (got <= 0);
    long first = last + 1;
    for (int i = 0; i < 1000; i++) {
      sendAndReceiveElsewhere(++last);
    }
    while (hosts.getFirst().row().messages() + hosts.getFirst().row().lost() < last) {
      Thread.onSpinWait();
    }
    assertThat(hosts.getFirst().row().lost()).isPositive();
    assertThat(receive(0, first)).as("the first that nobody has read").containsExactly(first);
  }

  private void sendAndReceiveElsewhere(long number) throws InterruptedException {
    assertThat(send(number, SOON)).isEqualTo(Answer.OK);
    for (int host = 1; host < HOSTS; host++) {
      assertThat(receive(host, number)).containsExactly(number);
    }
  }

  @Test
  void goesOnWithTheOthersWhenOneLeavesAndTakesItInAgain() throws Exception {
    start(false, -1);
    subscribers.getFirst().close();
    awaitState("7 of 8");
    assertThat(send(1, SOON)).isEqualTo(Answer.OK);
    for (int host = 1; host < HOSTS; host++) {
      assertThat(receive(host, 1)).containsExactly(1L);
    }
    subscribers.set(0, Subscriber.open(hosts.getFirst().vm, "news", SOON));
    awaitState("8 of 8");
    assertThat(send(2, SOON)).isEqualTo(Answer.OK);
    assertThat(receive(0, 2)).containsExactly(2L);
  }
}
