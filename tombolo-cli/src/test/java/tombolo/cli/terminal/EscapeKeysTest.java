// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.terminal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EscapeKeysTest {
  private final AtomicInteger left = new AtomicInteger();
  private final AtomicInteger stopped = new AtomicInteger();
  private final AtomicInteger helped = new AtomicInteger();

  private EscapeKeys keys(InputStream typed) {
    return new EscapeKeys(
        typed, left::incrementAndGet, stopped::incrementAndGet, helped::incrementAndGet);
  }

  private static InputStream typed(String keys) {
    return new ByteArrayInputStream(keys.getBytes(ISO_8859_1));
  }

  private String passed(String typed) throws IOException {
    return new String(keys(typed(typed)).readAllBytes(), ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({
    // In a row: ^ stands for Ctrl-A, ~ for Ctrl-C.
    "abc, abc, 0, 0",
    "a^xb, ab, 1, 0",
    "a^hb, ab, 0, 1",
    "a^?b, ab, 0, 1",
    "a~b, a~b, 0, 0",
    "~~a~~, ~~a~~, 0, 0",
    "a~~~~b, a~~~~b, 0, 1",
    "~~~a~~~, ~~~a~~~, 0, 2",
    "a^^b, a^b, 0, 0",
    "^^x, ^x, 0, 0",
    "xch, xch, 0, 0",
    "^x^x, '', 2, 0",
    "a^, a, 0, 0",
  })
  void controlAIsForTombolo(String typed, String passed, int leaves, int helps) throws IOException {
    String keys = typed.replace('^', '\u0001').replace('~', '\u0003');

    assertThat(passed(keys)).isEqualTo(passed.replace('^', '\u0001').replace('~', '\u0003'));
    assertThat(left).hasValue(leaves);
    assertThat(helped).hasValue(helps);
  }

  @Test
  void controlZBehindItStopsTheJob() throws IOException {
    assertThat(passed("a\u0001zb\u001a")).isEqualTo("ab\u001a");
    assertThat(stopped).hasValue(1);
    assertThat(helped).hasValue(0);
  }

  @Test
  void everyOtherByteIsTheGuests() throws IOException {
    StringBuilder others = new StringBuilder();
    for (char c = 0; c < 256; c++) {
      others.append(c == 1 ? "" : c);
    }

    assertThat(passed(others.toString())).isEqualTo(others.toString());
  }

  @Test
  void keysThatComeOneByOneMeanTheSame() throws IOException {
    List<InputStream> pieces = List.of(typed("a\u0001"), typed("x"), typed("b"));

    assertThat(keys(new SequenceInputStream(Collections.enumeration(pieces))).readAllBytes())
        .asString(ISO_8859_1)
        .isEqualTo("ab");
    assertThat(left).hasValue(1);
  }

  @Test
  void aReadGivesNothingOnlyAtTheEnd() throws IOException {
    EscapeKeys keys = keys(typed("\u0001h\u00ff"));

    assertThat(keys.read()).isEqualTo(0xff);
    assertThat(keys.read()).isEqualTo(-1);
  }
}
