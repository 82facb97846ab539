// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import tombolo.bench.ring.contender.Arrivals;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Medium;
import tombolo.bench.ring.contender.Patience;
import tombolo.bench.ring.contender.Receiver;
import tombolo.bench.ring.contender.Sender;
import tombolo.bench.ring.contender.Size;
import tombolo.bench.suite.BenchmarkException;

/** A run fails if a contender loses or changes a message. */
class WrongMessageTest {
  private static final int BYTES = Size.BYTES_24.bytes();
  private static final Ends ENDS = new Ends(Size.BYTES_24, Effort.QUICK, Pinning.none("a test"));

  /** A medium that loses or repeats one of the messages. */
  private record Faulty(long fault, boolean repeats, BlockingQueue<long[]> queue)
      implements Medium {
    Faulty(long fault, boolean repeats) {
      this(fault, repeats, new ArrayBlockingQueue<>(1_000));
    }

    @Override
    public Sender sender() {
      return (first, last) -> {
        long[] message = {first, last};
        int copies = last != fault ? 1 : repeats ? 2 : 0;
        return Collections.nCopies(copies, message).stream().allMatch(queue::offer);
      };
    }

    @Override
    public Receiver receiver(Arrivals arrivals) {
      return () -> {
        long[] message = queue.poll();
        if (message == null) {
          return 0;
        }
        arrivals.message(BYTES, message[0], message[1]);
        return 1;
      };
    }
  }

  private static void measure(Medium medium) {
    End both = new ThreadPair(ENDS.sending(medium), ENDS.receiving(medium));
    both.take(Turn.STREAM);
  }

  @Test
  void aLostMessageFailsTheMeasurement() {
    assertThatThrownBy(() -> measure(new Faulty(17, false)))
        .isInstanceOf(BenchmarkException.class)
        .hasMessage("message 18 of 24 bytes came where message 17 of 24 was due");
  }

  @Test
  void aRepeatedMessageFailsTheMeasurement() {
    assertThatThrownBy(() -> measure(new Faulty(17, true)))
        .isInstanceOf(BenchmarkException.class)
        .hasMessage("message 17 of 24 bytes came where message 18 of 24 was due");
  }

  @Test
  void aMessageOfAnotherLengthFailsTheMeasurement() {
    Arrivals arrivals = new Arrivals(BYTES);
    arrivals.message(BYTES, 0, 0);

    assertThatThrownBy(() -> arrivals.message(BYTES - 8, 0, 1))
        .isInstanceOf(BenchmarkException.class)
        .hasMessage("message 1 of 16 bytes came where message 1 of 24 was due");
  }

  @Test
  void aWrongMessageInAForkFailsTheSuite() throws Exception {
    try (Forks forks = new Forks(Contender.UNIX_SOCKET, Size.BYTES_24, Effort.QUICK)) {
      CompletableFuture<Throwable> failure =
          CompletableFuture.supplyAsync(
              () ->
                  catchThrowable(() -> forks.start(List.of(Fork.Part.RECEIVE)).take(Turn.STREAM)));
      try (SocketChannel liar = connect(forks.directory().resolve("listening"))) {
        ByteBuffer message = ByteBuffer.allocate(4 + BYTES).order(ByteOrder.nativeOrder());
        liar.write(message.putInt(0, BYTES).putLong(4 + BYTES - 8, 5));

        assertThat(failure.get())
            .isInstanceOf(BenchmarkException.class)
            .hasMessage(
                "unix-socket with messages of 24: failed:"
                    + " message 5 of 24 bytes came where message 0 of 24 was due");
      }
    }
  }

  private static SocketChannel connect(Path path) {
    return Patience.until(
        "the fork's socket",
        () -> Files.exists(path) ? SocketChannel.open(UnixDomainSocketAddress.of(path)) : null);
  }
}
