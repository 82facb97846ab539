// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Accepts clients at a socket of the host, and survives a host that has no descriptors or memory
 * left for one more. It reports such a failure once, and then leaves the socket alone for a while:
 * clients wait in the socket's queue, and the loop that accepts them neither ends nor spins.
 *
 * <p>Every loop that accepts clients uses it. One thread uses an acceptor; it closes nothing.
 */
public final class Acceptor {
  /** How long the socket is left alone after a failure. */
  public static final long PAUSE_NANOS = 250_000_000;

  /** A failure is reported again only if this much later another one follows. */
  private static final long QUIET_NANOS = 60_000_000_000L;

  /** The socket as the acceptor needs it. */
  interface Source {
    /**
     * Returns the next client, or null where the socket does not block and nobody waits.
     *
     * @throws ClosedChannelException if the socket is closed
     */
    @Nullable SocketChannel accept() throws IOException;
  }

  private final Source socket;
  private final String name;
  private final Clock clock;
  private final Consumer<String> report;
  private long pausedUntil;
  private boolean reported;
  private long reportedAt;

  /**
   * Makes an acceptor of a socket that its caller owns.
   *
   * @param name of the socket, for the report
   * @param clock measures pauses
   * @param report is told, in one line, that the host has failed
   */
  public Acceptor(ServerSocketChannel socket, String name, Clock clock, Consumer<String> report) {
    this(socket::accept, name, clock, report);
  }

  /** Makes an acceptor of anything that behaves like a socket. */
  Acceptor(Source socket, String name, Clock clock, Consumer<String> report) {
    this.socket = socket;
    this.name = name;
    this.clock = clock;
    this.report = report;
    this.pausedUntil = clock.nanos();
  }

  /**
   * Returns the next client, which the caller owns then; null if there is none now, or the socket
   * is to be left alone for {@link #pauseNanos}.
   *
   * @throws ClosedChannelException if the socket is closed
   */
  public @Nullable SocketChannel accept() throws ClosedChannelException {
    if (pauseNanos() > 0) {
      return null;
    }
    try {
      return socket.accept();
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      failed(e.getMessage());
      return null;
    }
  }

  /** Notes that the host can't serve one more client now: the socket is left alone for a while. */
  public void failed(@Nullable String why) {
    long now = clock.nanos();
    pausedUntil = now + PAUSE_NANOS;
    if (!reported || now - reportedAt >= QUIET_NANOS) {
      reported = true;
      reportedAt = now;
      report.accept("%s: no client can be accepted: %s; trying again".formatted(name, why));
    }
  }

  /** Returns how long the socket is to be left alone; 0 if a client may be accepted. */
  public long pauseNanos() {
    return Math.max(0, pausedUntil - clock.nanos());
  }
}
