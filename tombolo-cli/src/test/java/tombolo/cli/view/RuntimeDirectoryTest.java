// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeDirectoryTest {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  @Test
  void aUserIsCalledByName() {
    assertThat(RuntimeDirectory.user("alice")).isEqualTo("alice");
  }

  @Test
  void usersWithoutAnEntryAreToldApartByNumber() throws IOException {
    Path process = Path.of("/proc/self");
    Assumptions.assumeTrue(Files.exists(process), "Linux has /proc");

    assertThat(RuntimeDirectory.user("?"))
        .isEqualTo("uid" + Files.getAttribute(process, "unix:uid"));
  }

  private static UserPrincipal nobody() throws IOException {
    return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
  }

  /** Another user may have been there first, in a directory that everybody can write. */
  @Test
  void aDirectoryOfAnotherUserIsRefusedWhateverItsMode(@TempDir Path directory) throws IOException {
    Path others = Path.of("/root");
    if (Files.isWritable(others)) {
      others = directory.resolve("others");
      Files.createDirectory(others, PosixFilePermissions.asFileAttribute(PRIVATE));
      RuntimeDirectory.check(others);
      Files.setOwner(others, nobody());
    }
    Path found = others;
    Assumptions.assumeTrue(
        Files.isDirectory(found) && Files.getPosixFilePermissions(found).equals(PRIVATE),
        "the directory of another user");

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> RuntimeDirectory.check(found))
        .withMessageStartingWith(found + " can be used by others; remove it");
  }

  @Test
  void aSocketOfAnotherUserIsRefusedWhateverItsMode(@TempDir Path directory) throws IOException {
    Path socket = directory.resolve("1.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      RuntimeDirectory.checkSocket(socket);
      Assumptions.assumeTrue(Files.isWritable(Path.of("/root")), "root can give a file away");
      Files.setOwner(socket, nobody());

      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> RuntimeDirectory.checkSocket(socket))
          .withMessage(socket + ": not a socket of this user alone; remove it");
    }
  }
}
