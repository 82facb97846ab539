// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A request to a control socket, under way. The process that answers may be stopped or hostile, so
 * the wait has a deadline, and the answer has a bound.
 *
 * <p>Used by one thread. Faces the host: a daemon thread connects, asks and reads; closing the
 * connection ends it.
 */
final class ControlRequest {
  /** How it ended. */
  sealed interface Outcome {}

  /** An answer: lines, each with its newline. */
  record Answered(String text) implements Outcome {}

  /** Nobody listens: the process was killed, and has left its socket. */
  record Abandoned() implements Outcome {}

  /** The process ended instead of answering. */
  record Ended() implements Outcome {}

  /** No answer within the time. */
  record Silent() implements Outcome {}

  /** An answer that is longer than any. */
  record TooLong() implements Outcome {}

  /** The most bytes of an answer: some ten thousand lines. */
  static final int LONGEST_ANSWER = 1 << 21;

  private final SocketChannel server;
  private final CountDownLatch done = new CountDownLatch(1);

  private volatile Outcome outcome = new Silent(); // until the thread says otherwise

  private ControlRequest(SocketChannel server) {
    this.server = server;
  }

  /**
   * Starts to ask.
   *
   * @param line without its newline
   */
  static ControlRequest start(Path socket, String line) throws IOException {
    SocketChannel server = SocketChannel.open(StandardProtocolFamily.UNIX);
    ControlRequest request = new ControlRequest(server);
    Thread.ofPlatform()
        .daemon(true)
        .name("tombolo/ask")
        .start(() -> request.ask(UnixDomainSocketAddress.of(socket), line));
    return request;
  }

  private void ask(UnixDomainSocketAddress socket, String line) {
    try (server) {
      server.connect(socket);
      ByteBuffer question = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
      while (question.hasRemaining()) {
        server.write(question);
      }
      outcome = read();
    } catch (ConnectException e) {
      outcome = new Abandoned();
    } catch (IOException e) {
      outcome = new Ended(); // or await has closed it, and does not look
    } finally {
      done.countDown();
    }
  }

  /** Reads up to an empty line. */
  private Outcome read() throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    ByteBuffer piece = ByteBuffer.allocate(1 << 13);
    boolean lineBegins = true;
    while (server.read(piece) >= 0) {
      piece.flip();
      while (piece.hasRemaining()) {
        byte octet = piece.get();
        if (lineBegins && octet == '\n') {
          return new Answered(answer.toString(UTF_8));
        }
        lineBegins = octet == '\n';
        answer.write(octet);
        if (answer.size() > LONGEST_ANSWER) {
          return new TooLong();
        }
      }
      piece.clear();
    }
    return new Ended();
  }

  /**
   * Waits for the outcome.
   *
   * @param nanos how long at the most; then the connection is closed
   */
  Outcome await(long nanos) {
    boolean ended = false;
    try {
      ended = done.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (ended) {
      return outcome;
    }
    try {
      server.close();
    } catch (IOException e) {
      // Nothing is left to be closed.
    }
    return new Silent();
  }
}
