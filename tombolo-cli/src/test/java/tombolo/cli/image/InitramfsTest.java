// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.topology.InputException;

class InitramfsTest {
  @TempDir Path host;
  private Path busybox;
  private Initramfs image;

  @BeforeEach
  void make() throws IOException {
    busybox = write("busybox", "BUSYBOX");
    image = new Initramfs(busybox);
  }

  private Path write(String name, String content) throws IOException {
    Path file = host.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  /** Mode in octal and content of each path, in the archive's order. */
  private static Map<String, String> entries(Initramfs image) throws IOException {
    byte[] bytes = bytes(image);
    Map<String, String> entries = new LinkedHashMap<>();
    for (int at = 0; ; ) {
      int size = field(bytes, at, 6);
      int nameSize = field(bytes, at, 11);
      String name = new String(bytes, at + 110, nameSize - 1, UTF_8);
      int content = (at + 110 + nameSize + 3) & -4;
      if (name.equals("TRAILER!!!")) {
        return entries;
      }
      String mode = Integer.toOctalString(field(bytes, at, 1));
      entries.put(name, mode + " " + new String(bytes, content, size, UTF_8));
      at = (content + size + 3) & -4;
    }
  }

  private static int field(byte[] bytes, int header, int number) {
    return Integer.parseUnsignedInt(new String(bytes, header + 6 + 8 * number, 8, ISO_8859_1), 16);
  }

  private static byte[] bytes(Initramfs image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    image.writeTo(out);
    return out.toByteArray();
  }

  @Test
  void hasBusyboxAShellInitAndAConsole() throws IOException {
    assertThat(entries(image))
        .containsEntry("bin/busybox", "100755 BUSYBOX")
        .containsEntry("bin/sh", "120777 busybox")
        .containsEntry("dev/console", "20600 ")
        .containsEntry("mnt", "40755 ")
        .containsEntry("proc", "40755 ")
        .hasEntrySatisfying("init", text -> assertThat(text).startsWith("100755 #!/bin/sh\n"));
  }

  @Test
  void directoriesComeBeforeWhatIsInThem() throws IOException {
    image.add(busybox, "/a/b/c/d");
    assertThat(entries(image).keySet())
        .containsSubsequence("a", "a/b", "a/b/c", "a/b/c/d")
        .containsSubsequence("bin", "bin/busybox");
  }

  @Test
  void aDirectoryIsAddedWithAllThatIsInIt() throws IOException {
    write("tree/hello.txt", "Hello");
    Path program = write("tree/sub/run", "#!");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(host.resolve("tree/link"), Path.of("sub/run"));
    image.add(host.resolve("tree"), "/opt/x");
    assertThat(entries(image))
        .containsEntry("opt/x", "40755 ")
        .containsEntry("opt/x/hello.txt", "100644 Hello")
        .containsEntry("opt/x/sub/run", "100755 #!")
        .containsEntry("opt/x/link", "120777 sub/run");
  }

  @Test
  void theRootCanBeFilledAndNotLeft() throws IOException {
    write("tree/etc/motd", "Hi");
    image.add(host.resolve("tree"), "/");
    image.add(busybox, "../.././up/../there");
    assertThat(entries(image))
        .containsEntry("etc/motd", "100644 Hi")
        .containsEntry("there", "100644 BUSYBOX")
        .doesNotContainKeys("", "..", "up");
  }

  @Test
  void modulesAreNumberedInTheirOrder() throws IOException {
    image.addModule(write("uio.ko.xz", "1"));
    image.addModule(write("a.ko", "2"));
    assertThat(entries(image))
        .containsEntry("lib/modules/000-uio.ko.xz", "100644 1")
        .containsEntry("lib/modules/001-a.ko", "100644 2");
  }

  @Test
  void aScriptIsWhereInitLooksForIt() throws IOException {
    image.runScript(write("go.sh", "#!/bin/sh"));
    assertThat(entries(image)).containsEntry("etc/tombolo-script", "100755 #!/bin/sh");
    assertThat(entries(image).get("init")).contains("/etc/tombolo-script\n");
  }

  @Test
  void theSameFilesGiveTheSameBytesWhateverTheOrder() throws IOException {
    Path one = write("one", "1");
    Path two = write("two", "2");
    image.add(one, "/one");
    image.add(two, "/two");
    Initramfs other = new Initramfs(busybox);
    other.add(two, "/two");
    other.add(one, "/one");
    assertThat(bytes(other)).isEqualTo(bytes(image));
  }

  @Test
  void aLinkLeadsToAnotherName() throws IOException {
    image.link("/usr/bin/ivc-recv", "ivc-send");

    assertThat(entries(image)).containsEntry("usr/bin/ivc-recv", "120777 ivc-send");
  }

  private static void shell(String command) throws IOException {
    try {
      int status = new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor();
      assertThat(status).as(command).isZero();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTreeWhoseDirectoriesAreLinksTakesWhatTheImageHasThere() throws IOException {
    write("tree/usr/bin/ls", "LS");
    Files.createSymbolicLink(host.resolve("tree/bin"), Path.of("usr/bin"));
    Files.createSymbolicLink(host.resolve("tree/lib"), Path.of("/usr/lib"));
    image.add(host.resolve("tree"), "/.");
    image.addModule(write("a.ko", "A"));

    assertThat(entries(image))
        .containsEntry("bin", "120777 usr/bin")
        .containsEntry("usr/bin/ls", "100644 LS")
        .containsEntry("usr/bin/busybox", "100755 BUSYBOX")
        .containsEntry("usr/bin/sh", "120777 busybox")
        .containsEntry("lib", "120777 /usr/lib")
        .containsEntry("usr/lib/modules/000-a.ko", "100644 A")
        .doesNotContainKeys("bin/busybox", "bin/sh", "lib/modules");
  }

  @Test
  void aDirectoryJoinsTheOneThatALinkLeadsTo() throws IOException {
    write("first/usr/bin/ls", "LS");
    Files.createSymbolicLink(host.resolve("first/sbin"), Path.of("usr/../usr/bin"));
    write("second/sbin/init", "INIT");
    image.add(host.resolve("first"), "/");
    image.add(host.resolve("second"), "/");

    assertThat(entries(image))
        .containsEntry("usr/bin/init", "100644 INIT")
        .containsEntry("usr/bin/ls", "100644 LS")
        .doesNotContainKey("sbin/init");
  }

  @Test
  void linksInCirclesAndAFileInADirectorysPlaceAreRefused() throws IOException {
    Files.createDirectories(host.resolve("circle"));
    Files.createSymbolicLink(host.resolve("circle/bin"), Path.of("bin"));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> image.add(host.resolve("circle"), "/"))
        .withMessage("/bin: its symbolic links go round in circles");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> image.add(busybox, "/lib"))
        .withMessageStartingWith("/lib: a directory with something in it in the image");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> image.add(busybox, "/."))
        .withMessageStartingWith("/: only a directory can be the root");
  }

  @Test
  void aLinkThatIsAddedIsItsTargetAndOneInADirectoryALink() throws IOException {
    write("tree/tool", "TOOL");
    Files.createSymbolicLink(host.resolve("link"), Path.of("tree/tool"));
    Files.createSymbolicLink(host.resolve("trees"), Path.of("tree"));
    image.add(host.resolve("link"), "/bin/tool");
    image.addInto(host.resolve("link"), "/root/");
    image.addInto(host.resolve("trees"), "/opt");

    assertThat(entries(image))
        .containsEntry("bin/tool", "100644 TOOL")
        .containsEntry("root/link", "100644 TOOL")
        .containsEntry("opt/trees/tool", "100644 TOOL");
  }

  @Test
  void whatIsNeitherFileNorDirectoryIsRefusedUnlessItIsInADirectory() throws IOException {
    write("tree/file", "F");
    shell("mkfifo -m 640 '" + host + "/tree/pipe'");
    for (Path each : new Path[] {host.resolve("tree/pipe"), Path.of("/dev/null")}) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> image.add(each, "/x"))
          .withMessage(each + ": a device, a pipe or a socket; give a regular file or a directory");
    }
    image.add(host.resolve("tree"), "/x");

    assertThat(entries(image)).containsEntry("x/pipe", "10640 ");
  }

  @Test
  void theImageItselfIsLeftOut() throws IOException {
    write("tree/file", "F");
    Path output = write("tree/out.cpio", "an image of an earlier run");
    image.leaveOut(output);
    image.add(host.resolve("tree"), "/x");

    assertThat(entries(image)).containsKey("x/file").doesNotContainKey("x/out.cpio");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> image.add(output, "/y"))
        .withMessage(output + ": the image itself; write the image to another file");
  }

  @Test
  void namesAreTheHostsBytes() throws IOException {
    Files.createDirectories(host.resolve("tree"));
    shell(
        "cd '%s/tree' && printf 1 >\"$(printf 'a\\351\\001')\" && ln -s \"$(printf 'b\\351')\" link"
            .formatted(host));
    image.add(host.resolve("tree"), "/x");
    byte[] bytes = bytes(image);

    assertThat(new String(bytes, ISO_8859_1)).contains("x/a\u00e9\u0001\0").contains("b\u00e9\0");
  }

  @Test
  void aFileThatBecomesShorterOrGoesIsNamed() throws IOException {
    Path file = write("file", "F");
    image.add(file, "/x");
    Files.delete(file);

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> bytes(image))
        .withMessage(file + ": no such file");
  }
}
