// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.machine.console.ConsoleSize;

/**
 * A console with one port (virtio 1.2, 5.3): Linux has it as {@code hvc0}.
 *
 * <p>What the guest prints goes to the {@link Console} on the vCPU thread that notifies, which
 * waits where the console does, as with a UART. What is typed goes to the guest on the thread that
 * types, or on the vCPU thread that brings new buffers. It stays in the console as long as there is
 * no buffer, so nothing that was typed ahead is lost here; a reset loses what is on its way. (Linux
 * itself drops what comes before its console is set up.)
 *
 * <p>Where a terminal is at the console's other end, the device has its size
 * (VIRTIO_CONSOLE_F_SIZE, 5.3.3 to 5.3.5) and tells the driver of each change, on the thread that
 * resizes, and once at DRIVER_OK: Linux asks for the size only when it is told of a change. {@code
 * screen} makes the size that was set last the one that the driver finds; it is taken before the
 * transport's lock and the console's, and never together with {@code input}.
 *
 * <p>{@code input} guards what is typed; it is taken before the transport's lock and the console's.
 * No key is left lying: who types calls the listener after the key is in the console, and the
 * listener looks there with the lock held, as everybody does who looks.
 */
public final class ConsoleDevice implements VirtioDevice {
  private static final int RECEIVE = 0;
  private static final int TRANSMIT = 1;
  private static final int PIECE = 4096;
  private static final int CONFIG_BYTES = 12;

  /** The feature bit VIRTIO_CONSOLE_F_SIZE. */
  static final int SIZE = 0;

  private final Console console;
  private final boolean hasTerminal;
  private final Object screen = new Object();
  private final Object input = new Object();

  /** Set once, before the driver is there. */
  private @Nullable VirtioTransport transport;

  // Guarded by input: the receive queue, a buffer that is waiting for keys, keys that are waiting
  // for a buffer.
  private @Nullable Virtqueue receive;
  private @Nullable Chain waiting;
  private final byte[] typed = new byte[256];
  private int typedCount;

  /** A port whose other end is the console; nobody else listens there. */
  public ConsoleDevice(Console console) {
    this.console = console;
    this.hasTerminal = console.size().isPresent();
  }

  @Override
  public String name() {
    return "console";
  }

  @Override
  public int type() {
    return 3;
  }

  @Override
  public int classCode() {
    return 0x078000;
  }

  @Override
  public long features() {
    return hasTerminal ? 1L << SIZE : 0;
  }

  @Override
  public int queues() {
    return 2;
  }

  @Override
  public int maxQueueSize(int queue) {
    return 64;
  }

  @Override
  public void attach(VirtioTransport given) {
    transport = given;
    synchronized (input) {
      receive = given.queue(RECEIVE);
    }
    console.onInput(this::deliver);
    if (hasTerminal) {
      console.onResize(this::resized);
      resized(); // since config() was asked for
    }
  }

  /** The size, if offered; number of ports and emergency write are not. */
  @Override
  public byte[] config() {
    ConsoleSize size = console.size().orElse(ConsoleSize.UNKNOWN);
    ByteBuffer config = ByteBuffer.allocate(CONFIG_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    config.putShort(0, (short) size.columns());
    config.putShort(2, (short) size.rows());
    return config.array();
  }

  @Override
  public void started() {
    if (transport != null && transport.accepted(SIZE)) {
      resized();
    }
  }

  private void resized() {
    synchronized (screen) {
      if (transport != null) {
        transport.configChanged(SIZE, config());
      }
    }
  }

  @Override
  public void notified(Virtqueue queue) {
    if (queue.index() == TRANSMIT) {
      print(queue);
    } else {
      deliver();
    }
  }

  private void print(Virtqueue queue) {
    byte[] piece = new byte[PIECE];
    try {
      for (Chain chain = queue.take(); chain != null; chain = queue.take()) {
        for (long at = 0; at < chain.readable(); at += PIECE) {
          if (Thread.currentThread().isInterrupted()) {
            return; // the VM ends
          }
          int length = (int) Math.min(PIECE, chain.readable() - at);
          chain.read(at, piece, 0, length);
          for (int i = 0; i < length; i++) {
            console.write(piece[i]);
          }
        }
        queue.complete(chain, 0);
      }
    } catch (ChainLostException e) {
      // The rest of it was never printed, as after a power-off.
    }
  }

  /** Gives the guest what was typed, as far as it has buffers. */
  private void deliver() {
    synchronized (input) {
      while (hasBuffer() && hasKeys()) {
        pass();
      }
    }
  }

  private boolean hasBuffer() {
    if (waiting == null && receive != null) {
      waiting = receive.take();
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

  /** Fills the buffer that is waiting; keys stay if it is lost. Lock held. */
  private void pass() {
    Chain chain = waiting;
    if (chain == null) {
      return;
    }
    waiting = null;
    if (chain.writable() == 0) {
      // 5.3.6.1 forbids it. Given back, it would keep who types here as long as the guest has more.
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

  @Override
  public void reset() {
    synchronized (input) {
      waiting = null;
    }
  }

  @Override
  public void close() {
    console.onInput(() -> {});
    console.onResize(() -> {});
  }
}
