// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which terminals get escape sequences. */
class HostColoursTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "unset",
      value = {
        "xterm, unset, true",
        "xterm, '', true",
        "xterm, 1, false",
        "xterm, 0, false",
        "dumb, unset, false",
        "'', unset, false",
        "unset, unset, false",
      })
  void aTerminalThatKnowsNoneAndAPersonWhoObjectsGetNone(
      String term, String noColor, boolean wanted) {
    assertThat(Host.wantsColours(term, noColor)).isEqualTo(wanted);
  }
}
