// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The repository and the guests in it. */
public final class Guests {
  private Guests() {}

  /** The repository that holds the working directory. */
  public static Path repository() {
    return Stream.iterate(Path.of("").toAbsolutePath(), at -> at != null, Path::getParent)
        .filter(at -> Files.isDirectory(at.resolve("guests/bin")))
        .findFirst()
        .orElseThrow();
  }

  /** The path of a built guest. */
  public static String guest(String name) {
    return repository().resolve("guests/bin/" + name + ".elf").toString();
  }
}
