// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * Puts what is typed at a console into the receive queue of a {@link ConsoleDevice}: on the thread
 * that types, on the vCPU thread that brings new buffers, or on the transport's worker. Keys stay
 * in the console while there is no buffer, so nothing that was typed ahead is lost here; a reset
 * loses what is on its way. (Linux itself drops what comes before its console is set up.)
 *
 * <p>{@code lock} guards everything; it is taken before the transport's lock and the console's. No
 * key is left lying: whoever types calls the listener after the key is in the console, and the
 * listener looks there with the lock held, as everybody does who looks. While the device is paused,
 * nobody looks; {@link #resume} does.
 */
final class ConsoleKeys implements Stateful {
  private static final int KEYS = 256;

  /** Buffers that are filled before others have their turn. */
  private static final int BATCH = 64;

  private final Console console;
  private final Object lock = new Object();

  // All guarded by lock.
  private @Nullable VirtioTransport transport;
  private @Nullable Virtqueue queue;

  /** A buffer that waits for keys. */
  private @Nullable Chain waiting;

  /** Keys that wait for a buffer. */
  private final byte[] typed = new byte[KEYS];

  private int typedCount;
  private boolean paused;

  ConsoleKeys(Console console) {
    this.console = console;
  }

  /** Sets queue and transport, before the driver is there. */
  void attach(VirtioTransport given, Virtqueue receive) {
    synchronized (lock) {
      transport = given;
      queue = receive;
    }
  }

  /** Gives the guest what was typed, as far as it has buffers. */
  void deliver() {
    synchronized (lock) {
      int filled = 0;
      while (!paused && hasBuffer() && hasKeys()) {
        if (filled++ == BATCH) {
          serveLater();
          return;
        }
        pass();
      }
    }
  }

  private void serveLater() {
    if (transport != null && queue != null) {
      transport.serveLater(queue);
    }
  }

  private boolean hasBuffer() {
    if (waiting == null && queue != null) {
      waiting = queue.take();
    }
    return waiting != null;
  }

  private boolean hasKeys() {
    while (typedCount < typed.length) {
      int octet = console.read();
      if (octet < 0) {
        break;
      }
      typed[typedCount++] = (byte) octet;
    }
    return typedCount > 0;
  }

  /** Fills the buffer that is waiting; keys stay if it is lost. */
  private void pass() {
    Chain chain = waiting;
    if (chain == null) {
      return;
    }
    waiting = null;
    if (chain.writable() == 0) {
      // 5.3.6.1 forbids it.
      chain.breach("a receive buffer without room");
      return;
    }
    int length = (int) Math.min(typedCount, chain.writable());
    try {
      chain.write(0, typed, 0, length);
    } catch (ChainLostException e) {
      return;
    }
    chain.queue().complete(chain, length);
    typedCount -= length;
    System.arraycopy(typed, length, typed, 0, typedCount);
  }

  void reset() {
    synchronized (lock) {
      waiting = null;
    }
  }

  void pause() {
    synchronized (lock) {
      paused = true;
    }
  }

  void resume() {
    synchronized (lock) {
      paused = false;
    }
    deliver();
  }

  @Override
  public void save(StateWriter out) {
    synchronized (lock) {
      out.bytes(Arrays.copyOf(typed, typedCount));
      if (queue != null) {
        queue.saveTaken(out, waiting);
      }
    }
  }

  @Override
  public void restore(StateReader in) {
    synchronized (lock) {
      byte[] keys = in.bytes(KEYS);
      System.arraycopy(keys, 0, typed, 0, keys.length);
      typedCount = keys.length;
      waiting = queue == null ? null : queue.restoreTaken(in);
    }
  }
}
