// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
}
