// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Consumer;
import tombolo.machine.host.Failures;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Waiters;
import tombolo.machine.host.Worker;

/**
 * The way from a guest to a stream. A worker takes what has come since its last step, writes it and
 * flushes it at once. So a person sees a prompt without a newline immediately, and a guest that
 * prints much is written in large pieces.
 *
 * <p>Faces the host: a step blocks in the stream's write.
 *
 * <p>Thread-safe: {@code lock} guards all fields that change. It is not held while the stream is
 * written, nor while others are told.
 */
final class ConsoleOutput implements Worker {
  static final int BYTES = 1 << 16;

  /**
   * The most bytes of one write to the stream. A pipe takes so few all at once or not at all
   * (POSIX's PIPE_BUF), so what was written is known to the byte when nobody reads any more.
   */
  private static final int PIECE = 1 << 12;

  private final OutputStream out;
  private final boolean stepsMayBlock;
  private final Task task;
  private final Waiters waiters;
  private final Object lock = new Object();

  // All guarded by lock.
  private byte[] filling = new byte[BYTES];
  private byte[] spare = new byte[BYTES];
  private int size;
  private int writing; // bytes that the worker has taken and not yet written
  private boolean broken;
  private boolean closed;
  private boolean ended;
  private long dropped;
  private Runnable roomListener = () -> {};

  private volatile Consumer<Throwable> onFailure;

  /**
   * Makes an output that nobody writes before {@link #start}.
   *
   * @param name the worker's
   * @param out flushed, never closed
   */
  ConsoleOutput(String name, OutputStream out, HostServices host) {
    this.out = out;
    this.stepsMayBlock = host.scheduler().stepsMayBlock();
    this.task = host.scheduler().task(name, Scheduler.Idle.PARK, this);
    this.waiters = new Waiters(host);
    this.onFailure = cause -> Failures.report(name, "output was lost", cause);
  }

  void start() {
    task.start();
  }

  /**
   * Appends a byte. Where the buffer is full, the guest waits for the worker, or, on a host of one
   * thread, writes in its place. Drops the byte if the stream is broken or closed, or if the
   * waiting thread is interrupted because its VM ends.
   */
  void write(byte octet) {
    while (!put(octet)) {
      if (!stepsMayBlock) {
        step();
      } else if (!waiters.awaitUnlessInterrupted(() -> room() > 0, Long.MAX_VALUE)) {
        synchronized (lock) {
          dropped++;
        }
        return;
      }
    }
  }

  /** Appends or drops a byte; false if it has to wait. */
  private boolean put(byte octet) {
    boolean first;
    synchronized (lock) {
      if (closed || broken) {
        dropped++;
        return true;
      }
      if (size == BYTES) {
        return false;
      }
      filling[size++] = octet;
      first = size == 1;
    }
    if (first) {
      task.wake();
    }
    return true;
  }

  /** Bytes that {@link #write} takes, or drops, without waiting. */
  int room() {
    synchronized (lock) {
      return closed || broken ? Integer.MAX_VALUE : BYTES - size;
    }
  }

  void onRoom(Runnable listener) {
    synchronized (lock) {
      roomListener = listener;
    }
  }

  void onFailure(Consumer<Throwable> listener) {
    onFailure = listener;
  }

  /** Bytes that nobody will read. */
  long dropped() {
    synchronized (lock) {
      return dropped;
    }
  }

  /**
   * Waits until everything that was printed so far is written, or the stream is broken.
   *
   * @param nanos how long at the most; Long.MAX_VALUE = without end
   * @return whether that is so
   */
  boolean flush(long nanos) throws InterruptedException {
    return waiters.await(this::isWritten, nanos);
  }

  private boolean isWritten() {
    synchronized (lock) {
      return broken || (size == 0 && writing == 0);
    }
  }

  /**
   * Drops what is not written yet, and everything that the guest prints later. Returns at once: a
   * write that is under way stays behind with its worker, whose thread ends when the write does.
   */
  void abandon() {
    synchronized (lock) {
      if (!broken) {
        broken = true;
        dropped += writing + size;
        size = 0;
      }
      closed = true;
      ended = true;
    }
    task.wake();
    tell();
  }

  /** Writes the rest and ends. An interrupt ends the waiting, not the writing, and stays set. */
  void close() {
    synchronized (lock) {
      closed = true;
    }
    task.wake();
    tell();
    waiters.awaitUnlessInterrupted(this::hasEnded, Long.MAX_VALUE);
  }

  private boolean hasEnded() {
    synchronized (lock) {
      return ended;
    }
  }

  @Override
  public long step() {
    byte[] taken;
    int count;
    synchronized (lock) {
      if (size == 0 || broken) {
        ended = closed || broken;
        count = 0;
      } else {
        count = size;
        writing = count;
        size = 0;
      }
      taken = filling;
      if (count > 0) {
        filling = spare;
        spare = taken;
      }
    }
    tell();
    if (count == 0) {
      return hasEnded() ? DONE : UNTIL_WOKEN;
    }
    boolean broke = false;
    try {
      write(taken, count);
    } catch (IOException e) {
      broke = true; // The reader is gone: what follows is counted as dropped.
    } catch (Throwable e) {
      onFailure.accept(e); // The VM ends; if it boots again, it prints again.
    } finally {
      written(broke);
    }
    tell();
    return AGAIN;
  }

  /** Writes in pieces, up to the end or until the output is abandoned. */
  private void write(byte[] taken, int count) throws IOException {
    for (int at = 0; at < count; at += PIECE) {
      int length = Math.min(PIECE, count - at);
      out.write(taken, at, length);
      if (at + length == count) {
        out.flush();
      }
      synchronized (lock) {
        if (broken) {
          return;
        }
        writing -= length;
      }
    }
  }

  /** Counts bytes that were taken and not written as dropped, unless abandon() has done so. */
  private void written(boolean broke) {
    synchronized (lock) {
      if (!broken) {
        dropped += writing;
        if (broke) {
          broken = true;
          dropped += size;
          size = 0;
        }
      }
      writing = 0;
    }
  }

  /** Tells waiters that there may be room, or nothing left to write. No lock is held. */
  private void tell() {
    Runnable toCall;
    synchronized (lock) {
      toCall = roomListener;
    }
    waiters.tell();
    toCall.run();
  }
}
