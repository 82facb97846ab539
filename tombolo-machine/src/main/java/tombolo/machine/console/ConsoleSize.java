// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

/**
 * The size of the terminal at a console's outer end, in characters.
 *
 * @param columns characters in a line, 1 to 65535, or 0 where nobody knows
 * @param rows lines, 1 to 65535, or 0 where nobody knows
 */
public record ConsoleSize(int columns, int rows) {
  /** The size of a terminal that does not tell it. */
  public static final ConsoleSize UNKNOWN = new ConsoleSize(0, 0);

  private static final int MOST = 0xffff;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public ConsoleSize {
    if (columns < 0 || columns > MOST || rows < 0 || rows > MOST) {
      throw new IllegalArgumentException("%d columns, %d rows".formatted(columns, rows));
    }
  }
}
