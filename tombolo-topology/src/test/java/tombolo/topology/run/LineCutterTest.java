// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a guest's bytes become lines. */
class LineCutterTest {
  private final LineCutter cutter = new LineCutter();

  private List<String> print(String text) {
    List<String> lines = new ArrayList<>();
    for (byte octet : text.getBytes(UTF_8)) {
      byte[] line = cutter.add(octet);
      if (line != null) {
        lines.add(new String(line, UTF_8));
      }
    }
    return lines;
  }

  @Test
  void aNewlineEndsALineAndACarriageReturnIsNothing() {
    assertThat(print("one\r\n\ntwo\nthr")).containsExactly("one", "", "two");
    assertThat(cutter.unfinished()).isEqualTo("thr");
    assertThat(print("ee\n")).containsExactly("three");
  }

  @Test
  void theEndOfTheOutputEndsALineToo() {
    print("a prompt>");

    assertThat(cutter.end()).isEqualTo("a prompt>".getBytes(UTF_8));
    assertThat(cutter.end()).isNull();
    assertThat(cutter.unfinished()).isEmpty();
  }

  @Test
  void aLongLineIsCut() {
    String longest = "x".repeat(LineCutter.LONGEST);

    assertThat(print(longest + "y\n" + longest + "\n")).containsExactly(longest, "y", longest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u00e9", "\u20ac", "\ud83c\udfdd"})
  void aLongLineIsCutBetweenTwoCharacters(String character) {
    for (int before = LineCutter.LONGEST - 4; before <= LineCutter.LONGEST; before++) {
      String line = "x".repeat(before) + character + "yyyy";

      assertThat(String.join("", print(line + "\n"))).isEqualTo(line);
    }
  }

  @Test
  void aLongLineThatIsNoTextIsCutAtItsLength() {
    byte[] ended = null;
    for (int i = 0; i <= LineCutter.LONGEST; i++) {
      ended = cutter.add((byte) 0x80);
    }

    assertThat(ended).hasSize(LineCutter.LONGEST);
  }
}
