// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import tombolo.bench.BenchmarkException;

/**
 * A command that runs virtual machines, with their consoles on its standard input and output. What
 * it prints is kept, and read by a thread of its own, so that it never waits for its reader.
 */
final class ConsoleProcess implements AutoCloseable {
  /** What Linux counts processor time in, on every machine (proc_pid_stat(5)). */
  private static final double TICKS_A_SECOND = 100;

  private final String command;
  private final long begin;
  private final Process process;
  private final Thread reader;
  // Both guarded by this; notified when they change.
  private final StringBuilder printed = new StringBuilder();
  private boolean ended;

  private ConsoleProcess(String command, long begin, Process process) {
    this.command = command;
    this.begin = begin;
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().name("console").start(this::read);
  }

  static ConsoleProcess start(List<String> command) {
    String line = String.join(" ", command);
    try {
      long begin = System.nanoTime();
      return new ConsoleProcess(
          line,
          begin,
          new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(line, e.getMessage()));
    }
  }

  private void read() {
    byte[] buffer = new byte[8192];
    try (InputStream in = process.getInputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        String text = new String(buffer, 0, n, java.nio.charset.StandardCharsets.ISO_8859_1);
        synchronized (this) {
          printed.append(text);
          notifyAll();
        }
      }
    } catch (IOException e) {
      // The process was destroyed.
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  /**
   * Waits until it has printed what the pattern finds, so often.
   *
   * @return nanoseconds from its start to when that was seen
   * @throws BenchmarkException if it ends before, or the time is up
   */
  synchronized long awaitText(Pattern wanted, int times, int seconds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (wanted.matcher(printed).results().count() < times) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (ended || left <= 0) {
        throw new BenchmarkException(
            "%s: %s before it printed %s; its last words: %s"
                .formatted(
                    command, ended ? "ended" : seconds + " s were over", wanted, lastWords()));
      }
      wait(left);
    }
    return System.nanoTime() - begin;
  }

  /** All that was printed until now. */
  synchronized String printed() {
    return printed.toString();
  }

  private String lastWords() {
    return printed.substring(Math.max(0, printed.length() - 600)).strip();
  }

  /** Types. */
  void type(String text) {
    try {
      OutputStream out = process.getOutputStream();
      out.write(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
      out.flush();
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(command, e.getMessage()));
    }
  }

  /** Waits for its end. */
  void awaitSuccess(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new BenchmarkException(
          "%s: did not end; its last words: %s".formatted(command, lastWordsNow()));
    }
    reader.join();
    if (process.exitValue() != 0) {
      throw new BenchmarkException(
          "%s: exit status %d; its last words: %s"
              .formatted(command, process.exitValue(), lastWordsNow()));
    }
  }

  private synchronized String lastWordsNow() {
    return lastWords();
  }

  /** Seconds of processor time that the process has used, in all its threads. */
  double processorSeconds() {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      // The name, in brackets, may have blanks; state is the first field behind it, utime the 12th.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_A_SECOND;
    } catch (IOException e) {
      throw new BenchmarkException(
          String.format(Locale.ROOT, "%s: no processor time: %s", command, e.getMessage()));
    }
  }

  /** Ends it if it runs still. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
