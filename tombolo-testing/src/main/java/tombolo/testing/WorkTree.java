// SPDX-License-Identifier: Apache-2.0
package tombolo.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the project that are no resources of the module under test. Stateless. */
public final class WorkTree {
  private WorkTree() {}

  /**
   * A file or folder, by its path from the root of the work tree, which the working directory is
   * in.
   *
   * @throws AssertionError where there is none
   */
  public static Path path(String fromRoot) {
    Path directory = Path.of("").toAbsolutePath();
    while (directory != null && !Files.exists(directory.resolve(fromRoot))) {
      directory = directory.getParent();
    }
    if (directory == null) {
      throw new AssertionError("no " + fromRoot + " above the working directory");
    }
    return directory.resolve(fromRoot);
  }
}
