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
 * @param socket where programs of the host reach it, relative to the working directory or absolute;
 *     null where they don't
 */
public record VsockSpec(long cid, @Nullable Path socket) {
  /** What an address of a Unix-domain socket holds everywhere, without the port's suffix. */
  private static final int LONGEST_SOCKET = 92;

  /**
   * Why there can be no socket at its path: which path, what is wrong, what to do; or null. Looks
   * at the file system and changes nothing.
   */
  public @Nullable String objection() {
    if (socket == null) {
      return null;
    }
    Path folder = socket.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return "%s: no such folder to make the socket in; make it first".formatted(socket);
    }
    int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_SOCKET) {
      return "%s: %d bytes are too long for a socket's path; it has at most %d"
          .formatted(socket, length, LONGEST_SOCKET);
    }
    if (Files.isDirectory(socket) || Files.isRegularFile(socket)) {
      return "%s: there is something that is no socket; choose another path".formatted(socket);
    }
    return null;
  }
}
