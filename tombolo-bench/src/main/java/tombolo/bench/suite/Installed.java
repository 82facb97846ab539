// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.suite;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds programs on this machine. */
public final class Installed {
  private Installed() {}

  /** Returns the program that a shell would run, by the PATH. */
  public static Optional<Path> program(String name) {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
