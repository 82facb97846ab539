// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.machine.console.Keyboard;
import tombolo.machine.host.Waiters;
import tombolo.machine.power.StopReason;
import tombolo.topology.run.LineCutter;

/**
 * A guest's console as lines of text that a test can wait for. The end of the guest's run is the
 * last thing that happens on it.
 *
 * <p>Thread-safe. vCPU threads write, the run's worker tells the end, tests wait. This object's
 * monitor guards everything below, and nothing else is called with it held. Whoever changes
 * something has waiters test their condition afterwards. The end is told when no vCPU runs any
 * more, so whoever sees it sees everything that was printed before.
 */
final class GuestConsole implements Console {
  /** The least number of lines that are kept, if they are short; a guest can print for ever. */
  static final int KEPT_LINES = 10_000;

  /** The characters that are kept before the older half of the lines is forgotten. */
  static final int MOST_CHARACTERS = 8 << 20;

  /** A place to search from: a line, counted from the first that was printed, and a column. */
  record Position(long line, int column) {
    static final Position START = new Position(0, 0);
  }

  /**
   * A text that was waited for.
   *
   * @param line all of the line that has it
   * @param next where to search on
   */
  record Found(String line, Position next) {}

  private final Keyboard keyboard = new Keyboard();
  private final Waiters waiters;

  // All guarded by this.
  private final List<String> lines = new ArrayList<>();
  private long forgotten;
  private long characters;
  private final LineCutter cutter = new LineCutter();
  private @Nullable StopReason end;

  /**
   * @param waiters where tests wait
   */
  GuestConsole(Waiters waiters) {
    this.waiters = waiters;
  }

  @Override
  public void write(byte octet) {
    synchronized (this) {
      keep(cutter.add(octet));
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

  void type(String text) {
    keyboard.type(text);
  }

  /** Begins a run, the first or a later one. */
  void begin() {
    change(null);
  }

  /** Ends a run after which none begins by itself. */
  void end(StopReason reason) {
    change(reason);
  }

  private void change(@Nullable StopReason reason) {
    synchronized (this) {
      keep(cutter.end());
      end = reason;
    }
    waiters.tell();
  }

  private void keep(byte @Nullable [] line) {
    if (line == null) {
      return;
    }
    if (lines.size() == 2 * KEPT_LINES || characters >= MOST_CHARACTERS) {
      List<String> older = lines.subList(0, lines.size() / 2);
      characters -= older.stream().mapToLong(String::length).sum();
      forgotten += older.size();
      older.clear();
    }
    String text = new String(line, StandardCharsets.UTF_8);
    lines.add(text);
    characters += text.length();
  }

  /** Returns how the latest run ended; null before that. */
  synchronized @Nullable StopReason end() {
    return end;
  }

  /** Returns the lines that are kept, with one that has not ended, if there is one. */
  synchronized List<String> lines() {
    List<String> all = new ArrayList<>(lines);
    if (!cutter.unfinished().isEmpty()) {
      all.add(cutter.unfinished());
    }
    return all;
  }

  /** Returns how many lines were printed before the first that is kept. */
  synchronized long forgotten() {
    return forgotten;
  }

  /**
   * Waits for the end of the run.
   *
   * @return null if it has not ended in that time
   */
  @Nullable StopReason awaitEnd(long nanos) throws InterruptedException {
    return await(nanos, _ -> null, end -> end);
  }

  /**
   * Waits for a line that has ended and has this text in it.
   *
   * @return null if there was none in that time, or before the run ended
   */
  @Nullable Found awaitLine(String part, Position from, long nanos) throws InterruptedException {
    return await(nanos, new Search(part, true, from), _ -> null);
  }

  /**
   * Waits for text that may be in a line that has not ended, such as a prompt.
   *
   * @return null if there was none in that time, or before the run ended
   */
  @Nullable Found awaitText(String text, Position from, long nanos) throws InterruptedException {
    return await(nanos, new Search(text, false, from), _ -> null);
  }

  /** Searches until something is found, the run has ended, or the time is over. */
  private <T> @Nullable T await(
      long nanos, Function<GuestConsole, @Nullable T> look, Function<StopReason, @Nullable T> atEnd)
      throws InterruptedException {
    Answer<T> answer = new Answer<>();
    waiters.await(
        () -> {
          synchronized (this) {
            answer.found = look.apply(this);
            if (answer.found == null && end != null) {
              answer.found = atEnd.apply(end);
              return true;
            }
            return answer.found != null;
          }
        },
        nanos);
    return answer.found;
  }

  /** What the waiting thread found, which is null until it has found something. */
  private static final class Answer<T> {
    @Nullable T found;
  }

  /** Searches the lines that it has not seen; for one thread, with the monitor held. */
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
      return whole ? null : in(console.cutter.unfinished());
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
