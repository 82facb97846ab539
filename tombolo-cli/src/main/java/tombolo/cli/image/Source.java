// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import tombolo.topology.InputException;

/** Reads files that a person adds to an image, and names the file that can't be read. */
final class Source {
  private Source() {}

  /** Something that reads. */
  interface Reading<T> {
    /** Reads; throws if the host does not let it. */
    T read() throws IOException;
  }

  /**
   * Reads from a file.
   *
   * @throws InputException if it can't be read: one line that begins with its name
   */
  static <T> T read(Path file, Reading<T> reading) {
    try {
      return reading.read();
    } catch (UncheckedIOException e) {
      throw unreadable(file, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static InputException unreadable(Path file, IOException failure) {
    return new InputException(
        switch (failure) {
          case NoSuchFileException missing -> missing.getFile() + ": no such file";
          case AccessDeniedException denied -> denied.getFile() + ": no permission to read it";
          default -> file + ": can't be read: " + failure.getMessage();
        });
  }
}
