// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.Guests.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.testing.RequiredTool;

/**
 * The launcher where a person's environment is not what it mostly is. Names that are not ASCII are
 * made by the shell, because this JVM may run in a locale in which it cannot.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LauncherEnvironmentTest {
  private static final String HELLO = "Hello from Tombolo: hart 0, 1 hart(s), 64 MiB\n";

  /** Bytes of UTF-8, as the shell's printf takes them. */
  private static final String ACCENT = "$(printf '\\303\\251')";

  @TempDir Path directory;
  private Installation installation;

  @BeforeEach
  void install() throws IOException {
    installation = Installation.in(Files.createDirectory(directory.resolve("tombolo-here")));
  }

  @AfterEach
  void leaveNothingRunning() {
    installation.killAll();
  }

  /** Runs a script, whose $1 is the launcher, $2 a guest and $3 a directory of the test's own. */
  private Installation.Result shell(String script) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(List.of(installation.command(), guest("hello"), directory.toString()));
    return installation.start(command).end();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"env LC_ALL=C", "env LC_ALL=de_DE.ISO-8859-1", "env -i JAVA_HOME=\"$JAVA_HOME\""})
  void aNameIsTheHostsBytesInEveryLocale(String environment) throws Exception {
    Installation.Result result =
        shell(
            """
            name=$3/%s.elf
            cp "$2" "$name"
            %s "$1" boot "$name"
            printf '[vm.a]\\nkernel = "%%s.elf"\\n' "%s" >"$3/%s.toml"
            %s "$1" check "$3/%s.toml"
            """
                .formatted(ACCENT, environment, ACCENT, ACCENT, environment, ACCENT));

    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .isEqualTo(HELLO + directory + "/\u00c3\u00a9.toml: 1 VM, 0 channels: fine\n");
  }

  @Test
  void anInstallationMayBeInADirectoryWithAnyLettersInEveryLocale() throws Exception {
    Installation.Result result =
        shell(
            """
            cp -Rp "$3/tombolo-here" "$3/%s"
            LC_ALL=C "$3/%s/tombolo" boot "$2"
            """
                .formatted(ACCENT, ACCENT));

    assertThat(result).isEqualTo(new Installation.Result(0, HELLO, ""));
  }

  @Test
  void messagesAreUtf8InEveryLocale() throws Exception {
    Installation.Result result = shell("LC_ALL=C \"$1\" boot " + ACCENT);

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err().getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo(
            "tombolo boot: \u00e9: no such file\n"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void aColonInTheInstallationsPathIsOneLine() throws Exception {
    Installation.Result result =
        shell("cp -Rp \"$3/tombolo-here\" \"$3/a:b\"; \"$3/a:b/tombolo\" --version");

    assertThat(result)
        .isEqualTo(
            new Installation.Result(
                2,
                "",
                "tombolo: %s/a:b: Java cuts a path at a colon; move Tombolo to a directory without one\n"
                    .formatted(directory)));
  }

  @Test
  void anExportedCdpathChangesNothing() throws Exception {
    Files.createDirectories(directory.resolve("elsewhere/tombolo-here"));
    Installation.Result result =
        shell(
            """
            cd "$3" || exit
            CDPATH=$3/elsewhere:.
            export CDPATH
            sh tombolo-here/tombolo boot "$2"
            """);

    assertThat(result).isEqualTo(new Installation.Result(0, HELLO, ""));
  }

  @Test
  void newerSourcesWhereNothingCanBeWrittenAreAWarning() throws Exception {
    Files.setLastModifiedTime(
        installation.root().resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(60)));
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    for (Path parent = directory;
        parent != null && !parent.equals(temporary) && Files.isWritable(parent);
        parent = parent.getParent()) {
      Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    shell("chmod -R a-w,a+rX \"$3/tombolo-here\"");
    String nobody =
        Files.isWritable(installation.root())
            ? RequiredTool.require("setpriv") + " --reuid 65534 --regid 65534 --clear-groups"
            : "";
    Installation.Result result = shell(nobody + " \"$1\" --version");
    shell("chmod -R u+w \"$3/tombolo-here\"");

    assertThat(result.err())
        .isEqualTo(
            "tombolo: the sources are newer than the build, and %s cannot be written: starting the older build\n"
                .formatted(installation.root().toRealPath()));
    assertThat(result.out()).startsWith("tombolo ");
    assertThat(result.status()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"boot \"$2\"", "doctor", "ps --json", "--help", "--version", "top --help"})
  void aFullDiskIsOneLineAndStatus74(String arguments) throws Exception {
    Installation.Result result = shell("\"$1\" " + arguments + " >/dev/full");

    assertThat(result.err())
        .startsWith("tombolo")
        .contains(": standard output can't be written: No space left on device")
        .hasLineCount(1);
    assertThat(result.status()).isEqualTo(74);
  }
}
