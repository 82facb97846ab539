// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.Guests.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher's AOT cache, which the JVM takes for one place and one JDK only. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LauncherCacheTest {
  private static final String NOTICE =
      "tombolo: the start-up cache is for another directory or JDK: making it again…\n";

  private Installation installation;
  private Path jars;

  /** An installation whose cache was made elsewhere. */
  @BeforeEach
  void move(@TempDir Path directory) throws IOException {
    installation = Installation.in(directory);
    jars = installation.packJars();
    Path guests = Files.createDirectories(directory.resolve("guests/bin"));
    Files.copy(Path.of(guest("hello")), guests.resolve("hello.elf"));
    Path examples = Files.createDirectories(directory.resolve("examples"));
    Files.writeString(
        examples.resolve("greeting.toml"), "[vm.alice]\nkernel = '" + guest("hello") + "'\n");
    Files.writeString(jars.resolve("tombolo.aot"), "made elsewhere");
    Files.writeString(jars.resolve("tombolo.aot.for"), "/a/jdk 25 /elsewhere\n");
  }

  @AfterEach
  void leaveNothingRunning() {
    installation.killAll();
  }

  @Test
  void aCacheFromElsewhereIsMadeAgainWithANotice() throws Exception {
    assertThat(hello().err()).isEqualTo(NOTICE);
    assertThat(hello()).isEqualTo(greeted(""));
  }

  @Test
  void theJvmTakesTheCacheThatWasMade() throws Exception {
    hello();

    // A JVM that must use the cache ends where it cannot.
    Installation.Result must = helloWith("-XX:AOTMode=on");
    assertThat(must).isEqualTo(greeted("NOTE: Picked up JDK_JAVA_OPTIONS: -XX:AOTMode=on\n"));

    Files.writeString(jars.resolve("tombolo.aot"), "no cache");
    assertThat(helloWith("-XX:AOTMode=on").status()).isEqualTo(1);
  }

  @Test
  void aCacheThatCannotBeMadeIsTriedOnce() throws Exception {
    Files.delete(installation.root().resolve("examples/greeting.toml"));

    assertThat(hello().err()).isEqualTo(NOTICE);
    assertThat(jars.resolve("tombolo.aot")).doesNotExist();
    assertThat(hello()).isEqualTo(greeted(""));
  }

  private Installation.Result hello() throws Exception {
    return installation.start("boot", guest("hello")).end();
  }

  private Installation.Result helloWith(String option) throws Exception {
    return installation
        .start(
            List.of(
                "env",
                "JDK_JAVA_OPTIONS=" + option,
                installation.command(),
                "boot",
                guest("hello")))
        .end();
  }

  private static Installation.Result greeted(String err) {
    return new Installation.Result(0, "Hello from Tombolo: hart 0, 1 hart(s), 64 MiB\n", err);
  }
}
