// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Failures;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;

/**
 * The way from a stream to a guest: a worker reads the stream and keeps the bytes until the guest
 * takes them. While there is no room, it reads nothing more.
 *
 * <p>Faces the host: a step blocks in the stream's read. On a host of one thread it looks first
 * whether something is {@linkplain InputStream#available available}, and comes back later.
 *
 * <p>Thread-safe: {@code lock} guards the bytes that wait, the listener and {@code closed}; the
 * rest is the worker's. The listener is called without the lock, because a UART takes its own lock
 * first and then reads here.
 */
final class ConsoleInput {
  private static final int BYTES = 1 << 12;

  /** The time for which a worker that must not block leaves a silent stream alone. */
  private static final long LOOK_NANOS = 10_000_000;

  private final String name;
  private final HostServices host;
  private volatile Consumer<Throwable> onFailure;
  private final Object lock = new Object();

  // All guarded by lock.
  private final byte[] input = new byte[BYTES];
  private int first;
  private int size;
  private boolean closed;
  private Runnable listener = () -> {};
  private @Nullable Task blocked;

  /** Makes an input at which nobody types yet. */
  ConsoleInput(String name, HostServices host) {
    this.name = name;
    this.host = host;
    this.onFailure = cause -> Failures.report(name, "the keyboard failed", cause);
  }

  /** Starts to type what comes from a stream, until its end. */
  void readFrom(InputStream in) {
    new Reader(in).task.start();
  }

  /** Returns the oldest byte that waits, or -1 if there is none. */
  int read() {
    Task toWake;
    int octet;
    synchronized (lock) {
      if (size == 0) {
        return -1;
      }
      octet = input[first] & 0xff;
      first = (first + 1) % BYTES;
      size--;
      toWake = blocked;
      blocked = null;
    }
    if (toWake != null) {
      toWake.wake();
    }
    return octet;
  }

  void onInput(Runnable toCall) {
    synchronized (lock) {
      listener = toCall;
    }
  }

  void onFailure(Consumer<Throwable> listener) {
    onFailure = listener;
  }

  /** Takes nothing more. A reader ends with its next byte or the end of its stream. */
  void close() {
    Task toWake;
    synchronized (lock) {
      closed = true;
      toWake = blocked;
    }
    if (toWake != null) {
      toWake.wake();
    }
  }

  /**
   * Takes as many bytes as there is room for.
   *
   * @param task is woken when there is room again, if not all of them fit
   * @return how many it has taken, or -1 if the input is closed
   */
  private int type(byte[] octets, int from, int length, Task task) {
    Runnable toCall;
    int count;
    synchronized (lock) {
      if (closed) {
        return -1;
      }
      count = Math.min(length, BYTES - size);
      for (int i = 0; i < count; i++) {
        input[(first + size + i) % BYTES] = octets[from + i];
      }
      size += count;
      blocked = count < length ? task : null;
      toCall = listener;
    }
    if (count > 0) {
      toCall.run();
    }
    return count;
  }

  /** Moves bytes from one stream into the input. */
  private final class Reader implements Worker {
    private final InputStream in;
    private final Task task;
    private final byte[] octets = new byte[BYTES];
    private int done;
    private int count;

    Reader(InputStream in) {
      this.in = in;
      this.task = host.scheduler().task(name, Scheduler.Idle.PARK, this);
    }

    @Override
    public long step() {
      if (done == count) {
        try {
          if (!host.scheduler().stepsMayBlock() && in.available() == 0) {
            return isClosed() ? DONE : host.clock().nanos() + LOOK_NANOS;
          }
          done = 0;
          count = in.read(octets);
        } catch (IOException e) {
          return DONE; // a keyboard that is gone types nothing more
        }
        if (count < 0) {
          return DONE;
        }
      }
      int typed = type(octets, done, count - done, task);
      if (typed < 0) {
        return DONE;
      }
      done += typed;
      return done == count ? AGAIN : UNTIL_WOKEN;
    }

    /** Nobody types any more, which the VM's owner has to know. */
    @Override
    public boolean failed(String task, Throwable cause) {
      onFailure.accept(cause);
      return true;
    }

    private boolean isClosed() {
      synchronized (lock) {
        return closed;
      }
    }
  }
}
