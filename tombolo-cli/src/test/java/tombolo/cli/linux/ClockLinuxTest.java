// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.cli.Tombolo;
import tombolo.cli.image.Initramfs;
import tombolo.testing.RequiredTool;

/** Debian's kernel takes its time from the board's real-time clock, and gets its alarms. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ClockLinuxTest {
  private static final Duration BOOT = Duration.ofMinutes(5);

  @TempDir private Path directory;

  private Path resource(String name) throws IOException {
    try (var in = ClockLinuxTest.class.getResourceAsStream(name)) {
      return Files.write(directory.resolve(name), in.readAllBytes());
    }
  }

  /** What the script has printed, by the word before the colon. */
  private Map<String, String> boot(String... more) throws Exception {
    LinuxFiles linux = LinuxFiles.require();
    Path alarm = directory.resolve("alarm");
    Process compiler =
        new ProcessBuilder(
                RequiredTool.require("riscv64-linux-gnu-gcc").toString(),
                "-static",
                "-o",
                alarm.toString(),
                resource("alarm.c").toString())
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
    Initramfs image = new Initramfs(linux.busybox());
    image.add(alarm, "/bin/alarm");
    image.runScript(resource("clock.sh"));
    Path initrd = directory.resolve("initrd.cpio");
    image.writeTo(initrd);
    List<String> line =
        new ArrayList<>(
            List.of(
                "boot",
                linux.kernel().toString(),
                "--initrd=" + initrd,
                "--append=console=ttyS0 quiet",
                "--timeout=8m"));
    line.addAll(List.of(more));
    Tombolo.Result result = new Tombolo().run(line.toArray(String[]::new));
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).as(result.out()).isZero();
    return result
        .out()
        .lines()
        .map(String::strip)
        .dropWhile(text -> !text.equals("== begin"))
        .takeWhile(text -> !text.equals("== end"))
        .filter(text -> text.contains(": "))
        .map(text -> text.split(": ", 2))
        .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (first, _) -> first));
  }

  private static Instant second(Map<String, String> said, String name) {
    return Instant.ofEpochSecond(Long.parseLong(Objects.requireNonNull(said.get(name), name)));
  }

  @Test
  void theDateIsTheHosts() throws Exception {
    Instant before = Instant.now().minusSeconds(1);
    Map<String, String> said = boot();

    assertThat(said)
        .containsEntry("name", "goldfish_rtc")
        .containsEntry("set", "1")
        .containsEntry("alarms", "1")
        .containsEntry("written", "2030-06-01T12");
    assertThat(second(said, "now")).isBetween(before, Instant.now());
    assertThat(second(said, "rtc")).isBetween(before, Instant.now());
  }

  @Test
  void theDateIsTheOneThatWasAskedFor() throws Exception {
    Instant asked = Instant.parse("2026-01-01T00:00:00Z");
    Map<String, String> said = boot("--rtc=" + asked, "--interrupts=aia");

    assertThat(said).containsEntry("set", "1").containsEntry("alarms", "1");
    assertThat(second(said, "now")).isBetween(asked, asked.plus(BOOT));
    assertThat(second(said, "rtc")).isBetween(asked, asked.plus(BOOT));
  }
}
