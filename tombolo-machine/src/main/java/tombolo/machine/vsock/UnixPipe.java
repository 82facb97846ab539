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
 *
 * <p>The two directions end independently. One that fails, because its receiver takes no more,
 * takes nothing from the other one: what was sent that way before still arrives. Whoever's bytes
 * are lost gets a reset, not an end. A Unix socket knows a reset only where something is unread;
 * otherwise the program finds out by its next write.
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

  /** Nothing more comes from the one or the other. */
  private boolean programEnded;

  private boolean guestEnded;

  /** The one or the other was told so, or takes no more. */
  private boolean guestDone;

  private boolean programDone;

  /** Whether the program was sent something of the guest's, and whether such bytes are lost. */
  private boolean forwarded;

  private boolean lost;

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

  private boolean move(HostVsockConnection other) {
    boolean moved = true;
    for (int i = 0; i < ROUNDS && moved; i++) {
      boolean toGuestMoved = moveToGuest(other);
      moved = moveToProgram(other) || toGuestMoved;
    }
    if (moved) {
      wake();
    }
    boolean wantsMore = !toGuest.hasRemaining() && !programEnded && !guestDone;
    key.interestOps(
        (wantsMore ? SelectionKey.OP_READ : 0)
            | (toProgram.hasRemaining() ? SelectionKey.OP_WRITE : 0));
    return !programDone || !(guestDone || other.isEnded());
  }

  private boolean moveToGuest(HostVsockConnection other) {
    if (guestDone) {
      return false;
    }
    if (!toGuest.hasRemaining() && !programEnded) {
      readProgram(other);
    }
    if (!toGuest.hasRemaining()) {
      if (programEnded) {
        other.shutdownOutput();
        guestDone = true;
      }
      return false;
    }
    try {
      return other.write(toGuest) > 0;
    } catch (IOException e) {
      // The guest takes no more. What it has sent still goes to the program, which is told by its
      // next write, or by a reset if it has written something that nobody has read.
      guestDone = true;
      toGuest.limit(0);
      shutdownInput();
      return false;
    }
  }

  private void readProgram(HostVsockConnection other) {
    toGuest.clear();
    try {
      programEnded = program.read(toGuest) < 0;
    } catch (IOException e) {
      // It has gone without having read all that was sent to it; all that it has sent was read.
      programEnded = true;
      programGone(other);
    } finally {
      toGuest.flip();
    }
  }

  private void shutdownInput() {
    try {
      program.shutdownInput();
    } catch (IOException e) {
      // It has gone already.
    }
  }

  private boolean moveToProgram(HostVsockConnection other) {
    if (programDone) {
      return false;
    }
    if (!toProgram.hasRemaining() && !guestEnded) {
      readGuest(other);
    }
    try {
      if (!toProgram.hasRemaining()) {
        if (guestEnded) {
          programDone = true;
          program.shutdownOutput();
        }
        return false;
      }
      return program.write(toProgram) > 0;
    } catch (IOException e) {
      programGone(other);
      return false;
    }
  }

  /** Notes that the program takes no more. What it has sent still goes to the guest. */
  private void programGone(HostVsockConnection other) {
    programDone = true;
    lost |= forwarded;
    toProgram.limit(0);
    other.shutdownInput();
  }

  private void readGuest(HostVsockConnection other) {
    toProgram.clear();
    try {
      guestEnded = other.read(toProgram) < 0;
    } catch (IOException e) {
      guestEnded = true; // reset by the guest, or by the end of its VM; all it has sent was read
    } finally {
      toProgram.flip();
    }
    forwarded |= toProgram.hasRemaining();
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

  /** Ends both sides; for the guest by a reset, if the program has not got all that it sent. */
  void close() {
    if (guest != null) {
      if (lost) {
        guest.reset();
      } else {
        guest.close();
      }
    }
    try {
      program.close();
    } catch (IOException e) {
      // Nothing is left to be done for it.
    }
  }
}
