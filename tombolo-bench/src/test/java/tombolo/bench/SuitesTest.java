// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The suites that measure one mechanism, and what the command says to mistakes. */
class SuitesTest {
  private static final String FIGURE = "figure [a-z0-9.-]+ \\d+(\\.\\d+)? ns/op";

  @Test
  void guestsThatTimeOneMechanismEndInFigures() throws InterruptedException {
    Invocation run = Invocation.of("guests", "--quick");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.figures()).allMatch(line -> line.matches(FIGURE));
    assertThat(run.figureNames())
        .containsExactly("guest.mmio-loop", "guest.trap-loop", "guest.tlb-miss");
  }

  @Test
  void everyJmhBenchmarkRunsAndEndsInAFigure() throws InterruptedException {
    Invocation run = Invocation.of("jmh", "--quick");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.figures()).allMatch(line -> line.matches(FIGURE));
    assertThat(run.figureNames())
        .containsExactlyInAnyOrder(
            "jmh.translate.1",
            "jmh.translate.1000",
            "jmh.translate.100000",
            "jmh.map-unmap.1",
            "jmh.map-unmap.1000",
            "jmh.map-unmap.100000",
            "jmh.mmio-load",
            "jmh.mmio-store",
            "jmh.trap",
            "jmh.load-tlb-hit",
            "jmh.load-tlb-miss",
            "jmh.read-long",
            "jmh.set-release-long",
            "jmh.read-record",
            "jmh.read-page");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cpu                       | no suite cpu: vcpu, guests or jmh
          vcpu --runs 0             | --runs 0: a whole number from 1
          vcpu --runs many          | --runs many: a whole number from 1
          vcpu --runs               | --runs needs a value
          vcpu --fast               | no such option: --fast
          vcpu --programs sieve,doom| no program doom: coremark-like, sieve, crc32, quicksort, matrix, memcopy, floating-point
          guests sieve              | no such option: sieve
          jmh nothing-like-this     | no benchmark matches nothing-like-this
          jmh *                     | *: no regular expression: Dangling meta character '*'
          """)
  void mistakesGetOneLineAndStatus2(String commandLine, String message)
      throws InterruptedException {
    Invocation run = Invocation.of(commandLine.split(" ", -1));

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).isEqualTo("tombolo-bench: " + message + "\n");
    assertThat(run.figures()).isEmpty();
  }
}
