// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The socket device of a VM.
 *
 * @param cid its context ID, unique, 3 to 0xfffffffe
 * @param socket the Unix-domain socket by which programs of the host reach it, relative to the
 *     working directory or absolute; null if they do not reach it
 */
public record VsockSpec(long cid, @Nullable Path socket) {
  /** The longest path of a Unix-domain socket on any system, less the port's suffix. */
  private static final int LONGEST_SOCKET = 92;

  /**
   * Returns why there can be no socket at its path, with the path and the remedy; or null. Changes
   * nothing in the file system.
   */
  public @Nullable String objection() {
    if (socket == null) {
      return null;
    }
    Path folder = socket.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return "%s: no such folder for the socket; make it first".formatted(socket);
    }
    int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_SOCKET) {
      return "%s: too long for a socket's path, %d bytes; use at most %d"
          .formatted(socket, length, LONGEST_SOCKET);
    }
    if (Files.isDirectory(socket) || Files.isRegularFile(socket)) {
      return "%s: exists and is not a socket; choose another path".formatted(socket);
    }
    return null;
  }
}
