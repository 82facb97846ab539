// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Waiters;

/**
 * A console in memory: a program or a test reads what the guest printed and types for it. It keeps
 * the last {@link #KEPT_BYTES} at least, and up to twice as many, because a guest can print for
 * ever. Thread-safe. Text is UTF-8.
 */
public final class BufferConsole implements Console {
  /** The least number of bytes that are kept of what the guest prints. */
  public static final int KEPT_BYTES = 8 << 20;

  private final Keyboard keyboard = new Keyboard();
  private final OuterTerminal terminal = new OuterTerminal();
  private final Waiters waiters;
  private final Object lock = new Object();

  // All guarded by lock.
  private byte[] output = new byte[256];
  private int size;
  private long forgotten;

  /**
   * Makes a console that has printed nothing and has no input.
   *
   * @param host gives the time, and wakes those who wait for a text
   */
  public BufferConsole(HostServices host) {
    waiters = new Waiters(host);
  }

  @Override
  public void write(byte octet) {
    synchronized (lock) {
      if (size == 2 * KEPT_BYTES) {
        System.arraycopy(output, KEPT_BYTES, output, 0, KEPT_BYTES);
        size = KEPT_BYTES;
        forgotten += KEPT_BYTES;
      } else if (size == output.length) {
        output = Arrays.copyOf(output, Math.min(size * 2, 2 * KEPT_BYTES));
      }
      output[size++] = octet;
    }
    waiters.tell();
  }

  @Override
  public int read() {
    return keyboard.read();
  }

  @Override
  public void onInput(Runnable listener) {
    keyboard.onInput(listener);
  }

  @Override
  public Optional<ConsoleSize> size() {
    return terminal.size();
  }

  @Override
  public void onResize(Runnable listener) {
    terminal.onResize(listener);
  }

  /**
   * Sets the size of the terminal at the outer end. Call it for the first time before any device
   * has this console: a device that finds no size takes it that there is no terminal.
   */
  public void resize(ConsoleSize size) {
    terminal.resize(size);
  }

  /** Types text for the guest. */
  public void type(String text) {
    keyboard.type(text);
  }

  /** Types bytes for the guest. */
  public void type(byte[] octets) {
    keyboard.type(octets);
  }

  /** Returns what the guest has printed so far, without what is no longer kept. */
  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /** Returns what the guest has printed so far, without what is no longer kept. */
  public byte[] bytes() {
    synchronized (lock) {
      return Arrays.copyOf(output, size);
    }
  }

  /** Returns how many bytes were printed before the first that is kept. */
  public long forgotten() {
    synchronized (lock) {
      return forgotten;
    }
  }

  /**
   * Waits until the guest has printed this text.
   *
   * @param deadline how long at the most, by the clock of the host services
   * @return whether it did within that time
   */
  public boolean await(String text, Duration deadline) throws InterruptedException {
    return waiters.await(new Search(text.getBytes(StandardCharsets.UTF_8)), deadline.toNanos());
  }

  /** Looks for a text in what it has not seen before. For one thread. */
  private final class Search implements BooleanSupplier {
    private final byte[] wanted;

    /** Counted from the first byte that was printed. */
    private long from;

    Search(byte[] wanted) {
      this.wanted = wanted;
    }

    @Override
    public boolean getAsBoolean() {
      synchronized (lock) {
        from = Math.max(from, forgotten);
        for (; from + wanted.length <= forgotten + size; from++) {
          int at = (int) (from - forgotten);
          if (Arrays.equals(output, at, at + wanted.length, wanted, 0, wanted.length)) {
            return true;
          }
        }
        return false;
      }
    }
  }
}
