// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** Times as people write them. */
class TimeLimitTest {
  @ParameterizedTest
  @CsvSource({
    "10s, PT10S",
    "10, PT10S",
    "2m, PT2M",
    "500ms, PT0.5S",
    "1 h, PT1H",
    "1000000h, PT1000000H"
  })
  void aTimeIsANumberAndAUnit(String text, Duration duration) {
    assertThat(TimeLimit.parse(text).duration()).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "0", "0ms", "-1s", "1.5s", "10 days", "1000001h", "1e3"})
  void everythingElseIsNoTime(String text) {
    assertThatThrownBy(() -> TimeLimit.parse(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageStartingWith("'" + text + "': ");
  }
}
