// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import tombolo.bench.suite.BenchmarkException;

/**
 * A command that runs virtual machines, with their consoles on its standard input and output. A
 * thread of its own reads and keeps the output, so that the command never waits for its reader.
 */
final class ConsoleProcess implements AutoCloseable {
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
          line, begin, new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(line, e.getMessage()));
    }
  }

  private void read() {
    byte[] buffer = new byte[8192];
    try (InputStream in = process.getInputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        String text = new String(buffer, 0, n, ISO_8859_1);
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
   * Waits until the pattern has been found in the output so many times.
   *
   * @return nanoseconds from its start until then
   * @throws BenchmarkException if it ends first, or does not get there in time
   */
  synchronized long awaitText(Pattern wanted, int times, int seconds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (wanted.matcher(printed).results().count() < times) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (ended || left <= 0) {
        throw new BenchmarkException(
            "%s: %s before it printed %s; last output: %s"
                .formatted(command, ended ? "ended" : seconds + " s passed", wanted, lastWords()));
      }
      wait(left);
    }
    return System.nanoTime() - begin;
  }

  /** Returns everything printed so far. */
  synchronized String printed() {
    return printed.toString();
  }

  private synchronized String lastWords() {
    return printed.substring(Math.max(0, printed.length() - 600)).strip();
  }

  /** Types text on the console. */
  void type(String text) {
    try {
      OutputStream out = process.getOutputStream();
      out.write(text.getBytes(ISO_8859_1));
      out.flush();
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(command, e.getMessage()));
    }
  }

  /** Waits for the command to end with status 0. */
  void awaitSuccess(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new BenchmarkException(
          "%s: did not end; last output: %s".formatted(command, lastWords()));
    }
    reader.join();
    if (process.exitValue() != 0) {
      throw new BenchmarkException(
          "%s: exit status %d; last output: %s"
              .formatted(command, process.exitValue(), lastWords()));
    }
  }

  /** Returns the processor time of all threads of the process, in seconds. */
  double processorSeconds() {
    return process
            .info()
            .totalCpuDuration()
            .orElseThrow(
                () ->
                    new BenchmarkException(
                        command + ": the host does not report its processor time"))
            .toNanos()
        / 1e9;
  }

  /** Ends the process if it is still running. */
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
