// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

/**
 * A mistake in a topology file.
 *
 * @param file as the person named it
 * @param line from 1, or 0 if it is about the file as a whole
 * @param key with its tables, {@code vm.alice.memory}; empty if it is about no key
 * @param what the problem and the remedy
 */
public record Mistake(String file, int line, String key, String what) {
  /** Returns one line, whatever the file has in its strings. */
  @Override
  public String toString() {
    String place = line > 0 ? file + ":" + line : file;
    return printable(place + ": " + (key.isEmpty() ? "" : key + ": ") + what);
  }

  private static String printable(String text) {
    StringBuilder line = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                line.append("\\u%04x".formatted(c));
              } else {
                line.append((char) c);
              }
            });
    return line.toString();
  }
}
