// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * Prints what the guest puts into the transmit queue of a {@link ConsoleDevice}: on the vCPU thread
 * that notifies, as far as the console has room, and then on the transport's worker. So no vCPU
 * waits for the host, and none is held by a guest that prints all the time.
 *
 * <p>Called by one thread at a time, but for {@link #reset}, which {@code lock} keeps apart, and
 * {@link #roomMade}. No room is missed: {@code waits} is set before the console is asked once more,
 * and the console makes room before it tells.
 */
final class ConsolePrinter implements Stateful {
  /** Bytes that are copied at a time. */
  private static final int PIECE = 4096;

  /** Pieces, of one chain or several, before others have their turn. */
  private static final int PIECES = 16;

  private final Console console;
  private final Object lock = new Object();
  private final byte[] piece = new byte[PIECE];
  private @Nullable VirtioTransport transport;
  private @Nullable Virtqueue queue;

  /** Set while a chain waits for room in the console. */
  private volatile boolean waits;

  // Guarded by lock: the chain that is not printed to its end, and how much of it is.
  private @Nullable Chain chain;
  private long done;

  ConsolePrinter(Console console) {
    this.console = console;
  }

  /** Sets queue and transport, once, before the driver is there. */
  void attach(VirtioTransport given, Virtqueue transmit) {
    transport = given;
    queue = transmit;
  }

  /** Prints some of what there is, and asks to be called again if that was not all. */
  void print() {
    synchronized (lock) {
      for (int i = 0; i < PIECES; i++) {
        if (!printPiece()) {
          return;
        }
      }
    }
    printLater();
  }

  private void printLater() {
    if (transport != null && queue != null) {
      transport.serveLater(queue);
    }
  }

  /** Prints a piece; false if there is none, or no room for one. */
  private boolean printPiece() {
    if (chain == null) {
      chain = queue == null ? null : queue.take();
      done = 0;
    }
    if (chain == null) {
      return false;
    }
    Chain now = chain;
    int length = (int) Math.min(PIECE, now.readable() - done);
    if (length > 0) {
      length = Math.min(length, room());
      if (length <= 0) {
        return false;
      }
    }
    try {
      now.read(done, piece, 0, length);
    } catch (ChainLostException e) {
      chain = null; // the rest was never printed, as after a power-off
      return true;
    }
    for (int i = 0; i < length; i++) {
      console.write(piece[i]);
    }
    done += length;
    if (done == now.readable()) {
      chain = null;
      now.queue().complete(now, 0);
    }
    return true;
  }

  private int room() {
    waits = false;
    int room = console.room();
    if (room > 0) {
      return room;
    }
    waits = true;
    return console.room();
  }

  /** There is room in the console. Any thread. */
  void roomMade() {
    if (waits) {
      printLater();
    }
  }

  /** Goes on after a pause, perhaps at another console, which has room. */
  void resume() {
    if (waits && console.room() > 0) {
      printLater();
    }
  }

  void reset() {
    synchronized (lock) {
      chain = null;
    }
  }

  @Override
  public void save(StateWriter out) {
    synchronized (lock) {
      if (queue != null) {
        queue.saveTaken(out, chain);
      }
      out.number(done).flag(waits);
    }
  }

  @Override
  public void restore(StateReader in) {
    synchronized (lock) {
      chain = queue == null ? null : queue.restoreTaken(in);
      done = in.int64();
      if (chain != null && (done < 0 || done > chain.readable())) {
        throw in.wrong("%d bytes printed of %d".formatted(done, chain.readable()));
      }
      waits = in.flag();
    }
  }
}
