// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;
import tombolo.machine.Vm;
import tombolo.machine.power.StopReason;

/**
 * A VM of a {@link RunningTopology}: its console, and how it ends. Made by the topology, which owns
 * the VM.
 *
 * <p>A method that waits fails with an {@link AssertionFailedError} when its deadline is over, and
 * as soon as the VM has stopped without what it waits for. The message has the reason, the states
 * of the other VMs, and what the console had. An interrupt, as by JUnit's {@code @Timeout}, is such
 * a failure, too, and stays set.
 *
 * <p><b>The console is read once</b>, as a person reads it: each {@code await…} goes on after what
 * the one before has found. {@link #lines} has everything. Each test begins at the first line, even
 * if tests share VMs. Text is UTF-8; carriage returns are left out; of more than 10,000 lines the
 * oldest may be forgotten, and lines over 4,096 bytes are cut into several.
 *
 * <p>For one thread at a time.
 */
public final class GuestVm {
  private static final int SHOWN_LINES = 40;

  private final Guest guest;
  private final Duration deadline;
  private final Supplier<String> others;
  private GuestConsole.Position position = GuestConsole.Position.START;

  /**
   * @param deadline of calls that name none
   * @param others returns the states of the other VMs, a line each
   */
  GuestVm(Guest guest, Duration deadline, Supplier<String> others) {
    this.guest = guest;
    this.deadline = deadline;
    this.others = others;
  }

  /** Returns its name in the topology. */
  public String name() {
    return guest.name();
  }

  /** Waits for a line with this text in it, for as long as the topology's deadline. */
  public String awaitLine(String part) {
    return awaitLine(part, deadline);
  }

  /**
   * Waits for a line with this text in it, which has ended.
   *
   * @param limit how long at the most
   * @return the line, without its end
   */
  public String awaitLine(String part, Duration limit) {
    String what = "line with \"" + part + "\"";
    GuestConsole console = guest.console();
    return found(what, limit, nanos -> console.awaitLine(part, position, nanos));
  }

  /** Waits for this text, for as long as the topology's deadline. */
  public void awaitText(String text) {
    awaitText(text, deadline);
  }

  /**
   * Waits for this text, also in a line that has not ended, such as a prompt.
   *
   * @param text within one line
   * @param limit how long at the most
   */
  public void awaitText(String text, Duration limit) {
    GuestConsole console = guest.console();
    found("\"" + text + "\"", limit, nanos -> console.awaitText(text, position, nanos));
  }

  /** A wait on the console. */
  private interface Wait<T> {
    @Nullable T within(long nanos) throws InterruptedException;
  }

  private String found(String what, Duration limit, Wait<GuestConsole.Found> wait) {
    GuestConsole.@Nullable Found found = patiently("a " + what, limit, wait);
    if (found == null) {
      throw failure("no %s %s".formatted(what, whyNot(limit)));
    }
    position = found.next();
    return found.line();
  }

  private <T> @Nullable T patiently(String what, Duration limit, Wait<T> wait) {
    try {
      return wait.within(limit.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      AssertionFailedError failure = failure("interrupted while the test waited for " + what);
      failure.initCause(e);
      throw failure;
    }
  }

  private String whyNot(Duration limit) {
    @Nullable StopReason end = guest.console().end();
    return end == null ? Waits.within(limit) : "before it stopped: " + end.describe();
  }

  /**
   * Types text unchanged: a line needs its {@code "\n"}. Does not wait for the guest to read it.
   */
  public void type(String text) {
    guest.console().type(text);
  }

  /** Returns what the console has now, a string for each line, without what is forgotten. */
  public List<String> lines() {
    return guest.console().lines();
  }

  /** Waits for its end, for as long as the topology's deadline. */
  public StopReason awaitStop() {
    return awaitStop(deadline);
  }

  /**
   * Waits until it has stopped, and the topology does not boot it again.
   *
   * @param limit how long at the most
   * @return why
   */
  public StopReason awaitStop(Duration limit) {
    @Nullable StopReason end = patiently("its end", limit, guest.console()::awaitEnd);
    if (end == null) {
      throw failure("did not stop " + Waits.within(limit));
    }
    return end;
  }

  /** Waits as {@link #awaitExit(int, Duration)}, for as long as the topology's deadline. */
  public void awaitExit(int status) {
    awaitExit(status, deadline);
  }

  /**
   * Waits until it has stopped by itself with this exit status.
   *
   * @param status 0 if the guest powers off, else the code of the failure that it reports
   * @param limit how long at the most
   */
  public void awaitExit(int status, Duration limit) {
    StopReason end = awaitStop(limit);
    boolean as =
        switch (end) {
          case StopReason.PowerOff _ -> status == 0;
          case StopReason.GuestFailure(int code) -> status != 0 && status == code;
          default -> false;
        };
    if (!as) {
      throw new AssertionFailedError(
          message("expected exit status %d, but: %s".formatted(status, end.describe())),
          status == 0 ? "the guest powered off" : "the guest reported failure, code " + status,
          end.describe());
    }
  }

  /** Whether it has stopped, and the topology does not boot it again. */
  public boolean hasStopped() {
    return guest.console().end() != null;
  }

  /**
   * Pulls its plug: the guest is not asked, its peers see it die, and only {@link #boot} boots it
   * again. Returns when it has stopped. Does nothing if it has already.
   */
  public void stop() {
    guest.stop();
  }

  /**
   * Boots it once more, with fresh memory. Its console keeps what it has.
   *
   * @throws IllegalStateException unless it has stopped
   */
  public void boot() {
    guest.running().boot();
  }

  /** Returns the VM, to look at its memory, state and counters. This object stops and boots it. */
  public Vm vm() {
    return guest.running().vm();
  }

  private AssertionFailedError failure(String what) {
    return new AssertionFailedError(message(what));
  }

  private String message(String what) {
    String rest = others.get();
    return "%s: %s\n%s%s".formatted(name(), what, rest.isEmpty() ? "" : rest + "\n", console());
  }

  /** Returns the last lines of its console, and marks those that the test has read. */
  private String console() {
    List<String> lines = lines();
    if (lines.isEmpty()) {
      return "The console of " + name() + " has nothing.";
    }
    int first = Math.max(0, lines.size() - SHOWN_LINES);
    long read = position.line() - guest.console().forgotten();
    return Stream.concat(
            Stream.of(
                "The console of %s%s:"
                    .formatted(
                        name(), first == 0 ? "" : ", the last %d lines".formatted(SHOWN_LINES))),
            Stream.iterate(first, i -> i < lines.size(), i -> i + 1)
                .map(i -> (i < read ? "  (read) " : "  | ") + lines.get(i)))
        .collect(Collectors.joining("\n"));
  }
}
