// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the terminal on standard input is the controlling one, at which a shell runs jobs,
 * and whether this job is in its foreground. Reads {@code /proc}. A host without {@code /proc} is
 * treated as one without jobs.
 */
final class JobControl {
  private static final Path STATUS = Path.of("/proc/self/stat");
  private static final Path INPUT = Path.of("/dev/stdin");

  private JobControl() {}

  /** Returns whether the terminal on standard input controls this process. */
  static boolean isControlling() {
    @Nullable Job me = look();
    return me == null || me.terminal == input();
  }

  /**
   * Returns whether this process may read and set the terminal on standard input: it is in the
   * foreground there, or the terminal does not control it.
   */
  static boolean isForeground() {
    @Nullable Job me = look();
    return me == null || me.terminal != input() || me.group == me.foreground;
  }

  /** Returns the device number of standard input; -1 if it has none. */
  private static long input() {
    try {
      return ((Number) Files.getAttribute(INPUT, "unix:rdev")).longValue() & 0xffff_ffffL;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return -1;
    }
  }

  /**
   * This process as a job, as proc_pid_stat(5) describes it.
   *
   * @param group its process group
   * @param terminal the device number of its controlling terminal, 0 if it has none
   * @param foreground the process group in the foreground of that terminal
   */
  private record Job(long group, long terminal, long foreground) {}

  private static @Nullable Job look() {
    try {
      String status = Files.readString(STATUS);
      // Behind the name, which may have blanks and parentheses: state, parent, group, session, …
      String[] fields = status.substring(status.lastIndexOf(')') + 2).split(" ", -1);
      return new Job(
          Long.parseLong(fields[2]),
          Long.parseLong(fields[4]) & 0xffff_ffffL,
          Long.parseLong(fields[5]));
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }
}
