// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Prints lines for a person on standard error. The caller waits until its line is written, so that
 * no later output overtakes the line. It does not wait for ever, because standard error may be a
 * full pipe that nobody reads.
 *
 * <p>Thread-safe. Faces the host: a daemon thread writes, and ends when nothing is left. It alone
 * is held when nobody reads.
 */
final class Messages {
  private static final long PATIENCE_NANOS = 1_000_000_000;

  /** The most lines that wait; further ones are dropped. */
  static final int MOST_WAITING = 256;

  private final Consumer<String> err;

  // All guarded by this.
  private final ArrayDeque<String> waiting = new ArrayDeque<>();
  private boolean writing;
  private long added;
  private long written;

  /** True after a caller has waited in vain, until the next line is written. */
  private boolean stuck;

  /**
   * @param err writes a line; may block
   */
  Messages(Consumer<String> err) {
    this.err = err;
  }

  /**
   * Prints a line. Waits at most a second until it is written, and not at all while others have
   * waited in vain. An interrupt ends the waiting and stays set.
   */
  synchronized void print(String line) {
    if (waiting.size() == MOST_WAITING) {
      return;
    }
    waiting.add(line);
    long mine = ++added;
    if (!writing) {
      writing = true;
      Thread.ofPlatform().daemon(true).name("tombolo/messages").start(this::write);
    }
    long end = System.nanoTime() + PATIENCE_NANOS;
    try {
      while (written < mine && !stuck) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          stuck = true;
          notifyAll(); // others need not try as well
          return;
        }
        wait(left / 1_000_000 + 1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    for (String line = next(); line != null; line = next()) {
      try {
        err.accept(line);
      } finally {
        wasWritten();
      }
    }
  }

  private synchronized @Nullable String next() {
    String line = waiting.poll();
    writing = line != null;
    return line;
  }

  private synchronized void wasWritten() {
    written++;
    stuck = false;
    notifyAll();
  }
}
