// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/** Paths in a guest, which always begin at its root. */
final class GuestPath {
  private static final Pattern SLASH = Pattern.compile("/");

  private GuestPath() {}

  /** Returns the path as an archive has it: without a leading slash, {@code .} and {@code ..}. */
  static String of(String path) {
    Deque<String> parts = new ArrayDeque<>();
    SLASH
        .splitAsStream(path)
        .forEach(
            part -> {
              switch (part) {
                case "", "." -> {}
                case ".." -> parts.pollLast();
                default -> parts.addLast(part);
              }
            });
    return String.join("/", parts);
  }
}
