// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;

/**
 * A guest's console as lines of text that a test can wait for, with the end of the guest's run as
 * the last thing that happens on it.
 *
 * <p>Thread-safe. vCPU threads write, the VM's listener tells the end, tests wait; this object's
 * monitor guards all that is said here, and nobody calls out of it. Waiters look under the monitor
 * before they wait on it, and each change notifies under it, so no wake-up is lost. The end is told
 * when no vCPU runs any more: whoever sees it sees all that was printed before.
 */
final class GuestConsole implements Console {
  /** How many lines are kept at least; a guest can print for ever. */
  static final int KEPT_LINES = 10_000;

  private static final int LONGEST_LINE = 4096;

  /** Where somebody looks on: a line, counted from the first that was printed, and a column. */
  record Position(long line, int column) {
    static final Position START = new Position(0, 0);
  }

  /**
   * What somebody waited for.
   *
   * @param line all of the line that has it
   * @param next where to look on
   */
  record Found(String line, Position next) {}

  private final BufferConsole keyboard = new BufferConsole(HostServices.system());

  // All guarded by this.
  private final List<String> lines = new ArrayList<>();
  private long forgotten;
  private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
  private @Nullable StopReason end;

  @Override
  public synchronized void write(byte octet) {
    if (octet == '\r') {
      return; // of a serial line
    }
    if (octet == '\n' || unfinished.size() == LONGEST_LINE) {
      finishLine();
    }
    if (octet != '\n') {
      unfinished.write(octet);
    }
    notifyAll();
  }

  @Override
  public int read() {
    return keyboard.read();
  }

  @Override
  public void onInput(Runnable listener) {
    keyboard.onInput(listener);
  }

  void type(String text) {
    keyboard.type(text);
  }

  /** A run begins. */
  synchronized void begin() {
    end = null;
  }

  /** A run has ended, and another one begins by itself. */
  synchronized void endAndGoOn() {
    finishRest();
    notifyAll();
  }

  /** A run has ended, and that is all. */
  synchronized void end(StopReason reason) {
    finishRest();
    end = reason;
    notifyAll();
  }

  private void finishRest() {
    if (unfinished.size() > 0) {
      finishLine();
    }
  }

  private void finishLine() {
    if (lines.size() == 2 * KEPT_LINES) {
      lines.subList(0, KEPT_LINES).clear();
      forgotten += KEPT_LINES;
    }
    lines.add(unfinished.toString(StandardCharsets.UTF_8));
    unfinished.reset();
  }

  /** How the latest run has ended; null before. */
  synchronized @Nullable StopReason end() {
    return end;
  }

  /** What is kept, with the line that has not ended, if there is one. */
  synchronized List<String> lines() {
    List<String> all = new ArrayList<>(lines);
    if (unfinished.size() > 0) {
      all.add(unfinished.toString(StandardCharsets.UTF_8));
    }
    return all;
  }

  /** How many lines were printed before the first that is kept. */
  synchronized long forgotten() {
    return forgotten;
  }

  /**
   * Waits for the end of the run.
   *
   * @return null if it has not ended in that time
   */
  synchronized @Nullable StopReason awaitEnd(long nanos) throws InterruptedException {
    return await(nanos, _ -> null, end -> end);
  }

  /**
   * Waits for a line that has ended and has this text in it.
   *
   * @return null if there was none in that time, or before the run ended
   */
  synchronized @Nullable Found awaitLine(String part, Position from, long nanos)
      throws InterruptedException {
    return await(nanos, new Search(part, true, from), _ -> null);
  }

  /** The same for text that may be in a line which has not ended, such as a prompt. */
  synchronized @Nullable Found awaitText(String text, Position from, long nanos)
      throws InterruptedException {
    return await(nanos, new Search(text, false, from), _ -> null);
  }

  /** Looks until there is something, the run has ended, or the time is over. */
  private <T> @Nullable T await(
      long nanos, Function<GuestConsole, @Nullable T> look, Function<StopReason, @Nullable T> atEnd)
      throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    while (true) {
      @Nullable T found = look.apply(this);
      long left = deadline - System.nanoTime();
      if (found == null && end != null) {
        return atEnd.apply(end);
      }
      if (found != null || left <= 0) {
        return found;
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
  }

  /** Looks through the lines that it has not seen; for one thread, with the monitor held. */
  private static final class Search implements Function<GuestConsole, @Nullable Found> {
    private final String text;
    private final boolean whole;
    private Position at;

    Search(String text, boolean whole, Position from) {
      this.text = text;
      this.whole = whole;
      this.at = from;
    }

    @Override
    public @Nullable Found apply(GuestConsole console) {
      if (at.line < console.forgotten) {
        at = new Position(console.forgotten, 0);
      }
      long finished = console.forgotten + console.lines.size();
      for (; at.line < finished; at = new Position(at.line + 1, 0)) {
        @Nullable Found found = in(console.lines.get((int) (at.line - console.forgotten)));
        if (found != null) {
          return found;
        }
      }
      return whole ? null : in(console.unfinished.toString(StandardCharsets.UTF_8));
    }

    private @Nullable Found in(String line) {
      int where = line.indexOf(text, at.column);
      if (where < 0) {
        return null;
      }
      return new Found(
          line,
          whole ? new Position(at.line + 1, 0) : new Position(at.line, where + text.length()));
    }
  }
}
