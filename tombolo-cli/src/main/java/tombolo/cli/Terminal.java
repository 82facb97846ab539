// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The terminal that a person types at, in a mode where the guest gets each key at once and echoes
 * it itself, as over a serial line. No key means anything to this process or its terminal, not even
 * Ctrl-C.
 *
 * <p>A child process sets the mode and restores what was before, when the pipe between us closes:
 * by {@link #close()}, or because this process is gone, however it went. So even a killed JVM
 * leaves a usable terminal and no process behind.
 */
final class Terminal implements AutoCloseable {
  // The shell and what it runs ignore the keyboard's signals, which reach the whole foreground, and
  // may set the terminal also when they are in its background by then. Nothing but stty's silence
  // and one line say that the mode is set.
  private static final String KEEPER =
      """
      trap '' INT QUIT TERM HUP TSTP TTOU
      saved=$(stty -g </dev/tty) || exit
      stty -icanon min 1 time 0 -echo -icrnl -inlcr -igncr -istrip -ixon -iexten -isig \
        </dev/tty && echo set
      cat >/dev/null
      stty "$saved" </dev/tty
      """;

  private final Process keeper;

  private Terminal(Process keeper) {
    this.keeper = keeper;
  }

  /** The terminal that is standard input, set for a guest; empty where standard input is none. */
  static Optional<Terminal> ofStandardInput() {
    if (!mayBeTerminal() || !isTerminal()) {
      return Optional.empty();
    }
    try {
      Process keeper =
          new ProcessBuilder("sh", "-c", KEEPER)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      // A line, or the end of the stream where there is no terminal to set.
      keeper.getInputStream().read();
      return Optional.of(new Terminal(keeper));
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
