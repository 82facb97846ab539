// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.topology.run.LineCutter;

/** What a guest prints reaches a terminal on its own lines and nowhere else. */
class LinePrefixTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private String shown(boolean colours, byte[] printed) throws IOException {
    LinePrefix lines = new LinePrefix(out, "a | ", colours);
    lines.write(printed, 0, printed.length);
    return out.toString(UTF_8);
  }

  private String plain(String printed) throws IOException {
    return shown(false, printed.getBytes(UTF_8));
  }

  private String coloured(String printed) throws IOException {
    return shown(true, printed.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    // \r, \b and \e stand for the characters.
    "10%\\r20%, 20%",
    "100%\\r5%, 5%0%",
    "100%\\r\\e[K5%, 5%",
    "100%\\e[2K\\r5%, 5%",
    "abc\\r, abc",
    "abc\\r\\r, abc",
    "ab\\b\\bx, xb",
    "\\bx, x",
    "abcdef\\e[3Gx, abxdef",
    "abcdef\\e[2Dx, abcdxf",
    "abcdef\\r\\e[2Cx, abxdef",
    "abcdef\\e[99Dx, xbcdef",
    "abc\\e[99Cx, abcx",
    "abc\\r\\e[1K, ' bc'",
    "a\tb, a\tb",
  })
  void aLineIsWhatATerminalWouldShow(String printed, String shown) throws IOException {
    String text = printed.replace("\\r", "\r").replace("\\b", "\b").replace("\\e", "\u001b");

    assertThat(plain(text + "\r\n")).isEqualTo("a | " + shown + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u001b[A",
        "\u001b[2A\u001b[2J",
        "\u001b[5;1H",
        "\u001b[?1049h",
        "\u001b[!p",
        "\u001b[>c",
        "\u001bM",
        "\u001bc",
        "\u001b(0",
        "\u001b]0;a title\u0007",
        "\u001b]0;a title\u001b\\",
        "\u001bPa string\u001b\\",
        "\u001b_a string\u001b\\",
        "\u001b[1\u0018",
        "\u009b2J",
        "\u009d0;a title\u009c",
        "\u0084",
        "\u0007",
        "\u0000\u0001\u007f",
        "\u202e\u2066\u2028",
      })
  void noSequenceLeavesTheLine(String sequence) throws IOException {
    assertThat(plain("x" + sequence + "y\n")).isEqualTo("a | xy\n");
    out.reset();
    assertThat(coloured("x" + sequence + "y\n")).isEqualTo("a | xy\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u001b]0;", "\u001bP", "\u001b[", "\u001b", "\u001b[1;2;", "\u009d"})
  void aSequenceWithoutEndEndsWithItsLine(String sequence) throws IOException {
    assertThat(plain("x" + sequence + "\ny\n")).isEqualTo("a | x\na | y\n");
  }

  @Test
  void whatATerminalMayTakeForANewlineIsOneHereToo() throws IOException {
    assertThat(plain("x\u000bb | forged\u000cz\n")).isEqualTo("a | x\na | b | forged\na | z\n");
  }

  @Test
  void coloursEndWithTheLineAndGoOnInTheNextOne() throws IOException {
    assertThat(coloured("\u001b[1;31mred\nstill\u001b[0m not\n"))
        .isEqualTo(
            """
            a | \u001b[1;31mred\u001b[0m
            a | \u001b[1;31mstill\u001b[0m not
            """);
  }

  @Test
  void whereNoColoursAreWantedTheGuestsAreDroppedToo() throws IOException {
    assertThat(plain("\u001b[1;31mred\u001b[m\n")).isEqualTo("a | red\n");
  }

  @Test
  void anOverwrittenCharacterTakesItsColourAlong() throws IOException {
    assertThat(coloured("\u001b[31mxx\u001b[m\ry\n")).isEqualTo("a | y\u001b[31mx\u001b[0m\n");
  }

  @Test
  void coloursWithoutEndAreForgotten() throws IOException {
    String line = coloured("\u001b[1m".repeat(10_000) + "x\n");

    assertThat(line).hasSizeLessThan(100).endsWith("x\u001b[0m\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u00e9", "\u20ac", "\ud83c\udfdd"})
  void aLongLineIsCutBetweenTwoCharacters(String character) throws IOException {
    String line = character.repeat(LineCutter.LONGEST);

    String[] lines = plain(line + "\n").split("\n");

    assertThat(lines)
        .allSatisfy(
            each ->
                assertThat(each.getBytes(UTF_8).length).isLessThanOrEqualTo(4 + LineCutter.LONGEST))
        .allMatch(each -> each.startsWith("a | "));
    assertThat(String.join("", lines).replace("a | ", "")).isEqualTo(line);
  }

  @ParameterizedTest
  @CsvSource({
    "x\u00e9y, x\ufffdy", // Latin-1
    "\u00c3, \ufffd",
    "\u00e2\u0082x, \ufffdx",
    "\u00c0\u00af, \ufffd\ufffd", // a slash that is longer than it needs to be
    "\u00ed\u00a0\u0080, \ufffd", // half of a surrogate pair
    "\u00f4\u0090\u0080\u0080, \ufffd", // beyond Unicode
    "\u00e2\u00e2\u0082\u00ac, \ufffd\u20ac",
  })
  void aByteThatIsNoTextIsShownAsSuch(String bytes, String shown) throws IOException {
    assertThat(shown(false, (bytes + "\n").getBytes(ISO_8859_1))).isEqualTo("a | " + shown + "\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingThatAGuestPrintsForgesALineOfAnotherVm(boolean colours) throws IOException {
    String[] pieces = {
      "\u001b", "[", "]", "P", "\\", "m", "K", "2", "31", ";", "\r", "\n", "\b", "b | x", "\u00e9",
      "\u009b", "?", "H", "A", "J", "\u0007", "\u000b", "G", "C", "D", " "
    };
    SplittableRandom random = new SplittableRandom(16);
    StringBuilder printed = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      printed.append(pieces[random.nextInt(pieces.length)]);
    }

    String[] lines = shown(colours, (printed + "\n").getBytes(UTF_8)).split("\n");

    assertThat(lines)
        .extracting(line -> colours ? line.replaceAll("\u001b\\[[0-9;:]*m", "") : line)
        .allMatch(line -> line.matches("a \\| [^\\p{Cntrl}\u0080-\u009f]*"));
    assertThat(lines)
        .filteredOn(line -> line.contains("\u001b["))
        .allMatch(line -> line.substring(line.lastIndexOf('\u001b')).startsWith("\u001b[0m"));
  }
}
