// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns two looks at a table of counters into rates for the time between them. Two rows are the
 * same if they have the same cells under the columns that name them.
 */
public final class Rates {
  /** A column of the result: copied, or a counter's growth a second. */
  private record Column(String name, String from, double scale) {
    boolean isRate() {
      return scale > 0;
    }
  }

  private final List<String> keys;
  private final List<Column> columns = new ArrayList<>();

  /**
   * @param keys columns that name a row
   */
  public Rates(String... keys) {
    this.keys = List.of(keys);
  }

  /** Copies columns into the result. */
  public Rates copy(String... names) {
    for (String name : names) {
      columns.add(new Column(name, name, 0));
    }
    return this;
  }

  /** Adds a column: how fast a counter grows, in units of {@code scale} a second. */
  public Rates rate(String name, String counter, double scale) {
    columns.add(new Column(name, counter, scale));
    return this;
  }

  /** Both tables have a column {@code nanos} with the time of the look. */
  public Table between(Table before, Table now) {
    List<List<String>> rows = new ArrayList<>();
    for (List<String> row : now.rows()) {
      @Nullable List<String> earlier =
          before.rows().stream()
              .filter(candidate -> isSame(before, candidate, now, row))
              .findFirst()
              .orElse(null);
      rows.add(
          columns.stream()
              .map(
                  column ->
                      column.isRate()
                          ? rate(column, before, earlier, now, row)
                          : cell(now, row, column.from))
              .toList());
    }
    return new Table(columns.stream().map(Column::name).toList(), rows);
  }

  private boolean isSame(Table before, List<String> earlier, Table now, List<String> row) {
    return keys.stream().allMatch(key -> cell(before, earlier, key).equals(cell(now, row, key)));
  }

  private static String rate(
      Column column, Table before, @Nullable List<String> earlier, Table now, List<String> row) {
    if (earlier == null) {
      return "";
    }
    double rate;
    try {
      double seconds = growth(before, earlier, now, row, "nanos") / 1e9;
      if (seconds <= 0) {
        return "";
      }
      // A VM that was booted again, or a writer that was made anew, may count from 0.
      double growth = Math.max(growth(before, earlier, now, row, column.from), 0);
      rate = growth / seconds / column.scale;
    } catch (NumberFormatException e) {
      return ""; // The answer of another version has no such number.
    }
    return String.format(Locale.ROOT, rate < 100 ? "%.1f" : "%.0f", rate);
  }

  private static long growth(
      Table before, List<String> earlier, Table now, List<String> row, String column) {
    return Long.parseLong(cell(now, row, column)) - Long.parseLong(cell(before, earlier, column));
  }

  private static String cell(Table table, List<String> row, String column) {
    return Objects.requireNonNullElse(table.cell(row, column), "");
  }
}
