// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every file in {@code examples/} runs, ends by itself, and does what it is there to show. */
class ExamplesTest {
  private static final String LIMIT = "120s";

  /** Lines that each example prints. */
  private static final Map<String, List<String>> LINES =
      Map.ofEntries(
          example(
              "greeting",
              "bob   | I read:  Hello from my island! Is anybody there?",
              "alice | I read:  Yes! The tide is low, I can see you from here."),
          example(
              "ping-pong",
              "ping | 20000 round trips: ",
              "pong | Good game: I returned 25000 serves."),
          example(
              "fan-out",
              "publisher | All 8 have read them and left.",
              "reader-1  | I read 1000 messages, all correct. My store was refused by the machine.",
              "reader-8  | I read 1000 messages, all correct. My store was refused by the"
                  + " machine."),
          example(
              "restart",
              "phoenix | 3 of 5 feathers, and I burn.",
              "watcher | The phoenix died. Its nest is orphaned: I still see 3 feathers.",
              "watcher | The nest is published: generation 2, by VM 1.",
              "watcher | The phoenix is back, and its nest is full."),
          example(
              "intruder",
              "mallory | 6 of 6 refused.",
              "bob     | I read the secret, as I may.",
              "alice   | My secret and my notice are unchanged, and nobody rang."),
          example("messages", "sender   | 200000 messages; ", "receiver | 200000 messages; "),
          example(
              "axvisor",
              "cell-pub | 11 messages went there and back, 10323 bytes each way.",
              "slot-pub | 11 messages went there and back, 10323 bytes each way."));

  private static Map.Entry<String, List<String>> example(String name, String... lines) {
    return Map.entry(name, List.of(lines));
  }

  static Stream<Arguments> examples() {
    return LINES.entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("examples")
  void itEndsWellAndSaysWhatHappened(String name, List<String> lines) {
    String file = Guests.repository().resolve("examples/" + name + ".toml").toString();

    Tombolo.Result result = new Tombolo().run("run", file, "--timeout", LIMIT);

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    for (String line : lines) {
      assertThat(result.out()).contains(line);
    }
  }

  /** On boards whose interrupts are messages; those that sleep until one comes. */
  @ParameterizedTest
  @ValueSource(strings = {"ping-pong", "messages", "restart", "axvisor"})
  void itDoesTheSameWhereInterruptsAreMessages(String name, @TempDir Path elsewhere)
      throws Exception {
    Path repository = Guests.repository();
    String example =
        Files.readString(repository.resolve("examples/" + name + ".toml"))
            .replaceAll("(?m)^\\[vm\\..*$", "$0\ninterrupts = \"aia\"")
            .replace("../guests", repository.resolve("guests").toString());
    String file = Files.writeString(elsewhere.resolve(name + ".toml"), example).toString();

    Tombolo.Result result = new Tombolo().run("run", file, "--timeout", LIMIT);

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(result.out()).contains(LINES.getOrDefault(name, List.of("no such example")));
  }

  /** What the README shows is what greeting prints, but for the order of two VMs' lines. */
  @Test
  void theReadmeShowsWhatGreetingPrints() throws Exception {
    String readme = Files.readString(Guests.repository().resolve("README.md"));
    String file = Guests.repository().resolve("examples/greeting.toml").toString();

    Tombolo.Result result = new Tombolo().run("run", file, "--timeout", LIMIT);

    assertThat(result.out().lines()).isNotEmpty().allMatch(readme::contains);
  }

  @Test
  void theReadmeShowsWhatIsSaidOfAGuestThatGoesWrong() throws Exception {
    String readme = Files.readString(Guests.repository().resolve("README.md"));

    Tombolo.Result result =
        new Tombolo().run("boot", Guests.guest("rom-write"), "--append", "vector=0");

    assertThat((result.out() + result.err()).lines()).hasSize(2).allMatch(readme::contains);
  }

  /**
   * Those that need files which are not here are run by tests of their own, or by docs/linux.md.
   */
  @Test
  void noExampleIsForgotten() throws Exception {
    try (Stream<Path> files = Files.list(Guests.repository().resolve("examples"))) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(
                      name ->
                          name.endsWith(".toml")
                              && !name.matches("(linux|debian|two-hosts|java-in-guest)[-.].*"))
                  .map(name -> name.replace(".toml", "")))
          .containsExactlyInAnyOrderElementsOf(LINES.keySet());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "linux-pair",
        "linux-and-baremetal",
        "linux-vsock",
        "debian-disk",
        "linux-network"
      })
  void whereFilesAreMissingItSaysWhatToRun(String name, @TempDir Path elsewhere) throws Exception {
    Path repository = Guests.repository();
    Files.createDirectories(elsewhere.resolve("examples"));
    Files.createDirectories(elsewhere.resolve("guests/bin"));
    Files.copy(Path.of(Guests.guest("tide-gauge")), elsewhere.resolve("guests/bin/tide-gauge.elf"));
    Path file = elsewhere.resolve("examples/" + name + ".toml");
    Files.copy(repository.resolve("examples/" + name + ".toml"), file);

    Tombolo.Result result = new Tombolo().run("check", file.toString());

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err().lines())
        .hasSizeGreaterThanOrEqualTo(2)
        .allMatch(
            line ->
                line.matches(
                    ".*/examples/%1$s.toml:\\d+: vm\\..*: no such file; first run: guests/linux/fetch; .*-o examples/%1$s.cpio"
                        .formatted(name)));
  }
}
