// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.List;

/**
 * What happened in a run, for a person: who ran, what it loaded and stored where others see it,
 * when a store became visible, which devices and interrupts came. What repeats itself, such as
 * polling, is told once, with a number.
 *
 * @param lines in their order; of a long run the last ones
 */
public record Timeline(List<Line> lines) {
  /** Copies the list. */
  public Timeline {
    lines = List.copyOf(lines);
  }

  /**
   * A line.
   *
   * @param who the worker, such as {@code alice/vcpu0}
   * @param where the function, and how far in it; empty if that is of no interest
   * @param what happened
   * @param different whether a calm run does not do this
   * @param times in a row, with the {@code span - 1} lines before it
   * @param span how many lines repeat themselves; 1: this one alone
   */
  public record Line(
      String who, String where, String what, boolean different, int times, int span) {
    /** Returns how often, in words, with a space before them; empty if it happened once. */
    public String repeated() {
      if (times == 1) {
        return "";
      }
      return span == 1
          ? " (%d times)".formatted(times)
          : " (the last %d lines %d times)".formatted(span, times);
    }
  }
}
