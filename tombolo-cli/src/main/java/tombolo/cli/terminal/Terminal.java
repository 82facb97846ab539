// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;
import tombolo.machine.console.ConsoleSize;

/**
 * The terminal on standard input, in a mode where the guest gets each key at once and echoes it
 * itself, as over a serial line. No key means anything to this process or its terminal, not even
 * Ctrl-C. {@link #close()} restores what was before, and so does the end of this process, however
 * it ends ({@link TerminalKeeper}).
 *
 * <p>It behaves as a job at that terminal should. In the background, it neither reads nor sets the
 * terminal; it does both once it is in the foreground. On SIGTSTP it restores the terminal and
 * stops; on SIGCONT it sets the terminal anew, also after a SIGSTOP, of which nobody hears. After
 * SIGWINCH it asks for the size.
 *
 * <p>Thread-safe. Faces the host: the JVM calls the handlers of signals on threads of their own,
 * and whoever reads the keys waits here in the background.
 */
public final class Terminal implements AutoCloseable {
  /** How often a job in the background looks whether it is in the foreground: no signal says so. */
  private static final long LOOK_MILLIS = 200;

  private final TerminalKeeper keeper;
  private final Map<Signal, SignalHandler> handlers = new LinkedHashMap<>();

  /** Orders what is asked of the keeper, with the fields below. */
  private final Object mode = new Object();

  // Guarded by mode.
  private boolean set;
  private boolean closed;

  /** Is held while the listener is called, so that it hears the latest size last. */
  private final Object sizes = new Object();

  // Guarded by sizes.
  private ConsoleSize size = ConsoleSize.UNKNOWN;
  private @Nullable Consumer<ConsoleSize> listener;

  private Terminal(String path) throws IOException {
    keeper = new TerminalKeeper(path, this::changed);
  }

  /**
   * Returns the terminal on standard input, set for a guest unless this job is in its background;
   * empty if standard input is none. Warns, and is empty, if the terminal cannot be set.
   */
  public static Optional<Terminal> ofStandardInput() {
    if (!mayBeTerminal() || !isTerminal()) {
      return Optional.empty();
    }
    try {
      // The controlling terminal can be opened by this name even where its own name is another
      // user's, as after su.
      Terminal terminal =
          new Terminal(
              JobControl.isControlling()
                  ? "/dev/tty"
                  : Path.of("/dev/stdin").toRealPath().toString());
      if (terminal.start()) {
        return Optional.of(terminal);
      }
      terminal.close();
    } catch (IOException e) {
      // No sh.
    }
    System.getLogger(Terminal.class.getName())
        .log(
            System.Logger.Level.WARNING,
            "the terminal on standard input cannot be set, so keys reach the guest a line at a"
                + " time");
    return Optional.empty();
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

  /** Returns whether the terminal is known. */
  private boolean start() {
    boolean known;
    synchronized (mode) {
      set = JobControl.isForeground();
      known = keeper.ask(set ? TerminalKeeper.Request.SET : TerminalKeeper.Request.LOOK);
    }
    if (known) {
      handle("TSTP", signal -> stopped());
      handle("CONT", signal -> continued());
      handle("WINCH", signal -> keeper.ask(TerminalKeeper.Request.LOOK));
      // A read in the background fails then, and does not stop the whole job.
      handle("TTIN", SignalHandler.SIG_IGN);
    }
    return known;
  }

  /** Handles a signal, unless whoever started this process wanted it ignored. */
  private void handle(String name, SignalHandler handler) {
    try {
      Signal signal = new Signal(name);
      SignalHandler before = Signal.handle(signal, handler);
      if (before.equals(SignalHandler.SIG_IGN)) {
        Signal.handle(signal, before);
      } else {
        handlers.put(signal, before);
      }
    } catch (IllegalArgumentException e) {
      // The host does not know it.
    }
  }

  /** SIGTSTP: stops as if there were no handler, with the terminal as it was. */
  private void stopped() {
    synchronized (mode) {
      if (closed) {
        return;
      }
      if (set) {
        keeper.ask(TerminalKeeper.Request.RESTORE);
        set = false;
      }
      Signal stop = new Signal("TSTP");
      SignalHandler handler = Signal.handle(stop, SignalHandler.SIG_DFL);
      // Returns when this process goes on, or at once where no shell could see to that.
      run("kill -TSTP " + ProcessHandle.current().pid());
      Signal.handle(stop, handler);
    }
    continued();
  }

  /** SIGCONT: whoever stopped this process, or the shell meanwhile, may have set the terminal. */
  private void continued() {
    synchronized (mode) {
      if (!closed) {
        set = JobControl.isForeground();
        keeper.ask(set ? TerminalKeeper.Request.SET : TerminalKeeper.Request.LOOK);
      }
    }
  }

  /** Stops this job, as Ctrl-Z does at a terminal that is not set for a guest. */
  public void stopJob() {
    run("trap '' TSTP; kill -TSTP 0");
  }

  /** Sends a signal by a shell and waits until it is sent. The JVM itself sends few signals. */
  private static void run(String command) {
    try {
      new ProcessBuilder("sh", "-c", command).start().waitFor();
    } catch (IOException e) {
      // Then this process goes on.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the keys of a stream that reads this terminal. They come while this job may read. */
  public InputStream keys(InputStream in) {
    return new Keys(in);
  }

  private final class Keys extends InputStream {
    private final InputStream in;

    Keys(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] keys, int offset, int length) throws IOException {
      while (awaitForeground()) {
        try {
          return in.read(keys, offset, length);
        } catch (IOException e) {
          if (JobControl.isForeground()) {
            throw e;
          } // Otherwise it was sent to the background while it waited here.
        }
      }
      return -1;
    }

    @Override
    public int available() throws IOException {
      return JobControl.isForeground() ? in.available() : 0;
    }
  }

  /** Waits until this job is in the foreground, with its terminal set; false at the end. */
  private boolean awaitForeground() {
    synchronized (mode) {
      while (!closed && !JobControl.isForeground()) {
        try {
          mode.wait(LOOK_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      if (!closed && !set) {
        continued();
      }
      return !closed;
    }
  }

  /**
   * Sets the listener for the terminal's size. It is called at once by the caller, and after each
   * change by another thread, one call at a time. One listener at a time, the last one set.
   */
  public void onSize(Consumer<ConsoleSize> told) {
    synchronized (sizes) {
      listener = told;
      told.accept(size);
    }
  }

  private void changed(ConsoleSize now) {
    synchronized (sizes) {
      if (!now.equals(size)) {
        size = now;
        if (listener != null) {
          listener.accept(now);
        }
      }
    }
  }

  /**
   * Restores the terminal and returns when that is done. In the background, leaves it alone: it is
   * somebody else's. May be called again.
   */
  @Override
  public void close() {
    synchronized (mode) {
      if (!closed && set && JobControl.isForeground()) {
        keeper.ask(TerminalKeeper.Request.RESTORE);
      }
      closed = true;
      mode.notifyAll();
    }
    handlers.forEach(
        (signal, before) -> {
          if (!signal.getName().equals("TTIN")) { // Somebody may still be reading.
            Signal.handle(signal, before);
          }
        });
    handlers.clear();
    keeper.close();
  }
}
