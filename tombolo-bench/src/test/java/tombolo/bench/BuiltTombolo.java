// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import tombolo.cli.image.DebianLinux;

/** The command of this build, for suites that start it. */
final class BuiltTombolo {
  private BuiltTombolo() {}

  /**
   * Makes a repository whose {@code ./tombolo} runs the classes of this build and builds nothing.
   */
  static void in(Path root) throws IOException {
    Path repository = Invocation.ROOT;
    Files.createSymbolicLink(root.resolve("guests"), repository.resolve("guests"));
    Path launcher =
        Files.createFile(
            root.resolve("tombolo"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(
        launcher,
        """
        #!/bin/sh
        exec '%s/bin/java' --enable-native-access=ALL-UNNAMED '@%s/tombolo.jvmargs' \
          '-Dtombolo.home=%s' -cp '%s' %s "$@"
        """
            .formatted(
                System.getProperty("java.home"),
                repository,
                repository,
                System.getProperty("java.class.path"),
                tombolo.cli.Main.class.getName()));
  }

  /** Ends the test where Debian's kernel is not there and need not be. */
  static void assumeDebian() {
    Assumptions.assumeTrue(
        DebianLinux.inCache().isComplete() || "1".equals(System.getenv("TOMBOLO_REQUIRE_LINUX")),
        "Debian's kernel is not here; guests/linux/fetch gets it");
  }
}
