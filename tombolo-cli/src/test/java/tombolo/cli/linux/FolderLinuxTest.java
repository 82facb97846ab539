// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.cli.Tombolo;

/** Debian's 9P driver works with folders of the host, and gets no further. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FolderLinuxTest {
  private static final int BIG = 3_000_000;

  @TempDir private Path directory;

  private static String sum(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private Path initrd() throws Exception {
    LinuxFiles.require().withModuleNames();
    Path script = directory.resolve("folder.sh");
    try (var in = FolderLinuxTest.class.getResourceAsStream("folder.sh")) {
      Files.write(script, in.readAllBytes());
    }
    Path initrd = directory.resolve("initrd.cpio");
    Tombolo.Result image =
        new Tombolo()
            .run("image", "--output=" + initrd, "--modules=9p,9pnet_virtio", "--init=" + script);
    assertThat(image.err()).isEmpty();
    return initrd;
  }

  @ParameterizedTest
  @ValueSource(strings = {"plic", "aia"})
  void filesComeAndGo(String interrupts) throws Exception {
    byte[] big = new byte[BIG];
    new Random(1).nextBytes(big);
    Path shared = Files.createDirectories(directory.resolve("shared"));
    Path fixed = Files.createDirectories(directory.resolve("fixed"));
    Files.writeString(shared.resolve("hello"), "hello from the host\n");
    Files.writeString(fixed.resolve("hello"), "fixed\n");
    Files.write(shared.resolve("big"), big);
    Files.createSymbolicLink(shared.resolve("in"), Path.of("hello"));
    Files.createSymbolicLink(shared.resolve("out"), fixed.resolve("hello"));
    byte[] numbers =
        (IntStream.rangeClosed(1, 200_000)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining("\n"))
                + "\n")
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    Tombolo.Result result =
        new Tombolo()
            .run(
                "boot",
                LinuxFiles.require().kernel().toString(),
                "--initrd=" + initrd(),
                "--share=" + shared,
                "--share=" + fixed + ":fixed:ro",
                "--interrupts=" + interrupts,
                "--append=console=ttyS0 quiet",
                "--timeout=8m");

    assertThat(result.err()).isEmpty();
    assertThat(result.status()).as(result.out()).isZero();
    assertThat(
            result
                .out()
                .lines()
                .map(String::strip)
                .dropWhile(line -> !line.equals("== begin"))
                .takeWhile(line -> !line.equals("== end")))
        .containsExactly(
            "== begin",
            "read: hello from the host",
            "big: " + sum(big),
            "names: . .. big hello in out",
            "link: hello from the host",
            "made: " + sum(numbers),
            "through the link: 200000",
            "mode: 640 " + numbers.length,
            "files: 300",
            "sum: 44850",
            "removed",
            "df: 0",
            "fixed: fixed",
            "unmounted");
    Path moved = shared.resolve("made/moved");
    assertThat(moved).hasBinaryContent(numbers);
    assertThat(Files.getLastModifiedTime(moved).toInstant())
        .isEqualTo(Instant.parse("2001-02-03T04:05:06Z"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(moved)))
        .isEqualTo("rw-r-----");
    assertThat(Files.readSymbolicLink(shared.resolve("made/link"))).hasToString("moved");
    assertThat(Files.exists(shared.resolve("made/planted"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(shared.resolve("hello")).hasContent("hello from the host\nappended\n");
    assertThat(fixed)
        .isDirectoryContaining("glob:**/hello")
        .isDirectoryNotContaining("glob:**/new");
  }
}
