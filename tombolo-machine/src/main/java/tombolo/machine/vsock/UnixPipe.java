// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a {@link UnixVsock}: moves bytes between a program's socket and a guest's, as
 * far as both have room, and never waits. Used by the worker alone.
 */
final class UnixPipe {
  private static final int BUFFER = 16 << 10;
  private static final String CONNECT = "CONNECT ";

  /** More than a request has: the word, ten digits, a newline. */
  private static final int LONGEST_REQUEST = 32;

  /** Rounds before others have their turn. */
  private static final int ROUNDS = 16;

  private final SocketChannel program;
  private final SelectionKey key;
  private final Connector connector;
  private final Consumer<UnixPipe> wake;
  private @Nullable HostVsockConnection guest;
  private boolean answered;

  // Both are kept ready for reading.
  private final ByteBuffer toGuest = ByteBuffer.allocate(BUFFER).flip();
  private final ByteBuffer toProgram = ByteBuffer.allocate(BUFFER).flip();
  private boolean programEnded;
  private boolean guestEnded;
  private boolean toldGuest;
  private boolean toldProgram;

  /** Asks a guest for a connection. */
  interface Connector {
    HostVsockConnection connect(int port, Runnable changed) throws IOException;
  }

  /**
   * Makes the pipe of a program that has yet to say what it wants.
   *
   * @param wake has {@link #pump} called again
   */
  UnixPipe(SocketChannel program, Selector selector, Connector connector, Consumer<UnixPipe> wake)
      throws IOException {
    program.configureBlocking(false);
    this.program = program;
    this.connector = connector;
    this.wake = wake;
    this.key = program.register(selector, 0, this);
  }

  /** Makes the pipe of a guest that will be connected, and a program that is. */
  UnixPipe(
      SocketChannel program, Selector selector, HostVsockConnection guest, Consumer<UnixPipe> wake)
      throws IOException {
    this(program, selector, (port, changed) -> guest, wake);
    this.guest = guest;
    this.answered = true;
    guest.onChange(this::wake);
  }

  private void wake() {
    wake.accept(this);
  }

  /** Moves what can be moved. Returns false if the connection is over. */
  boolean pump() {
    if (!program.isOpen()) {
      return false; // news that came late
    }
    try {
      HostVsockConnection other = guest == null ? readRequest() : guest;
      if (other == null) {
        key.interestOps(SelectionKey.OP_READ);
        return !programEnded;
      }
      guest = other;
      if (!answered) {
        if (!other.isConnected()) {
          key.interestOps(0);
          return !other.isEnded();
        }
        answered = true;
        String answer = "OK %s\n".formatted(Integer.toUnsignedString(other.hostPort()));
        toProgram.clear().put(answer.getBytes(StandardCharsets.US_ASCII)).flip();
      }
      return move(other);
    } catch (IOException e) {
      return false;
    }
  }

  private boolean move(HostVsockConnection other) throws IOException {
    boolean moved = true;
    for (int i = 0; i < ROUNDS && moved; i++) {
      boolean toGuestMoved = moveToGuest(other);
      moved = moveToProgram(other) || toGuestMoved;
    }
    if (moved) {
      wake();
    }
    boolean wantsMore = !toGuest.hasRemaining() && !programEnded;
    key.interestOps(
        (wantsMore ? SelectionKey.OP_READ : 0)
            | (toProgram.hasRemaining() ? SelectionKey.OP_WRITE : 0));
    return !toldProgram || !(toldGuest || other.isEnded());
  }

  private boolean moveToGuest(HostVsockConnection other) throws IOException {
    if (!toGuest.hasRemaining() && !programEnded) {
      toGuest.clear();
      programEnded = program.read(toGuest) < 0;
      toGuest.flip();
    }
    if (!toGuest.hasRemaining()) {
      if (programEnded && !toldGuest) {
        other.shutdownOutput();
        toldGuest = true;
      }
      return false;
    }
    return other.write(toGuest) > 0;
  }

  private boolean moveToProgram(HostVsockConnection other) throws IOException {
    if (!toProgram.hasRemaining() && !guestEnded) {
      toProgram.clear();
      try {
        guestEnded = other.read(toProgram) < 0;
      } finally {
        toProgram.flip();
      }
    }
    if (!toProgram.hasRemaining()) {
      if (guestEnded && !toldProgram) {
        program.shutdownOutput();
        toldProgram = true;
      }
      return false;
    }
    return program.write(toProgram) > 0;
  }

  /** Reads the request's line; what follows stays for the guest. Null while it is not whole. */
  private @Nullable HostVsockConnection readRequest() throws IOException {
    toGuest.compact();
    programEnded = program.read(toGuest) < 0;
    toGuest.flip();
    int length = Math.min(toGuest.remaining(), LONGEST_REQUEST);
    for (int i = 0; i < length; i++) {
      if (toGuest.get(i) == '\n') {
        byte[] line = new byte[i];
        toGuest.get(line).get();
        return connector.connect(port(new String(line, StandardCharsets.US_ASCII)), this::wake);
      }
    }
    if (length == LONGEST_REQUEST) {
      throw new IOException("no request");
    }
    return null;
  }

  private static int port(String line) throws IOException {
    String number =
        line.strip().startsWith(CONNECT) ? line.strip().substring(CONNECT.length()) : "";
    try {
      return Integer.parseUnsignedInt(number.strip());
    } catch (NumberFormatException e) {
      throw new IOException("no request: " + line, e);
    }
  }

  /** Ends both sides. */
  void close() {
    if (guest != null) {
      guest.close();
    }
    try {
      program.close();
    } catch (IOException e) {
      // Nothing is left to be done for it.
    }
  }
}
