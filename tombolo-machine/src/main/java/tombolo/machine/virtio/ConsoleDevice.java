// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.machine.console.ConsoleSize;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * A console with one port (virtio 1.2, 5.3): Linux has it as {@code hvc0}. {@link ConsolePrinter}
 * prints for the guest, {@link ConsoleKeys} types for it.
 *
 * <p>Where a terminal is at the console's other end, the device has its size
 * (VIRTIO_CONSOLE_F_SIZE, 5.3.3 to 5.3.5) and tells the driver of each change, on the thread that
 * resizes, and once at DRIVER_OK: Linux asks for the size only when it is told of a change. {@code
 * screen} makes the size that was set last the one that the driver finds; it is taken before the
 * transport's lock and the console's, and never together with the locks of printer and keys.
 */
public final class ConsoleDevice implements VirtioDevice {
  private static final int RECEIVE = 0;
  private static final int TRANSMIT = 1;
  private static final int CONFIG_BYTES = 12;

  /** The feature bit VIRTIO_CONSOLE_F_SIZE. */
  static final int SIZE = 0;

  private final Console console;
  private final boolean hasTerminal;
  private final Object screen = new Object();
  private final ConsoleKeys keys;
  private final ConsolePrinter printer;

  /** Set once, before the driver is there. */
  private @Nullable VirtioTransport transport;

  /** Makes a port whose other end is the console; nobody else listens there. */
  public ConsoleDevice(Console console) {
    this.console = console;
    this.hasTerminal = console.size().isPresent();
    this.keys = new ConsoleKeys(console);
    this.printer = new ConsolePrinter(console);
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
    keys.attach(given, given.queue(RECEIVE));
    printer.attach(given, given.queue(TRANSMIT));
    console.onInput(keys::deliver);
    console.onRoom(printer::roomMade);
    if (hasTerminal) {
      console.onResize(this::resized);
      resized(); // since config() was asked for
    }
  }

  /** Returns the size, if offered; number of ports and emergency write are not. */
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
      printer.print();
    } else {
      keys.deliver();
    }
  }

  @Override
  public void reset() {
    keys.reset();
    printer.reset();
  }

  @Override
  public void pause() {
    keys.pause();
  }

  @Override
  public void resume() {
    keys.resume();
    printer.resume();
  }

  @Override
  public void save(StateWriter out) {
    out.part("keys", keys).part("printer", printer);
  }

  /** Restores what is on its way; the size is that of the terminal there is now. */
  @Override
  public void restore(StateReader in) {
    in.part("keys", keys).part("printer", printer);
    synchronized (screen) {
      if (hasTerminal && transport != null && !transport.hasConfig(config())) {
        resized();
      }
    }
  }

  @Override
  public void close() {
    console.onInput(() -> {});
    console.onRoom(() -> {});
    console.onResize(() -> {});
  }
}
