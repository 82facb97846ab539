// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.terminal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.ConsoleSize;

/**
 * A child process that sets a terminal and restores it. It does what it is asked through a pipe,
 * and answers each request with the terminal's size. When the pipe closes because this process is
 * gone, however it went, the child restores a terminal that is still as it has set it. So even a
 * killed JVM leaves a usable terminal and no process behind.
 *
 * <p>Thread-safe. Faces the host: a thread of its own reads the answers until the child ends.
 */
final class TerminalKeeper {
  /** What it can be asked for. */
  enum Request {
    /** To set the terminal for a guest, whatever somebody else has set meanwhile. */
    SET,
    /** To restore what was before the last SET. */
    RESTORE,
    /** Only for the size. */
    LOOK
  }

  // The shell and what it runs ignore the keyboard's signals, which reach the whole foreground, and
  // may set the terminal also when they are in its background by then; nor does writing to a JVM
  // that is gone end them.
  //
  // A SET that finds the terminal set by an earlier one keeps what that one has saved: somebody has
  // stopped this process with SIGSTOP, and perhaps a shell has set the terminal for itself.
  private static final String SCRIPT =
      """
      trap '' INT QUIT TERM HUP TSTP TTIN TTOU PIPE
      exec 3<"$1" || exit
      set=
      while read -r request; do
        case $request in
        SET)
          [ -n "$set" ] || saved=$(stty -g <&3)
          stty -icanon min 1 time 0 -echo -icrnl -inlcr -igncr -istrip -ixon -iexten -isig <&3
          set=$(stty -g <&3)
          ;;
        RESTORE)
          [ -z "$set" ] || stty "$saved" <&3
          set=
          ;;
        esac
        stty size <&3 || echo 0 0
      done
      [ -z "$set" ] || [ "$(stty -g <&3)" != "$set" ] || stty "$saved" <&3
      """;

  /**
   * How long a request waits for its answer. stty waits until the terminal has shown all output,
   * and so for ever where nobody takes that. Then the child goes on alone.
   */
  private static final long PATIENCE_NANOS = 1_000_000_000;

  /** How long the first one does, for which the child has to start. */
  private static final long FIRST_PATIENCE_NANOS = 10 * PATIENCE_NANOS;

  private static final Pattern SIZE = Pattern.compile("(\\d{1,5}) (\\d{1,5})");

  private final Process child;
  private final Writer requests;
  private final Consumer<ConsoleSize> onSize;

  // All guarded by this.
  private long asked;
  private long answered;
  private boolean ended;

  /**
   * Starts a child.
   *
   * @param terminal the path of the terminal
   * @param onSize is told the size after each request, by another thread, one call at a time
   * @throws IOException if there is no shell
   */
  TerminalKeeper(String terminal, Consumer<ConsoleSize> onSize) throws IOException {
    this.onSize = onSize;
    this.child =
        new ProcessBuilder("sh", "-c", SCRIPT, "sh", terminal)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    this.requests = child.outputWriter(US_ASCII);
    BufferedReader answers = child.inputReader(US_ASCII);
    Thread.ofPlatform().daemon(true).name("tombolo/terminal").start(() -> listen(answers));
  }

  /**
   * Asks for something and waits until it is done, but not for ever.
   *
   * @return false if the child is gone, or the terminal can't be opened
   */
  synchronized boolean ask(Request request) {
    try {
      requests.write(request.name() + "\n");
      requests.flush();
    } catch (IOException e) {
      return false;
    }
    long mine = ++asked;
    long start = System.nanoTime();
    long patience = mine == 1 ? FIRST_PATIENCE_NANOS : PATIENCE_NANOS;
    boolean interrupted = false;
    for (long left = patience;
        answered < mine && !ended && left > 0;
        left = patience - (System.nanoTime() - start)) {
      try {
        wait(left / 1_000_000 + 1);
      } catch (InterruptedException e) {
        interrupted = true; // The terminal comes first.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return answered >= mine || !ended;
  }

  private void listen(BufferedReader answers) {
    try {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        onSize.accept(parse(line));
        wasAnswered(false);
      }
    } catch (IOException e) {
      // The child is gone, and nobody else knows the size.
    }
    wasAnswered(true);
  }

  private synchronized void wasAnswered(boolean last) {
    answered += last ? 0 : 1;
    ended |= last;
    notifyAll();
  }

  /**
   * Parses a size as stty prints it, rows first.
   *
   * @return unknown if the line has another form, or a number is not from 1 to 65535
   */
  static ConsoleSize parse(@Nullable String line) {
    Matcher numbers = SIZE.matcher(line == null ? "" : line);
    if (!numbers.matches()) {
      return ConsoleSize.UNKNOWN;
    }
    int rows = Integer.parseInt(numbers.group(1));
    int columns = Integer.parseInt(numbers.group(2));
    boolean known = rows >= 1 && rows <= 0xffff && columns >= 1 && columns <= 0xffff;
    return known ? new ConsoleSize(columns, rows) : ConsoleSize.UNKNOWN;
  }

  /** Ends the child. Returns when it has ended, or without it while the terminal holds it up. */
  void close() {
    try {
      requests.close();
      child.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    } catch (IOException e) {
      // It had gone already; nothing is left to restore.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
