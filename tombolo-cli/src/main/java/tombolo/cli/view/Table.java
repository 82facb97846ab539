// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows of text under named columns, as a person reads them, as a program does, and as they cross
 * the control socket: a line a row, divided by tabs, the first one the columns' names.
 *
 * @param columns names, lower case, words divided by blanks
 * @param rows each as long as the columns; any text
 */
public record Table(List<String> columns, List<List<String>> rows) {
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\u2028\u2029]");
  private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?");

  public Table {
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
    for (List<String> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(row + " has not the columns " + columns);
      }
    }
  }

  /** Returns the table as it crosses the socket. */
  String toTabs() {
    StringBuilder text = new StringBuilder(toTabs(columns));
    rows.forEach(row -> text.append(toTabs(row)));
    return text.toString();
  }

  /** A file's name may hold what divides cells and rows. */
  private static String toTabs(List<String> cells) {
    return cells.stream().map(Table::escaped).collect(Collectors.joining("\t", "", "\n"));
  }

  private static String escaped(String cell) {
    return cell.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private static String unescaped(String cell) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < cell.length(); i++) {
      char c = cell.charAt(i);
      if (c == '\\' && i + 1 < cell.length()) {
        i++;
        char named = cell.charAt(i);
        c = named == 't' ? '\t' : named == 'n' ? '\n' : named == 'r' ? '\r' : named;
      }
      text.append(c);
    }
    return text.toString();
  }

  /**
   * Returns a text without what could move a terminal's cursor or hide characters: controls,
   * formats, separators of lines and what is no character.
   */
  static String clean(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
  }

  /**
   * Parses a table as it crosses the socket. Its texts are whatever the other process says: {@link
   * #lines} shows them {@linkplain #clean cleaned}, and {@link Json} escaped.
   *
   * @throws IllegalArgumentException if it is no such table
   */
  static Table ofTabs(String text) {
    List<List<String>> lines =
        text.lines()
            .map(line -> Arrays.stream(line.split("\t", -1)).map(Table::unescaped).toList())
            .toList();
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("no table");
    }
    return new Table(lines.getFirst(), lines.subList(1, lines.size()));
  }

  /** Returns the same rows with one more column before them. */
  Table withColumn(String name, String value) {
    List<String> wider = new ArrayList<>(List.of(name));
    wider.addAll(columns);
    return new Table(
        wider,
        rows.stream()
            .map(
                row -> {
                  List<String> cells = new ArrayList<>(List.of(value));
                  cells.addAll(row);
                  return cells;
                })
            .toList());
  }

  /**
   * Returns the rows of both, under this table's columns; cells that the other has not are empty.
   */
  Table and(Table other) {
    List<List<String>> both = new ArrayList<>(rows);
    for (List<String> row : other.rows) {
      both.add(
          columns.stream()
              .map(column -> Objects.requireNonNullElse(other.cell(row, column), ""))
              .toList());
    }
    return new Table(columns, both);
  }

  /** Returns a row's cell under a column, or null if there is no such column. */
  @Nullable String cell(List<String> row, String column) {
    int index = columns.indexOf(column);
    return index < 0 ? null : row.get(index);
  }

  /** Returns lines for people: columns as wide as they need to be, numbers to the right. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    Table shown = new Table(columns, rows.stream().map(Table::shown).toList());
    lines.add(
        shown.line(columns.stream().map(name -> clean(name).toUpperCase(Locale.ROOT)).toList()));
    shown.rows.forEach(row -> lines.add(shown.line(row)));
    return lines;
  }

  /** Returns a row in which each cell stays on its line. */
  private static List<String> shown(List<String> row) {
    return row.stream().map(Table::clean).toList();
  }

  private String line(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String padding = " ".repeat(width(i) - cells.get(i).length());
      line.append(i == 0 ? "" : "  ");
      line.append(isNumeric(i) ? padding + cells.get(i) : cells.get(i) + padding);
    }
    return line.toString().stripTrailing();
  }

  private int width(int column) {
    int width = columns.get(column).length();
    for (List<String> row : rows) {
      width = Math.max(width, row.get(column).length());
    }
    return width;
  }

  private boolean isNumeric(int column) {
    return !rows.isEmpty()
        && rows.stream()
            .allMatch(row -> row.get(column).isEmpty() || startsWithDigit(row.get(column)));
  }

  private static boolean startsWithDigit(String cell) {
    return Character.isDigit(cell.charAt(0)) && !cell.startsWith("0x");
  }

  /** Returns a value for {@link Json}: an object for each row; empty cells are null. */
  public List<Map<String, @Nullable Object>> json() {
    return rows.stream().map(this::object).toList();
  }

  private Map<String, @Nullable Object> object(List<String> row) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      object.put(columns.get(i).replace(' ', '_'), value(row.get(i)));
    }
    return object;
  }

  private static @Nullable Object value(String cell) {
    if (cell.isEmpty()) {
      return null;
    }
    if (!NUMBER.matcher(cell).matches()) {
      return cell;
    }
    return cell.contains(".") ? (Object) Double.valueOf(cell) : Long.valueOf(cell);
  }
}
