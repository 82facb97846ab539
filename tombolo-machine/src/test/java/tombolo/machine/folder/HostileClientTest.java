// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.testing.RequiredTool;

/** Nothing that a client says gets out of the folder, or takes more of the host than its bounds. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HostileClientTest {
  private static final int ROOT = TestClient.ROOT;
  private static final String SECRET = "a secret of the host";

  /** How long another process races; a server that follows links is caught within 20 s. */
  private static final long SECONDS = Long.getLong("tombolo.seconds", 8);

  @TempDir private Path outside;
  private Path shared;
  private Path secret;
  private Session session;
  private TestClient client;

  @BeforeEach
  void share() throws IOException {
    shared = Files.createDirectory(outside.resolve("shared"));
    secret = Files.writeString(outside.resolve("secret"), SECRET);
    session = new Session(SharedFolder.open(shared, false), () -> 0);
    client = new TestClient(session).attached();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret", "/", "", ".", "a/b", "..\0"})
  void aNameIsNeverAPath(String name) throws IOException {
    Files.writeString(shared.resolve("f"), "");
    int invalid = Errno.EINVAL.number;

    assertThat(client.walkRefused(2, name)).isEqualTo(invalid);
    client.walk(3);
    assertThat(client.refused(Request.LCREATE, 3, name, 2, 0644, 0)).isEqualTo(invalid);
    assertThat(client.refused(Request.MKDIR, ROOT, name, 0755, 0)).isEqualTo(invalid);
    assertThat(client.refused(Request.SYMLINK, ROOT, name, "f", 0)).isEqualTo(invalid);
    assertThat(client.refused(Request.UNLINKAT, ROOT, name, 0)).isEqualTo(invalid);
    assertThat(client.refused(Request.RENAMEAT, ROOT, "f", ROOT, name)).isEqualTo(invalid);
    assertThat(client.refused(Request.RENAMEAT, ROOT, name, ROOT, "g")).isEqualTo(invalid);
  }

  @Test
  void theDirectoryAboveTheFolderIsTheFolder() throws IOException {
    Files.writeString(shared.resolve("f"), "");
    client.walk(2, "..", "..", "..", "f");
    assertThat(client.walk(3, "..", "secret")).as("only the first step").isEqualTo(1);
  }

  @Test
  void aLinkOfTheHostLeadsNowhere() throws IOException {
    Files.createSymbolicLink(shared.resolve("up"), Path.of(".."));
    Files.createSymbolicLink(shared.resolve("file"), secret);
    Files.createSymbolicLink(shared.resolve("dangling"), outside.resolve("made"));

    assertThat(client.walk(2, "up", "secret")).as("only the link itself").isEqualTo(1);
    client.walk(2, "up");
    assertThat(client.refused(Request.LOPEN, 2, 0)).isEqualTo(Errno.ELOOP.number);
    assertThat(client.refused(Request.LCREATE, 2, "made", 2, 0644, 0))
        .isEqualTo(Errno.ENOTDIR.number);
    assertThat(client.refused(Request.MKDIR, 2, "made", 0755, 0)).isEqualTo(Errno.ENOTDIR.number);
    assertThat(client.refused(Request.SYMLINK, 2, "made", "x", 0)).isEqualTo(Errno.ENOTDIR.number);
    assertThat(client.refused(Request.UNLINKAT, 2, "secret", 0)).isEqualTo(Errno.ENOTDIR.number);
    assertThat(client.refused(Request.RENAMEAT, 2, "secret", ROOT, "mine"))
        .isEqualTo(Errno.ENOTDIR.number);
    client.walk(3, "file");
    assertThat(client.refused(Request.LOPEN, 3, 0)).isEqualTo(Errno.ELOOP.number);
    assertThat(client.refused(Request.SETATTR, 3, 0x8, 0, 0, 0, 0L, 0L, 0L, 0L, 0L))
        .isEqualTo(Errno.ELOOP.number);
    assertThat(client.refused(Request.SETATTR, 3, 0x1, 0777, 0, 0, 0L, 0L, 0L, 0L, 0L))
        .isEqualTo(Errno.EOPNOTSUPP.number);
    client.walk(4);
    assertThat(client.refused(Request.LCREATE, 4, "dangling", 2, 0644, 0))
        .isEqualTo(Errno.ELOOP.number);
    assertThat(secret).hasContent(SECRET);
    assertThat(outside.resolve("made")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "..", "../secret", "a/../../secret", ""})
  void aClientMakesNoLinkThatLeadsOut(String target) {
    assertThat(client.refused(Request.SYMLINK, ROOT, "link", target, 0))
        .isEqualTo(Errno.EPERM.number);
    assertThat(shared).isEmptyDirectory();
  }

  @Test
  void aPipeOfTheHostHoldsNobodyUp() throws Exception {
    Path pipe = shared.resolve("pipe");
    new ProcessBuilder(RequiredTool.require("mkfifo").toString(), pipe.toString())
        .start()
        .waitFor();
    client.walk(2, "pipe");

    assertThat(client.refused(Request.LOPEN, 2, 0)).isEqualTo(Errno.EPERM.number);
    assertThat(client.refused(Request.LCREATE, 2, "x", 2, 0644, 0)).isEqualTo(Errno.ENOTDIR.number);
    assertThat(client.refused(Request.SETATTR, 2, 0x1, 0777, 0, 0, 0L, 0L, 0L, 0L, 0L))
        .isEqualTo(Errno.EOPNOTSUPP.number);
  }

  /** Another VM with the same folder replaces a directory by a link, again and again. */
  @Test
  void aDirectoryThatBecomesALinkMeanwhileLeadsNowhere() throws Exception {
    Files.createDirectories(shared.resolve("real"));
    Files.createSymbolicLink(shared.resolve("link"), Path.of(".."));
    AtomicBoolean stop = new AtomicBoolean();
    Thread host =
        new Thread(
            () -> {
              try {
                while (!stop.get()) {
                  Files.move(shared.resolve("real"), shared.resolve("d"));
                  Files.move(shared.resolve("d"), shared.resolve("real"));
                  Files.move(shared.resolve("link"), shared.resolve("d"));
                  Files.move(shared.resolve("d"), shared.resolve("link"));
                }
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    host.start();
    FolderPath d = new FolderPath(List.of("d"));
    SharedFolder folder = SharedFolder.open(shared, false);
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      for (int i = 0; System.nanoTime() < end; i++) {
        String name = "made" + i;
        attempt(() -> folder.create(d.child(name), SharedFolder.READ_WRITE, 0644).close());
        attempt(() -> folder.makeDirectory(d.child(name + "d"), 0755));
        attempt(() -> folder.makeLink(d.child(name + "l"), "x"));
        attempt(() -> folder.remove(d.child("secret"), false));
        attempt(() -> folder.move(d.child("secret"), FolderPath.ROOT.child("stolen")));
        attempt(() -> folder.open(d.child("secret"), 0).close());
      }
    } finally {
      stop.set(true);
      host.join();
    }
    assertThat(secret).hasContent(SECRET);
    assertThat(shared.resolve("stolen")).doesNotExist();
    try (Stream<Path> all = Files.list(outside)) {
      assertThat(all).containsExactlyInAnyOrder(shared, secret);
    }
  }

  @FunctionalInterface
  private interface Attempt {
    void run() throws Exception;
  }

  private static void attempt(Attempt attempt) {
    try {
      attempt.run();
    } catch (Exception e) {
      // Whether it succeeds is chance.
    }
  }

  @Test
  void fidsAndOpenFilesAreBounded() throws IOException {
    Files.writeString(shared.resolve("f"), "");
    for (int i = 0; i < FidTable.MOST - 1; i++) {
      client.walk(100 + i, "f");
    }
    assertThat(client.walkRefused(2, "f")).isEqualTo(Errno.EMFILE.number);
    for (int i = 0; i < FidTable.MOST_OPEN; i++) {
      client.done(Request.LOPEN, 100 + i, 0);
    }
    assertThat(client.refused(Request.LOPEN, 100 + FidTable.MOST_OPEN, 0))
        .isEqualTo(Errno.EMFILE.number);

    client.attached();

    client.walk(2, "f");
    client.done(Request.LOPEN, 2, 0);
  }

  @Test
  void aPathIsBounded() throws IOException {
    String name = "n".repeat(200);
    FolderPath path = FolderPath.ROOT;
    int refusals = 0;
    for (int i = 0; i < 30; i++) {
      try {
        path = path.child(name);
      } catch (Errno.Refusal e) {
        assertThat(e.errno).isEqualTo(Errno.ENAMETOOLONG);
        refusals++;
      }
    }
    assertThat(refusals).isEqualTo(10);
    assertThat(client.refused(Request.MKDIR, ROOT, "n".repeat(300), 0755, 0))
        .isEqualTo(Errno.ENAMETOOLONG.number);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomRequestsAreAnsweredAndChangeNothingOutside(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Files.createDirectories(shared.resolve("a/b"));
    Files.createSymbolicLink(shared.resolve("up"), Path.of(".."));
    Files.createSymbolicLink(shared.resolve("a/secret"), secret);
    String[] names = {"a", "b", "up", "secret", "..", ".", "", "x", "/", "a/b", "shared", "\0"};
    int[] types = {
      8, 12, 14, 16, 18, 20, 22, 24, 26, 30, 32, 40, 50, 52, 54, 70, 72, 74, 76, 102, 108, 110, 110,
      110, 104, 116, 118, 120, 122
    };
    int errors = 0;
    int rounds = Integer.getInteger("tombolo.sequences", 4000);
    for (int i = 0; i < rounds; i++) {
      ByteBuffer request = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
      request.position(Session.HEADER);
      int fields = random.nextInt(9);
      for (int field = 0; field < fields; field++) {
        switch (random.nextInt(6)) {
          case 0 -> request.putInt(random.nextInt(6));
          case 1 -> request.putInt(random.nextInt());
          case 2 -> request.putShort((short) random.nextInt(4));
          case 3 -> request.putLong(random.nextInt(5000));
          default -> request.put(TestClient.fields(names[random.nextInt(names.length)]));
        }
      }
      int length = request.position();
      int type =
          random.nextInt(20) == 0 ? random.nextInt(256) : types[random.nextInt(types.length)];
      int size = random.nextInt(20) == 0 ? random.nextInt() : length;
      request.putInt(0, size).put(4, (byte) type).putShort(5, (short) i).position(0).limit(length);
      ByteBuffer answer = ByteBuffer.allocate(Session.SHORT_ANSWER + random.nextInt(300));
      session.serve(request, answer);
      assertThat(answer.getInt(0)).isEqualTo(answer.limit());
      errors += answer.get(4) == 7 ? 1 : 0;
      if (type == Request.VERSION || i % 100 == 0) {
        client.attached();
      }
    }
    assertThat(errors).isBetween(rounds / 10, rounds - 10);
    assertThat(secret).hasContent(SECRET);
    try (Stream<Path> all = Files.list(outside)) {
      assertThat(all).containsExactlyInAnyOrder(shared, secret);
    }
  }
}
