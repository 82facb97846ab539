// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two checkouts whose launchers are scripts: what is run in them, in which order, and paired. */
class PairingTest {
  @TempDir private Path directory;
  private Path here;
  private Path there;
  private Path log;

  @BeforeEach
  void makeCheckouts() throws IOException {
    log = directory.resolve("log");
    here = checkout("here", "echo 'figure vcpu.sieve 330 MIPS'; echo 'figure vcpu.new 1 x'");
    there = checkout("there", "echo 'sieve is fast'; echo 'figure vcpu.sieve 300 MIPS'");
  }

  private Path checkout(String name, String suite) throws IOException {
    Path root = directory.resolve(name);
    Path file =
        Files.createFile(
            Files.createDirectories(root.resolve("tombolo-bench")).resolve("run"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(
        file,
        "#!/bin/sh\necho \"%s: $*\" >>'%s'\n[ \"$1\" = --help ] && exit\n%s\n"
            .formatted(name, log, suite));
    return root;
  }

  private Invocation pair(String... options) throws InterruptedException {
    String[] all = new String[options.length + 5];
    all[0] = "pair";
    all[1] = "--against";
    all[2] = there.toString();
    all[3] = "--suite";
    all[4] = "vcpu";
    System.arraycopy(options, 0, all, 5, options.length);
    return Invocation.in(here, all);
  }

  @Test
  void bothAreBuiltAndThenTakeTurnsAndWhoBeginsAlternates() throws Exception {
    Invocation run = pair("--rounds", "3", "--runs", "1");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(Files.readAllLines(log))
        .containsExactly(
            "here: --help",
            "there: --help",
            "here: vcpu --runs 1",
            "there: vcpu --runs 1",
            "there: vcpu --runs 1",
            "here: vcpu --runs 1",
            "here: vcpu --runs 1",
            "there: vcpu --runs 1");
  }

  @Test
  void theFiguresOfBothBecomeRatios() throws Exception {
    Invocation run = pair("--rounds", "2");

    assertThat(run.figures())
        .containsExactly(
            "figure pair.vcpu.sieve 1.100 x",
            "figure pair.vcpu.sieve.q1 1.100 x",
            "figure pair.vcpu.sieve.q3 1.100 x");
    assertThat(run.out()).contains("only one checkout has: vcpu.new");
  }

  @Test
  void aSuiteThatFailsInOneOfThemFailsThePair() throws Exception {
    there = checkout("broken", "exit 3");

    Invocation run = pair("--rounds", "2");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .endsWith(
            "tombolo-bench: %s vcpu: exit status 3\n"
                .formatted(there.resolve("tombolo-bench/run")));
    assertThat(run.figures()).isEmpty();
  }

  @Test
  void aSuiteWithoutFiguresCannotBePaired() throws Exception {
    there = checkout("silent", "echo ok");

    assertThat(pair().err()).endsWith("tombolo-bench: there: vcpu printed no figures\n");
  }

  @Test
  void anotherDirectoryIsNoCheckout() throws Exception {
    there = directory.resolve("nowhere");

    Invocation run = pair();

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "tombolo-bench: --against %s: no checkout of Tombolo, there is no tombolo-bench/run\n"
                .formatted(there));
  }
}
