// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.machine.state.SavedState;

/** What a client of a shared folder can do in it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class SessionTest {
  private static final int ROOT = TestClient.ROOT;

  @TempDir private Path outside;
  private Path shared;
  private Session session;
  private TestClient client;

  @BeforeEach
  void share() throws IOException {
    shared = Files.createDirectory(outside.resolve("shared"));
    session = session(false);
    client = new TestClient(session).attached();
  }

  private Session session(boolean readOnly) throws IOException {
    return new Session(SharedFolder.open(shared, readOnly), () -> 1_000_000_000_000L);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(shared.resolve(name), content);
  }

  @Test
  void aFileIsReadInPieces() throws IOException {
    file("text", "Hello, folder!");
    assertThat(client.walk(2, "text")).isEqualTo(1);
    client.done(Request.LOPEN, 2, 0);

    assertThat(client.read(2, 0, 5)).isEqualTo("Hello");
    assertThat(client.read(2, 7, 1000)).isEqualTo("folder!");
    assertThat(client.read(2, 14, 1000)).isEmpty();
    assertThat(client.refused(Request.WRITE, 2, 0L, 1, (byte) 'x')).isEqualTo(Errno.EBADF.number);
    client.done(Request.CLUNK, 2);
    assertThat(client.refused(Request.READ, 2, 0L, 5)).isEqualTo(Errno.EBADF.number);
  }

  @Test
  void aFileIsMadeWrittenAndSynced() throws IOException {
    client.create(2, "new");
    client.write(2, 0, "abc");
    client.write(2, 5, "é");
    client.done(Request.FSYNC, 2, 0);

    assertThat(Files.readString(shared.resolve("new"))).isEqualTo("abc\0\0é");
    assertThat(client.modeAndSize(2)).containsExactly(0100644L, 7L);
    client.walk(3);
    assertThat(
            client.refused(
                Request.LCREATE, 3, "new", SharedFolder.WRITE_ONLY | SharedFolder.EXCLUSIVE, 0, 0))
        .isEqualTo(Errno.EEXIST.number);
    client.done(Request.LCREATE, 3, "new", SharedFolder.WRITE_ONLY | SharedFolder.TRUNCATE, 0, 0);
    assertThat(Files.size(shared.resolve("new"))).isZero();
  }

  @Test
  void directoriesAreMadeListedAndRemoved() throws IOException {
    client.done(Request.MKDIR, ROOT, "a", 0755, 0);
    client.walk(2, "a");
    client.done(Request.MKDIR, 2, "b", 0700, 0);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shared.resolve("a/b"))))
        .isEqualTo("rwx------");
    assertThat(client.refused(Request.MKDIR, 2, "b", 0700, 0)).isEqualTo(Errno.EEXIST.number);
    for (int i = 0; i < 100; i++) {
      file("a/" + i, "");
    }
    client.done(Request.LOPEN, 2, 0);

    List<String> names = client.list(2, 300);

    assertThat(names)
        .startsWith(".", "..")
        .hasSize(103)
        .contains("b")
        .containsAll(IntStream.range(0, 100).mapToObj(Integer::toString).toList());
    assertThat(client.list(2, 100_000)).as("from the beginning again").isEqualTo(names);
    assertThat(client.refused(Request.UNLINKAT, ROOT, "a", 0x200))
        .isEqualTo(Errno.ENOTEMPTY.number);
    client.done(Request.UNLINKAT, 2, "b", 0x200);
    assertThat(shared.resolve("a/b")).doesNotExist();
    assertThat(shared).isDirectoryNotContaining("glob:**/.tombolo*");
  }

  @Test
  void whatIsOpenFollowsARename() throws IOException {
    Files.createDirectory(shared.resolve("a"));
    file("a/x", "content");
    file("y", "replaced");
    client.walk(2, "a", "x");
    client.walk(3, "a");
    client.done(Request.RENAMEAT, ROOT, "a", ROOT, "b");

    assertThat(client.modeAndSize(2)).containsExactly(0100644L, 7L);
    client.done(Request.RENAME, 2, ROOT, "y");
    assertThat(Files.readString(shared.resolve("y"))).isEqualTo("content");
    client.done(Request.LOPEN, 3, 0);
    assertThat(client.list(3, 1000)).containsExactly(".", "..");
  }

  @Test
  void aFileThatIsRemovedWhileItIsOpenIsStillThere() throws IOException {
    client.create(2, "gone");
    client.write(2, 0, "still here");
    client.done(Request.UNLINKAT, ROOT, "gone", 0);

    assertThat(shared.resolve("gone")).doesNotExist();
    assertThat(client.read(2, 0, 100)).isEqualTo("still here");
    assertThat(client.modeAndSize(2).get(1)).isEqualTo(10);
  }

  private void set(int fid, int what, int mode, long size, long seconds) {
    client.done(Request.SETATTR, fid, what, mode, 0, 0, size, seconds, 5L, seconds, 7L);
  }

  @Test
  void modeSizeAndTimesAreSet() throws IOException {
    Path file = file("f", "0123456789");
    client.walk(2, "f");

    set(2, 0x8, 0, 4, 0);
    assertThat(Files.readString(file)).isEqualTo("0123");
    set(2, 0x8, 0, 6, 0);
    assertThat(Files.readString(file)).isEqualTo("0123\0\0");
    set(2, 0x1, 04751, 0, 0);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rwxr-x--x");
    set(2, 0x20 | 0x100, 0, 0, 1_700_000_000L);
    assertThat(Files.getLastModifiedTime(file).toInstant())
        .isEqualTo(Instant.ofEpochSecond(1_700_000_000L, 7));
    set(2, 0x20, 0, 0, 0);
    assertThat(Files.getLastModifiedTime(file).toInstant()).isEqualTo(Instant.ofEpochSecond(1000));
    assertThat(client.refused(Request.SETATTR, 2, 0x2, 0, 1000, 0, 0L, 0L, 0L, 0L, 0L))
        .as("a change of owner")
        .isEqualTo(Errno.EPERM.number);
  }

  @Test
  void linksAreMadeAndReadButNotFollowed() throws IOException {
    file("target", "content");
    client.done(Request.SYMLINK, ROOT, "link", "target", 0);
    client.walk(2, "link");

    assertThat(Files.readSymbolicLink(shared.resolve("link"))).hasToString("target");
    ByteBuffer text = client.done(Request.READLINK, 2).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(text.getShort()).isEqualTo((short) 6);
    assertThat(client.modeAndSize(2).getFirst() & 0170000).isEqualTo(0120000);
    assertThat(client.refused(Request.LOPEN, 2, 0)).isEqualTo(Errno.ELOOP.number);
  }

  @Test
  void aWalkGoesAsFarAsItCan() throws IOException {
    Files.createDirectories(shared.resolve("a/b"));

    assertThat(client.walk(2, "a", "b", "nothing", "c")).isEqualTo(2);
    assertThat(client.refused(Request.CLUNK, 2)).isEqualTo(Errno.EBADF.number);
    assertThat(client.walkRefused(2, "nothing")).isEqualTo(Errno.ENOENT.number);
    assertThat(client.walk(2, "a", "..", "a", "b")).isEqualTo(4);
    assertThat(client.walkRefused(2)).as("a fid in use").isEqualTo(Errno.EBADF.number);
  }

  @Test
  void aReadOnlyFolderIsReadAndNothingElse() throws IOException {
    file("f", "content");
    client = new TestClient(session(true)).attached();
    client.walk(2, "f");
    client.walk(3, "f");
    int erofs = Errno.EROFS.number;

    assertThat(client.refused(Request.LOPEN, 2, 1)).isEqualTo(erofs);
    assertThat(client.refused(Request.LOPEN, 2, 2)).isEqualTo(erofs);
    assertThat(client.refused(Request.LOPEN, 2, SharedFolder.TRUNCATE)).isEqualTo(erofs);
    assertThat(client.refused(Request.LCREATE, 3, "x", 2, 0644, 0)).isEqualTo(erofs);
    assertThat(client.refused(Request.MKDIR, ROOT, "x", 0755, 0)).isEqualTo(erofs);
    assertThat(client.refused(Request.SYMLINK, ROOT, "x", "f", 0)).isEqualTo(erofs);
    assertThat(client.refused(Request.UNLINKAT, ROOT, "f", 0)).isEqualTo(erofs);
    assertThat(client.refused(Request.RENAMEAT, ROOT, "f", ROOT, "g")).isEqualTo(erofs);
    for (int what : new int[] {0x1, 0x8, 0x20}) {
      assertThat(client.refused(Request.SETATTR, 2, what, 0, 0, 0, 0L, 0L, 0L, 0L, 0L))
          .isEqualTo(erofs);
    }
    client.done(Request.LOPEN, 2, 0);
    assertThat(client.read(2, 0, 100)).isEqualTo("content");
    assertThat(client.refused(Request.REMOVE, 3)).isEqualTo(erofs);
    assertThat(shared).isDirectoryContaining("glob:**/f");
  }

  @Test
  void aRestoredClientGoesOn() throws IOException {
    Files.createDirectory(shared.resolve("d"));
    client.create(2, "f");
    client.write(2, 0, "before");
    client.walk(3, "d");
    client.done(Request.LOPEN, 3, 0);
    byte[] state = SavedState.of(session);
    session.clear();
    Session other = session(false);
    SavedState.restore(state, other);

    client = new TestClient(other);

    assertThat(SavedState.of(other)).isEqualTo(state);
    client.write(2, 6, " and after");
    assertThat(client.read(2, 0, 100)).isEqualTo("before and after");
    assertThat(client.list(3, 1000)).containsExactly(".", "..");
    other.clear();
  }

  @Test
  void otherStateIsRefused() throws IOException {
    client.create(2, "f");
    SavedState.assertOnlyWholeStateIsTaken(
        SavedState.of(session),
        () -> {
          try {
            return session(false);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        },
        1);
  }

  @Test
  void locksAreGrantedAndWhatAFolderHasNotIsRefused() {
    client.create(2, "f");
    assertThat(client.done(Request.LOCK, 2, (byte) 1, 0, 0L, 0L, 1, "guest").get()).isZero();
    assertThat(client.done(Request.GETLOCK, 2, (byte) 1, 0L, 0L, 1, "guest").get())
        .isEqualTo((byte) 2);
    assertThat(client.refused(Request.MKNOD, ROOT, "null", 020666, 1, 3, 0))
        .isEqualTo(Errno.EPERM.number);
    assertThat(client.refused(70, ROOT, 2, "hard")).isEqualTo(Errno.EOPNOTSUPP.number);
    assertThat(client.refused(30, 2, 3, "user.x")).isEqualTo(Errno.EOPNOTSUPP.number);
    client.done(Request.FLUSH, (short) 1);
    assertThat(client.done(Request.STATFS, 2).getInt()).isEqualTo(0x01021997);
  }
}
