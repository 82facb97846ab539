// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tombolo run}: how topologies end, and what a person is told of it. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunCommandTest {
  @TempDir private Path directory;

  private Tombolo.Result run(TopologyText topology, String... options) throws IOException {
    return new Tombolo().run(words(topology, options));
  }

  private String[] words(TopologyText topology, String... options) throws IOException {
    String[] words = new String[options.length + 2];
    words[0] = "run";
    words[1] = topology.write(directory);
    System.arraycopy(options, 0, words, 2, options.length);
    return words;
  }

  @Test
  void eachLineIsBehindItsVmsName() throws Exception {
    TopologyText topology = new TopologyText().vm("a", "hello", "").vm("second", "hello", "");

    Tombolo.Result result = run(topology);

    assertThat(result.status()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines())
        .containsExactlyInAnyOrder(
            "a      | Hello from Tombolo: hart 0, 1 hart(s), 64 MiB",
            "second | Hello from Tombolo: hart 0, 1 hart(s), 64 MiB");
  }

  @Test
  void theStatusIsThatOfTheFirstVmInTheFileThatFailed() throws Exception {
    TopologyText topology =
        new TopologyText()
            .vm("good", "hello", "")
            .vm("seven", "exit-code", "code=7")
            .vm("nine", "exit-code", "code=9");

    Tombolo.Result result = run(topology);

    assertThat(result.status()).isEqualTo(7);
    assertThat(result.err().lines())
        .containsExactly(
            "tombolo run: seven failed with code 7", "tombolo run: nine failed with code 9");
  }

  @Test
  void aVcpuThatCannotGoOnEndsItsVmAndNoOther() throws Exception {
    TopologyText topology =
        new TopologyText().vm("wild", "wild-jump", "vector=0").vm("good", "hello", "");

    Tombolo.Result result = run(topology);

    assertThat(result.status()).isEqualTo(70);
    assertThat(result.err())
        .startsWith("tombolo run: wild: vCPU 0: instruction access fault at pc 0x4000000000")
        .hasLineCount(1);
    assertThat(result.out()).contains("good | Hello");
  }

  @Test
  void aVmThatFailsIsBootedAgainAsOftenAsTheFileSays() throws Exception {
    TopologyText topology =
        new TopologyText().vm("seven", "exit-code", "code=7").line("restart = 2");

    Tombolo.Result result = run(topology);

    assertThat(result.status()).isEqualTo(7);
    assertThat(result.err().lines())
        .containsExactly(
            "tombolo run: seven failed (the guest reported failure, code 7); booting it again, 1 of"
                + " 2",
            "tombolo run: seven failed (the guest reported failure, code 7); booting it again, 2 of"
                + " 2",
            "tombolo run: seven failed with code 7");
  }

  @Test
  void aTimeOutStopsAllAndSaysWhatWasCleanedUp() throws Exception {
    TopologyText topology =
        new TopologyText()
            .vm("alice", "greeter", "")
            .vm("bob", "idle", "")
            .channel("greetings", "alice", "bob", 1, "16 KiB");

    Tombolo.Result result = run(topology, "--timeout", "2s");

    assertThat(result.status()).isEqualTo(124);
    assertThat(result.err())
        .matches(
            "tombolo run: time-out of 2s: stopped alice, bob after [0-9.]+ s,"
                + " and gave back 1 channel, 16 KiB\n");
  }

  @Test
  void aVmWithTheConsoleIsTypedAtAndPrintsAsItIs() throws Exception {
    TopologyText topology = new TopologyText().vm("echo", "echo", "").vm("other", "hello", "");

    Tombolo.Result result =
        new Tombolo().typing("abc\nquit\n").run(words(topology, "--console", "echo"));

    assertThat(result.status()).isZero();
    assertThat(result.out()).contains("ABC").doesNotContain("echo  |").contains("other | Hello");
  }

  @Test
  void aConsoleOfNoVmIsRefused() throws Exception {
    Tombolo.Result result = run(new TopologyText().vm("a", "hello", ""), "--console", "b");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err())
        .startsWith("tombolo run: --console b: no such VM in ")
        .endsWith("there is a\n");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void mistakesInTheFileAreALineEachAndNothingStarts() throws Exception {
    TopologyText topology =
        new TopologyText()
            .vm("a", "hello", "")
            .line("memmory = 1")
            .channel("c", "alice", "a", 1, "-4096");

    Tombolo.Result result = run(topology);

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err().lines())
        .hasSizeGreaterThanOrEqualTo(3)
        .allMatch(line -> line.contains("topology.toml:"));
    assertThat(result.out()).isEmpty();
  }

  @Test
  void statsAreCountersOfEachVm() throws Exception {
    Tombolo.Result result = run(new TopologyText().vm("a", "hello", ""), "--stats");

    assertThat(result.err()).startsWith("a:\n").contains("  instructions ").contains("  exits ");
  }

  @Test
  void whoReadsNoMoreEndsItQuietly() throws Exception {
    TopologyText topology =
        new TopologyText().vm("a", "ticker", "n=1000000").vm("b", "ticker", "n=1000000");
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            throw new IOException("Broken pipe");
          }
        };

    Tombolo.Result result =
        new Tombolo().printingTo(closed).run(words(topology, "--timeout", "60s"));

    assertThat(result.status()).isEqualTo(141);
    assertThat(result.err()).isEmpty();
  }
}
