// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;

/**
 * A console in memory: a program or a test reads what the guest printed and types for it.
 * Thread-safe. Text is UTF-8.
 */
public final class BufferConsole implements Console {
  private final Object lock = new Object();
  private final OuterTerminal terminal = new OuterTerminal();
  private final ArrayDeque<Byte> input = new ArrayDeque<>();
  private byte[] output = new byte[256];
  private int size;
  private Runnable listener = () -> {};

  /** Makes a console that has printed nothing and has no input. */
  public BufferConsole() {}

  @Override
  public void write(byte octet) {
    synchronized (lock) {
      if (size == output.length) {
        output = Arrays.copyOf(output, size * 2);
      }
      output[size++] = octet;
      lock.notifyAll();
    }
  }

  @Override
  public int read() {
    synchronized (lock) {
      Byte octet = input.poll();
      return octet == null ? -1 : octet & 0xff;
    }
  }

  @Override
  public void onInput(Runnable listener) {
    synchronized (lock) {
      this.listener = listener;
    }
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
   * The outer end is a terminal of this size, from now on. The first time is before any device has
   * this console, or a device may take it that there is no terminal.
   */
  public void resize(ConsoleSize size) {
    terminal.resize(size);
  }

  /** Types text for the guest. */
  public void type(String text) {
    type(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Types bytes for the guest. */
  public void type(byte[] octets) {
    Runnable toCall;
    synchronized (lock) {
      for (byte octet : octets) {
        input.add(octet);
      }
      toCall = listener;
    }
    // Outside the lock: the UART takes its own lock first and then reads from here.
    toCall.run();
  }

  /** Everything the guest has printed so far. */
  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /** Everything the guest has printed so far. */
  public byte[] bytes() {
    synchronized (lock) {
      return Arrays.copyOf(output, size);
    }
  }

  /**
   * Waits until the guest has printed this text.
   *
   * @return whether it did within that time
   */
  public boolean await(String text, Duration deadline) throws InterruptedException {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    long end = System.nanoTime() + deadline.toNanos();
    int from = 0;
    synchronized (lock) {
      while (true) {
        for (; from + wanted.length <= size; from++) {
          if (Arrays.equals(output, from, from + wanted.length, wanted, 0, wanted.length)) {
            return true;
          }
        }
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        lock.wait(left / 1_000_000, (int) (left % 1_000_000));
      }
    }
  }
}
