// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import tombolo.machine.host.Scheduler;

/**
 * A console that prints to a stream and is typed at from another one. Bytes pass as they are.
 *
 * <p>A thread of its own writes: it takes what has come since it last wrote and flushes it at once.
 * So a person sees a prompt without a newline immediately, and a guest that prints much is written
 * in large pieces. Nothing is lost while somebody reads: when the stream is slower than the guest,
 * the guest waits, and {@link #close()} returns when everything is written. Output is dropped, and
 * counted, only when the stream is broken (a closed pipe), after closing, and when the waiting vCPU
 * thread is interrupted because its VM ends.
 *
 * <p>Thread-safe. Waiting is by the monitor of {@code lock} and not by the scheduler: how fast the
 * world reads and types is never deterministic. The listeners are called without the lock, because
 * a UART takes its own lock first and then calls {@link #read()}.
 */
public final class StreamConsole implements Console, AutoCloseable {
  private static final int OUTPUT_BYTES = 1 << 16;
  private static final int INPUT_BYTES = 1 << 12;

  private final String name;
  private final OutputStream out;
  private final Scheduler scheduler;
  private final Thread writer;
  private final Object lock = new Object();
  private final OuterTerminal terminal = new OuterTerminal();

  // All guarded by lock.
  private byte[] output = new byte[OUTPUT_BYTES];
  private int outputSize;
  private boolean writing;
  private boolean broken;
  private boolean closed;
  private long dropped;
  private final byte[] input = new byte[INPUT_BYTES];
  private int inputFirst;
  private int inputSize;
  private Runnable listener = () -> {};

  /**
   * A console that only prints, until {@link #readFrom} is called.
   *
   * @param name for the names of threads, usually the VM's
   * @param out where the guest's output goes; flushed, never closed
   * @param scheduler where the threads come from
   */
  public StreamConsole(String name, OutputStream out, Scheduler scheduler) {
    this.name = name;
    this.out = out;
    this.scheduler = scheduler;
    this.writer = scheduler.startThread(name + "/console-out", this::writeOut);
  }

  /**
   * Types for the guest what comes from the stream, until its end. The thread that does it is held
   * by the stream's read: after {@link #close()} it ends with the next byte or the end of the
   * stream.
   */
  public void readFrom(InputStream in) {
    scheduler.startThread(name + "/console-in", () -> readIn(in));
  }

  @Override
  public void write(byte octet) {
    synchronized (lock) {
      try {
        while (outputSize == OUTPUT_BYTES && !closed && !broken) {
          lock.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (outputSize == OUTPUT_BYTES || closed || broken) {
        dropped++;
        return;
      }
      output[outputSize++] = octet;
      if (outputSize == 1) {
        lock.notifyAll();
      }
    }
  }

  @Override
  public int read() {
    synchronized (lock) {
      if (inputSize == 0) {
        return -1;
      }
      int octet = input[inputFirst] & 0xff;
      inputFirst = (inputFirst + 1) % INPUT_BYTES;
      inputSize--;
      lock.notifyAll();
      return octet;
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

  /** Bytes that the guest printed and nobody will read. */
  public long dropped() {
    synchronized (lock) {
      return dropped;
    }
  }

  /** Waits until everything that was printed so far is written, or the stream is broken. */
  public void flush() throws InterruptedException {
    synchronized (lock) {
      while ((outputSize > 0 || writing) && !broken) {
        lock.wait();
      }
    }
  }

  /** Writes the rest and ends. An interrupt ends the waiting, not the writing. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeOut() {
    byte[] spare = new byte[OUTPUT_BYTES];
    while (true) {
      byte[] taken;
      int size;
      synchronized (lock) {
        writing = false;
        lock.notifyAll();
        if (!awaitOutput()) {
          return;
        }
        taken = output;
        size = outputSize;
        output = spare;
        outputSize = 0;
        writing = true;
        lock.notifyAll();
      }
      spare = taken;
      try {
        out.write(taken, 0, size);
        out.flush();
      } catch (IOException | RuntimeException e) {
        breakOff(size);
        return;
      }
    }
  }

  /** False when there is none and there will be none. Lock held. */
  private boolean awaitOutput() {
    while (outputSize == 0) {
      if (closed) {
        return false;
      }
      try {
        lock.wait();
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt this thread; closing is how it ends.
      }
    }
    return true;
  }

  private void breakOff(int unwritten) {
    synchronized (lock) {
      broken = true;
      dropped += unwritten + outputSize;
      outputSize = 0;
      lock.notifyAll();
    }
  }

  private void readIn(InputStream in) {
    byte[] octets = new byte[INPUT_BYTES];
    try {
      for (int count = in.read(octets); count >= 0; count = in.read(octets)) {
        for (int done = 0; done < count; ) {
          int put = type(octets, done, count - done);
          if (put < 0) {
            return;
          }
          done += put;
        }
      }
    } catch (IOException e) {
      // A keyboard that is gone types nothing more.
    }
  }

  /** Waits for room and types what fits; how much that was, or -1 when the console is closed. */
  private int type(byte[] octets, int from, int length) {
    Runnable toCall;
    int count;
    synchronized (lock) {
      while (inputSize == INPUT_BYTES && !closed) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          return -1;
        }
      }
      if (closed) {
        return -1;
      }
      count = Math.min(length, INPUT_BYTES - inputSize);
      for (int i = 0; i < count; i++) {
        input[(inputFirst + inputSize + i) % INPUT_BYTES] = octets[from + i];
      }
      inputSize += count;
      toCall = listener;
    }
    toCall.run();
    return count;
  }
}
