// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.testing.WorkTree;
import tombolo.topology.FaultSpec;

/** {@code run --seed}, {@code explore} and {@code replay}: what they print, and their status. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SimulationCommandsTest {
  @TempDir private Path directory;

  private static String greeting() {
    return WorkTree.path("examples/greeting.toml").toString();
  }

  private static Tombolo.Result tombolo(String... words) {
    return new Tombolo().run(words);
  }

  private String failing() throws IOException {
    return new TopologyText().vm("seven", "exit-code", "code=7").write(directory);
  }

  @Test
  void aRunFromASeedEndsWithItsTimeItsInstructionsAndItsFingerprint() {
    Tombolo.Result result = tombolo("run", greeting(), "--seed", "7");

    assertThat(result.status()).isZero();
    assertThat(result.err()).isEmpty();
    List<String> lines = result.out().lines().toList();
    assertThat(lines).contains("bob   | I read:  Hello from my island! Is anybody there?");
    assertThat(lines.get(lines.size() - 3)).matches("virtual time 0\\.\\d{9} s");
    assertThat(lines.get(lines.size() - 2)).matches("instructions [1-9]\\d*");
    assertThat(lines.getLast()).matches("fingerprint [0-9a-f]{64}");
    assertThat(tombolo("run", "--seed", "7", greeting()).out()).isEqualTo(result.out());
  }

  @Test
  void aRunFromASeedThatFailsSaysWhy() throws IOException {
    Tombolo.Result result = tombolo("run", failing(), "--seed", "0x10");

    assertThat(result.status()).isEqualTo(7);
    assertThat(result.err().strip()).isEqualTo("tombolo run: seven failed with code 7");
  }

  @Test
  void aTimeOutOfARunFromASeedIsVirtual() throws IOException {
    String idle = new TopologyText().vm("ticks", "ticker", "n=1000000").write(directory);

    Tombolo.Result result = tombolo("run", idle, "--seed", "1", "--timeout", "100ms");

    assertThat(result.status()).isEqualTo(124);
    assertThat(result.err()).contains("0.100 s of virtual time are over, and ticks has not ended");
  }

  @Test
  void anExplorationCountsAndShowsHowToRepeatWhatFailed() throws IOException {
    Tombolo.Result result = tombolo("explore", failing(), "--runs", "20", "--jobs", "1");

    assertThat(result.status()).isEqualTo(1);
    List<String> lines = result.out().lines().toList();
    assertThat(lines.getFirst()).isEqualTo("seed 1: seven failed with code 7");
    assertThat(lines.get(1))
        .startsWith("  tombolo replay " + failing() + " --seed 1 --recorded ")
        .matches(".*[0-9a-f]{6}-[0-9a-f]{6}-[0-9a-f]{6}");
    assertThat(lines.getLast()).isEqualTo("explored 1 runs, 1 outcomes, 1 failures");
    assertThat(result.out()).contains("0 of its ").contains(" differences from a calm run");
    assertThat(tombolo("explore", failing(), "--jobs", "1", "--no-shrink").out().lines())
        .hasSize(3);
  }

  @Test
  void aFailureIsAlsoJsonAndAPage() throws IOException {
    Path page = directory.resolve("page.html");

    Tombolo.Result result =
        tombolo("explore", failing(), "--jobs", "1", "--json", "--html", page.toString());

    assertThat(result.out())
        .startsWith("{\n  \"seed\": 1,\n  \"failure\": \"seven failed with code 7\",")
        .contains("\"differences\": 0,", "\"what\": \"accesses the device at 0x");
    assertThat(page).content().startsWith("<!DOCTYPE html>").contains("<th>seven/vcpu0</th>");
  }

  @Test
  void aPageThatCannotBeWrittenGetsOneLine() throws IOException {
    Tombolo.Result result =
        tombolo("explore", failing(), "--jobs", "1", "--html", directory + "/none/page.html");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("none/page.html: can't be written").contains("--html");
  }

  @Test
  void theCommandThatItShowsFailsInTheSameWay() throws IOException {
    String file = failing();
    Tombolo.Result explored =
        tombolo(
            "explore",
            file,
            "--memory-model",
            "tso",
            "--virtual-time",
            "2s",
            "--fault",
            "stall seven",
            "--fail-on",
            "it's");
    String command = explored.out().lines().toList().get(1).strip();

    assertThat(command)
        .startsWith(
            "tombolo replay "
                + file
                + " --seed 1 --memory-model tso --virtual-time 2s --fault 'stall seven'"
                + " --fail-on 'it'\\''s' --recorded ");
    assertThat(tombolo("replay", file, "--seed", "1", "--memory-model", "tso").status())
        .isEqualTo(7);
  }

  @Test
  void helpNamesEveryFault() {
    for (String command : List.of("explore", "replay")) {
      String help = tombolo(command, "--help").out().replaceAll("\\s+", " ");

      for (FaultSpec.Kind kind : FaultSpec.Kind.values()) {
        assertThat(help).contains('"' + kind.word() + (kind.isOfVm() ? " VM\"" : " clock\""));
      }
    }
  }

  @Test
  void aReplayRefusesWhatIsAnotherRunThanTheOneThatWasRecorded() throws IOException {
    String file = failing();
    String command = tombolo("explore", file, "--jobs", "1").out().lines().toList().get(1);
    String hashes = command.substring(command.lastIndexOf(' ') + 1);

    assertThat(tombolo("replay", file, "--seed", "1", "--recorded", hashes).status()).isEqualTo(7);
    Files.writeString(Path.of(file), "# a remark\n", StandardOpenOption.APPEND);
    Tombolo.Result changed = tombolo("replay", file, "--seed", "1", "--recorded", hashes);
    assertThat(changed.status()).isEqualTo(2);
    assertThat(changed.err())
        .contains("another run than the one that was recorded: " + file + " has changed");
    String otherKernel = hashes.substring(0, hashes.length() - 6) + "000000";
    assertThat(tombolo("replay", file, "--seed", "1", "--recorded", otherKernel).err())
        .contains("toml, the kernel of seven have changed");
    assertThat(tombolo("replay", file, "--seed", "1", "--recorded", "12").err())
        .contains("--recorded 12: is of another topology: it has 1 hashes, and this run ");
  }

  @Test
  void anExplorationWithoutFailuresIsGood() {
    Tombolo.Result result = tombolo("explore", greeting(), "--runs", "10", "--keep-going");

    assertThat(result.status()).isZero();
    assertThat(result.out().lines()).containsExactly("explored 10 runs, 1 outcomes, 0 failures");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "run FILE --seed seven | 'seven': no seed; give a whole number of at most 64 bits",
        "run FILE --seed 1 --console alice | a run from a seed has no keyboard",
        "run FILE --seed 1 --stats | --stats: is not for simulated runs",
        "run FILE --realtime | --realtime: is for simulated runs; add --seed N",
        "explore FILE --runs 0 | --runs 0: not positive; give at least 1",
        "explore FILE --memory-model arm | 'arm': no such memory model; there is sc, tso, rvwmo",
        "explore FILE --fail-on ( | --fail-on (: no regular expression: Unclosed group",
        "explore FILE --seed 0x7fffffffffffffff | 10000 seeds do not follow it",
        "explore FILE --no-shrink --json | --no-shrink: leaves nothing for --json or --html",
        "replay FILE | --seed",
        "replay FILE --seed 1 --fault burn | \"burn\": not a fault; write",
      })
  void badInputGetsOneLine(String words, String message) {
    Tombolo.Result result = tombolo(words.replace("FILE", greeting()).split(" ", -1));

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err().lines().filter(line -> line.contains(message))).hasSize(1);
  }

  @Test
  void aTopologyThatReachesOutsideIsRefusedWithOneLine() throws IOException {
    String file =
        new TopologyText()
            .vm("a", "hello", "")
            .line("vsock-cid = 3")
            .line("vsock-socket = 'x'")
            .write(directory);

    for (String command : List.of("explore", "replay", "run")) {
      Tombolo.Result result = tombolo(command, file, "--seed", "1");

      assertThat(result.status()).isEqualTo(2);
      assertThat(result.err().lines()).hasSize(1);
      assertThat(result.err()).contains("can't be simulated: a has a socket of the host");
    }
  }
}
