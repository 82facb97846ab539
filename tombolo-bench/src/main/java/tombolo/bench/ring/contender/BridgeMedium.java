// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import tombolo.bench.remote.Namespaces;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bridge.Bridges;
import tombolo.ivc.Directory;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.message.Publisher;
import tombolo.ivc.message.Subscriber;
import tombolo.machine.host.HostServices;
import tombolo.ring.Answer;
import tombolo.ring.MessageHandler;
import tombolo.ring.Waiting;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/** A ring here that a bridge continues in a ring on another host. Java is in the VMs' places. */
final class BridgeMedium implements Medium {
  private static final int TYPE = 1;
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
  private static final Duration SOON = Duration.ofSeconds(20);

  private static final String EAST =
      """
      [host]
      name = "east"
      address = "%1$s:40500"
      [remote.west]
      address = "%2$s:40500"
      [channel.stream]
      publisher = "vm"
      bridge = { to = "west" }
      """;

  private static final String WEST =
      """
      [host]
      name = "west"
      address = "%2$s:40500"
      [remote.east]
      address = "%1$s:40500"
      [channel.stream]
      subscribers = ["vm"]
      bridge = { from = "east" }
      """;

  private static final String BOTH =
      """
      key = 1
      size = "1028 KiB"
      [vm.vm]
      kernel = "hello.elf"
      """;

  private final int bytes;

  BridgeMedium(int bytes) {
    this.bytes = bytes;
  }

  @SuppressWarnings("resource") // lives as long as the fork
  private static HostEndpoint endpoint(String host) {
    Path file = Path.of(System.getProperty("tombolo.root", "."), "guests", "bin", "bench.toml");
    Topology topology =
        TopologyFile.parse((host + BOTH).formatted(Namespaces.EAST, Namespaces.WEST), file);
    Directory directory = new Directory(topology.grants(), HostServices.system());
    HostEndpoint vm = directory.join("vm", 1, Quota.DEFAULT);
    Bridges.open(topology, directory, System.err::println);
    return vm;
  }

  @Override
  @SuppressWarnings("resource") // lives as long as the fork
  public Sender sender() {
    Publisher publisher =
        Publisher.open(endpoint(EAST), "stream", Place.CAPACITY, 1, Waiting.SPIN_THEN_BELL);
    Patience.until("the reader", () -> isConnected(publisher) ? publisher : null);
    MemorySegment message = MemorySegment.ofArray(new long[bytes / Long.BYTES]);
    return (first, last) -> {
      try {
        int at = publisher.claim(TYPE, bytes, Duration.ZERO);
        if (at < 0) {
          return isSent(at);
        }
        MemorySegment data = publisher.data();
        data.set(WORD, at, first);
        MemorySegment.copy(message, Long.BYTES, data, at + Long.BYTES, bytes - 2L * Long.BYTES);
        data.set(WORD, at + bytes - Long.BYTES, last);
        publisher.commit();
        return true;
      } catch (InterruptedException e) {
        throw new BenchmarkException("interrupted");
      }
    };
  }

  private static boolean isConnected(Publisher publisher) {
    try {
      if (publisher.claim(TYPE, 0, Duration.ZERO) < 0) {
        return false;
      }
      publisher.abort();
      return true;
    } catch (InterruptedException e) {
      throw new BenchmarkException("interrupted");
    }
  }

  private static boolean isSent(int answer) {
    if (answer == Answer.BACK_PRESSURED || answer == Answer.NOT_CONNECTED) {
      return false;
    }
    throw new BenchmarkException("the bridge: " + Answer.nameOf(answer));
  }

  @Override
  @SuppressWarnings("resource") // lives as long as the fork
  public Receiver receiver(Arrivals arrivals) {
    MessageHandler handler =
        (_, data, offset, length) ->
            arrivals.message(
                length, data.get(WORD, offset), data.get(WORD, offset + length - Long.BYTES));
    try {
      Subscriber subscriber = Subscriber.open(endpoint(WEST), "stream", SOON);
      return () -> {
        try {
          return Math.max(subscriber.receive(handler, Receiver.LIMIT, Duration.ZERO), 0);
        } catch (InterruptedException e) {
          throw new BenchmarkException("interrupted");
        }
      };
    } catch (InterruptedException e) {
      throw new BenchmarkException("interrupted");
    }
  }
}
