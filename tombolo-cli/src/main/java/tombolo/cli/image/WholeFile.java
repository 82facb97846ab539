// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes files that are complete under their name, or not there. The bytes go to a temporary file
 * beside it, which gets the name when all of them are on the host's storage. On a failure, and when
 * the process ends in between, the temporary file is removed, and what had the name before is
 * untouched.
 */
public final class WholeFile {
  private static final int MOST_NAMES = 100;

  private WholeFile() {}

  /** Writes the bytes of a file. */
  public interface Content {
    /** Writes all of them; the stream is buffered, and not closed. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file. Replaces an existing one, and keeps its permissions. A link stays: the file that
   * it leads to is replaced. A device or a pipe is written as it is.
   *
   * @throws IOException if it can't be written, or the content's
   */
  public static void write(Path file, Content content) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
        content.writeTo(out);
      }
      return;
    }
    boolean replaces = Files.exists(file);
    Path target = replaces ? file.toRealPath() : file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new NoSuchFileException(file.toString());
    }
    if (replaces && !Files.isWritable(target)) {
      throw new AccessDeniedException(file.toString());
    }
    Path temporary = create(target);
    temporary.toFile().deleteOnExit(); // a signal ends the process in the middle
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      if (replaces) {
        Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(target));
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Makes an empty file that is nobody's, in the same directory, because a rename crosses none. */
  private static Path create(Path target) throws IOException {
    long process = ProcessHandle.current().pid();
    for (int number = 0; ; number++) {
      Path file = target.resolveSibling(".tombolo-%d-%d.tmp".formatted(process, number));
      try {
        return Files.createFile(file);
      } catch (FileAlreadyExistsException e) {
        if (number == MOST_NAMES) { // what killed processes of this number have left
          throw e;
        }
      }
    }
  }
}
