// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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

  private static String file(
      String own, int port, int resolver, int neighbor, String other, int otherPort, String rest) {
    return TwoHosts.vm()
        + """
        [host]
        name = "%s"
        address = "127.0.0.1:%d"
        resolver = "127.0.0.1:%d"
        neighbors = ["127.0.0.1:%d"]
        [remote.%s]
        port = %d
        [channel.news]
        key = 1
        size = "68 KiB"
        %s
        """
            .formatted(own, port, resolver, neighbor, other, otherPort, rest);
  }

  @Test
  void findsItByItsName() throws Exception {
    int east = TwoHosts.freePort();
    int west = TwoHosts.freePort();
    int eastResolver = TwoHosts.freePort();
    int westResolver = TwoHosts.freePort();
    String publisher = "publisher = \"vm\"\nbridge = { to = \"west\" }";
    String subscriber = "subscribers = [\"vm\"]\nbridge = { from = \"east\" }";
    try (TwoHosts.Host sender =
            new TwoHosts.Host(
                file("east", east, eastResolver, westResolver, "west", west, publisher));
        TwoHosts.Host receiver =
            new TwoHosts.Host(
                file("west", west, westResolver, eastResolver, "east", east, subscriber))) {
      Publisher out = Publisher.open(sender.vm, "news", 1 << 16, 1, Waiting.SPIN_THEN_BELL);
      Subscriber in = Subscriber.open(receiver.vm, "news", SOON);
      assertThat(out.send(1, new byte[8], SOON)).isEqualTo(Answer.OK);
      assertThat(in.receive((_, _, _, _) -> {}, 1, SOON)).isOne();
    }
  }
}
