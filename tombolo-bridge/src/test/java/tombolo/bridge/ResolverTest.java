// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.message.Publisher;
import tombolo.ivc.message.Subscriber;
import tombolo.ring.Answer;
import tombolo.ring.Waiting;

/** Hosts that know each other's names, and of one the resolver's address. */
@DisplayName("A bridge to a host whose name is resolved")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ResolverTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  private static final String SENDS = "publisher = \"vm\"\nbridge = { to = \"west\" }";
  private static final String RECEIVES = "subscribers = [\"vm\"]\nbridge = { from = \"east\" }";
  private static final String HOME = "127.0.0.1";
  private static final String ELSEWHERE = "127.0.0.2";

  private int east;
  private int west;
  private int eastResolver;
  private int westResolver;

  @BeforeEach
  void choosePorts() throws IOException {
    east = TwoHosts.freePort();
    west = TwoHosts.freePort();
    eastResolver = TwoHosts.freePort();
    westResolver = TwoHosts.freePort();
  }

  /** A host at that address, whose first neighbor is at the other one. */
  private static String file(String own, String address, int port, int resolver, int neighbor) {
    return TwoHosts.vm()
        + """
        [host]
        name = "%s"
        address = "%s:%d"
        resolver = "%2$s:%d"
        neighbors = ["127.0.0.1:%d"]
        [channel.news]
        key = 1
        size = "68 KiB"
        """
            .formatted(own, address, port, resolver, neighbor);
  }

  private TwoHosts.Host sender() {
    return new TwoHosts.Host(
        file("east", HOME, east, eastResolver, westResolver)
            + SENDS
            + "\n[remote.west]\nport = %d\n".formatted(west));
  }

  private TwoHosts.Host receiver(String address) {
    return new TwoHosts.Host(
        file("west", address, west, westResolver, eastResolver)
            + RECEIVES
            + "\n[remote.east]\nport = %d\n".formatted(east));
  }

  private static void carries(Publisher out, TwoHosts.Host receiver) throws InterruptedException {
    try (Subscriber in = Subscriber.open(receiver.vm, "news", SOON)) {
      int answer;
      do { // until what is to be said of an earlier reader is said
        answer = out.send(1, new byte[8], SOON);
      } while (answer == Answer.PEER_GONE || answer == Answer.PEER_RESTARTED);
      assertThat(answer).isEqualTo(Answer.OK);
      assertThat(in.receive((_, _, _, _) -> {}, 1, SOON)).isOne();
    }
  }

  private static Publisher publisher(TwoHosts.Host sender) {
    return Publisher.open(sender.vm, "news", 1 << 16, 1, Waiting.SPIN_THEN_BELL);
  }

  @Test
  void findsItByItsName() throws Exception {
    try (TwoHosts.Host sender = sender();
        TwoHosts.Host receiver = receiver(HOME)) {
      carries(publisher(sender), receiver);
    }
  }

  @Test
  void findsItAgainWhenItHasMoved() throws Exception {
    try (TwoHosts.Host sender = sender()) {
      Publisher out = publisher(sender);
      try (TwoHosts.Host receiver = receiver(HOME)) {
        carries(out, receiver);
      }
      try (TwoHosts.Host receiver = receiver(ELSEWHERE)) {
        carries(out, receiver);
      }
    }
  }
}
