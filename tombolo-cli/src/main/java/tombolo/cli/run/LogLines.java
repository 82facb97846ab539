// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Prints what the libraries log: a warning is one line on standard error. A record with an
 * exception goes to the {@link FailureLog} alone, because the command itself reports it in one
 * line. Drops everything below a warning. Replaces the JDK's logging, which would have to be loaded
 * and configured.
 *
 * <p>Threads of vCPUs and devices log here. A full pipe at standard error holds none of them for
 * longer than {@link Messages} waits.
 */
public final class LogLines extends System.LoggerFinder {
  private static final Messages MESSAGES = new Messages(line -> System.err.println(line));

  private static volatile boolean muted;

  /** Used by the service loader. */
  public LogLines() {}

  @Override
  public System.Logger getLogger(String name, Module module) {
    return new Lines(name);
  }

  /**
   * Drops warnings from now on: the same topology runs thousands of times, and each run would warn
   * of the same guests.
   */
  static void mute() {
    muted = true;
  }

  private record Lines(String name) implements System.Logger {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      return level.getSeverity() >= Level.WARNING.getSeverity() && level != Level.OFF;
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      if (!isLoggable(level) || (muted && thrown == null)) {
        return;
      }
      if (thrown == null) {
        MESSAGES.print("tombolo: " + level.getName().toLowerCase(Locale.ROOT) + ": " + message);
      } else {
        FailureLog.add(name + ": " + message, thrown);
      }
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object... parameters) {
      boolean plain = format == null || parameters == null || parameters.length == 0;
      log(
          level,
          bundle,
          plain ? format : MessageFormat.format(format, parameters),
          (Throwable) null);
    }
  }
}
