// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import tombolo.ivc.Directory;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.message.Publisher;
import tombolo.ivc.message.Subscriber;
import tombolo.machine.host.HostServices;
import tombolo.ring.Answer;
import tombolo.ring.Waiting;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/**
 * One of two hosts, as a process that a test can kill. It sends messages into one channel and
 * checks those that come through another. A message carries its session and its number; whenever a
 * side learns that the other has restarted, it begins another session, whose numbers begin at 0.
 *
 * <p>Each line of standard input is answered with a line: {@code OUT session numbers IN session
 * numbers SENT count RECEIVED count}, where the counts are of all sessions. A message that is wrong
 * ends the process with status 1 and a line that says so.
 */
final class HostProgram {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final Duration WAIT = Duration.ofMillis(200);
  private static final int CAPACITY = 1 << 22;
  private static final int HEAD = 2 * Long.BYTES;

  private final HostEndpoint vm;
  private final String out;
  private final String in;
  private final long count;

  /**
   * How far a stream has come.
   *
   * @param session of the sender's; 0 for none
   * @param next number of the next message
   */
  private record Progress(long session, long next) {
    Progress further() {
      return new Progress(session, next + 1);
    }
  }

  // Each written by one thread.
  private volatile Progress sending = new Progress(System.currentTimeMillis() * 1000, 0);
  private volatile Progress receiving = new Progress(0, 0);
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();

  private HostProgram(HostEndpoint vm, String out, String in, long count) {
    this.vm = vm;
    this.out = out;
    this.in = in;
    this.count = count;
  }

  /**
   * Runs until the end of standard input.
   *
   * @param arguments this host, its address, the other host, its address, the channels to it and
   *     from it, the number of messages, and a directory with hello.elf
   */
  public static void main(String[] arguments) throws IOException {
    String text =
        """
        [vm.vm]
        kernel = "hello.elf"
        window = "1 GiB"
        [host]
        name = "%s"
        address = "%s"
        mtu = %8$d
        [remote.%3$s]
        address = "%4$s"
        [channel.%5$s]
        publisher = "vm"
        key = 1
        size = "%7$d"
        bridge = { to = "%3$s" }
        [channel.%6$s]
        subscribers = ["vm"]
        key = 2
        size = "%7$d"
        bridge = { from = "%3$s" }
        """
            .formatted(
                arguments[0],
                arguments[1],
                arguments[2],
                arguments[3],
                arguments[4],
                arguments[5],
                CAPACITY + 4096,
                Integer.getInteger("tombolo.bridge.mtu", 1408));
    Topology topology = TopologyFile.parse(text, Path.of(arguments[7], "t.toml"));
    Directory directory = new Directory(topology.grants(), HostServices.system());
    HostEndpoint vm = directory.join("vm", 1, new Quota(8, 1L << 30));
    Bridges.open(topology, directory, System.err::println);
    HostProgram program =
        new HostProgram(vm, arguments[4], arguments[5], Long.parseLong(arguments[6]));
    program.start(program::send);
    program.start(program::receive);
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    while (questions.readLine() != null) {
      Progress out = program.sending;
      Progress in = program.receiving;
      System.out.println(
          "OUT %d %d IN %d %d SENT %d RECEIVED %d"
              .formatted(
                  out.session,
                  out.next,
                  in.session,
                  in.next,
                  program.sent.get(),
                  program.received.get()));
    }
    System.exit(0);
  }

  /** What a thread does. */
  private interface Work {
    void run() throws InterruptedException;
  }

  private void start(Work work) {
    new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable e) {
                System.err.println("WRONG " + e);
                System.exit(1);
              }
            })
        .start();
  }

  /** Most messages are short, some are longer than a frame, and a few up to a mebibyte. */
  private static int length(long number) {
    long mixed = (number + 1) * 0x9e3779b97f4a7c15L;
    int kind = (int) (mixed >>> 54);
    int some = (int) (mixed >>> 20) & 0xfffff;
    if (kind == 0) {
      return HEAD + some; // one of 1,024
    }
    return HEAD + 8 + (kind < 32 ? some % 20_000 : some % 200);
  }

  private static void fill(MemorySegment message, long session, long number) {
    message.fill((byte) (number * 7 + session));
    message.set(LONG, 0, session);
    message.set(LONG, Long.BYTES, number);
  }

  private void send() throws InterruptedException {
    byte[] buffer = new byte[1 << 21];
    Publisher publisher = Publisher.open(vm, out, CAPACITY, 1, Waiting.SPIN_THEN_BELL);
    while (sent.get() < count) {
      long number = sending.next;
      MemorySegment message = MemorySegment.ofArray(buffer).asSlice(0, length(number));
      fill(message, sending.session, number);
      int answer = publisher.send(1 + (int) (number % 1000), message, WAIT);
      if (answer == Answer.OK) {
        sending = sending.further();
        sent.incrementAndGet();
      } else {
        noteRestart(answer);
      }
    }
    // Whatever is said later, a side that asks has to know it.
    while (true) {
      int answer = publisher.claim(1, 0, WAIT);
      if (answer >= 0) {
        publisher.abort();
        publisher.channel().awaitDoorbellOrChange(publisher.channel().changes(), WAIT);
      } else {
        noteRestart(answer);
      }
    }
  }

  private void noteRestart(int answer) {
    switch (answer) {
      case Answer.PEER_GONE, Answer.PEER_RESTARTED ->
          sending = new Progress(sending.session + 1, 0);
      case Answer.BACK_PRESSURED, Answer.NOT_CONNECTED -> {}
      default -> throw new IllegalStateException(Answer.nameOf(answer));
    }
  }

  private void receive() throws InterruptedException {
    Subscriber subscriber = Subscriber.open(vm, in, Duration.ofHours(1));
    byte[] expected = new byte[1 << 21];
    while (true) {
      int answer =
          subscriber.receive(
              (type, data, at, length) -> check(type, data.asSlice(at, length), expected),
              64,
              WAIT);
      if (answer == Answer.PEER_GONE || answer == Answer.PEER_RESTARTED) {
        receiving = new Progress(0, 0);
      } else if (answer < 0) {
        throw new IllegalStateException(Answer.nameOf(answer));
      }
    }
  }

  private void check(int type, MemorySegment message, byte[] expected) {
    long session = message.get(LONG, 0);
    long number = message.get(LONG, Long.BYTES);
    if (receiving.session != 0 && session != receiving.session) {
      throw new IllegalStateException("session %d within %d".formatted(session, receiving.session));
    }
    if (number != receiving.next) {
      throw new IllegalStateException(
          "message %d of session %d instead of %d".formatted(number, session, receiving.next));
    }
    int length = length(number);
    MemorySegment right = MemorySegment.ofArray(expected).asSlice(0, length);
    fill(right, session, number);
    if (type != 1 + (int) (number % 1000)
        || message.byteSize() != length
        || message.mismatch(right) != -1) {
      throw new IllegalStateException("message %d is not the one that was sent".formatted(number));
    }
    receiving = new Progress(session, number + 1);
    received.incrementAndGet();
  }
}
