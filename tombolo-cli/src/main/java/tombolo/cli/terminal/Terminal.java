// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.terminal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.ConsoleSize;

/**
 * The terminal that a person types at, in a mode where the guest gets each key at once and echoes
 * it itself, as over a serial line. No key means anything to this process or its terminal, not even
 * Ctrl-C.
 *
 * <p>A child process sets the mode and restores what was before, when the pipe between us closes:
 * by {@link #close()}, or because this process is gone, however it went. So even a killed JVM
 * leaves a usable terminal and no process behind. The child also says how large the terminal is, at
 * once and after each SIGWINCH, which it gets as this process does while both are in the
 * foreground, and after a SIGCONT, because it may have missed one when they were not.
 *
 * <p>Thread-safe. Faces the host: a thread of its own reads what the child says, until that ends.
 */
public final class Terminal implements AutoCloseable {
  // The shell and what it runs ignore the keyboard's signals, which reach the whole foreground, and
  // may set the terminal also when they are in its background by then; nor does writing to a JVM
  // that is gone end them. The first size says that the mode is set.
  //
  // cat waits for the pipe's end. A signal kills it, and another one waits after the size was asked
  // for: so whenever the signal comes, also while a trap runs, where bash forgets it, or before the
  // wait, a size is asked for after it. cat's input is named because it would have none otherwise.
  private static final String KEEPER =
      """
      trap '' INT QUIT TERM HUP TSTP TTOU PIPE
      saved=$(stty -g </dev/tty) || exit
      stty -icanon min 1 time 0 -echo -icrnl -inlcr -igncr -istrip -ixon -iexten -isig </dev/tty
      exec 3<&0
      while
        cat <&3 >/dev/null &
        waiting=$!
        trap 'kill -9 $waiting' WINCH CONT
        stty size </dev/tty || echo 0 0
        wait $waiting
        [ $? -gt 128 ]
      do trap : WINCH CONT; done
      stty "$saved" </dev/tty
      """;

  private static final Pattern SIZE = Pattern.compile("(\\d{1,5}) (\\d{1,5})");

  private final Process keeper;

  // Guarded by this, which is held while the listener is called, so that it hears the latest last.
  private ConsoleSize size;
  private @Nullable Consumer<ConsoleSize> listener;

  private Terminal(Process keeper, ConsoleSize size) {
    this.keeper = keeper;
    this.size = size;
  }

  /** Returns the terminal at standard input, set for a guest; empty if there is none. */
  public static Optional<Terminal> ofStandardInput() {
    if (!mayBeTerminal() || !isTerminal()) {
      return Optional.empty();
    }
    try {
      Process keeper =
          new ProcessBuilder("sh", "-c", KEEPER)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      BufferedReader sizes = keeper.inputReader(US_ASCII);
      // A line, or the end of the stream where there is no terminal to set.
      Terminal terminal = new Terminal(keeper, parse(sizes.readLine()));
      Thread.ofPlatform().daemon(true).name("terminal").start(() -> terminal.listen(sizes));
      return Optional.of(terminal);
    } catch (IOException e) {
      return Optional
          .empty(); // No sh or stty: the terminal stays as it is, and keys come by the line.
    }
  }

  /** Rules out files and pipes without starting a process, which would cost milliseconds. */
  private static boolean mayBeTerminal() {
    try {
      Path input = Path.of("/dev/stdin").toRealPath();
      return input.startsWith("/dev") && !input.equals(Path.of("/dev/null"));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isTerminal() {
    try {
      return new ProcessBuilder("test", "-t", "0")
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Sets the listener for the terminal's size. It is called at once by the caller, and after each
   * change by another thread, one call at a time. One listener at a time, the last one set.
   */
  public synchronized void onSize(Consumer<ConsoleSize> told) {
    listener = told;
    told.accept(size);
  }

  private void listen(BufferedReader sizes) {
    try {
      for (String line = sizes.readLine(); line != null; line = sizes.readLine()) {
        changed(parse(line));
      }
    } catch (IOException e) {
      // The child is gone, and with it who knows.
    }
  }

  private synchronized void changed(ConsoleSize now) {
    if (!now.equals(size)) {
      size = now;
      if (listener != null) {
        listener.accept(now);
      }
    }
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

  /** Restores the terminal and returns when that is done. May be called again. */
  @Override
  public void close() {
    try {
      keeper.getOutputStream().close();
      keeper.waitFor();
    } catch (IOException e) {
      keeper.destroy(); // It had gone already; nothing is left to restore.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
