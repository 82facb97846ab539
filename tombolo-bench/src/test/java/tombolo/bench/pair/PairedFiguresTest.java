// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tombolo.bench.suite.Report.Figure;

class PairedFiguresTest {
  private final PairedFigures paired = new PairedFigures();

  private static List<Figure> figures(String... lines) {
    return Stream.of(lines).flatMap(line -> Figure.parse("figure " + line).stream()).toList();
  }

  /** The second round's machine is ten times as slow, and the third's there only. */
  @Test
  void aRatioIsTheMedianOfTheRounds() {
    paired.add(figures("a 110 MIPS"), figures("a 100 MIPS"));
    paired.add(figures("a 11 MIPS"), figures("a 10 MIPS"));
    paired.add(figures("a 110 MIPS"), figures("a 10 MIPS"));

    assertThat(paired.ratios("a").median()).isEqualTo(1.1);
    assertThat(paired.ratios("a").count()).isEqualTo(3);
    assertThat(paired.ratios("a").q3()).isGreaterThan(1.1);
  }

  @Test
  void figuresArePairedByNameAndNotByPosition() {
    paired.add(figures("a 6 x", "b 8 x"), figures("b 4 x", "a 2 x"));

    assertThat(paired.names()).containsExactly("a", "b");
    assertThat(paired.ratios("a").median()).isEqualTo(3);
    assertThat(paired.ratios("b").median()).isEqualTo(2);
    assertThat(paired.unpaired()).isEmpty();
  }

  @Test
  void whatOnlyOneHasOrInAnotherUnitIsNamedAndNotPaired() {
    paired.add(figures("a 1 ns", "new 1 x", "c 1 x"), figures("a 1 us", "old 1 x", "c 1 x"));

    assertThat(paired.names()).containsExactly("c");
    assertThat(paired.unpaired()).containsExactly("a", "new", "old");
  }

  @Test
  void zeroHasNoRatio() {
    paired.add(figures("a 0.000 x"), figures("a 1 x"));
    paired.add(figures("a 1 x"), figures("a 0.000 x"));
    paired.add(figures("a 4 x"), figures("a 2 x"));

    assertThat(paired.ratios("a").sorted()).containsExactly(2.0);
  }

  @Test
  void onlyLinesOfFiguresAreRead() {
    assertThat(Figure.parse("figure vcpu.sieve 310.5 MIPS"))
        .contains(new Figure("vcpu.sieve", 310.5, "MIPS"));
    assertThat(Figure.parse("figure vcpu.sieve 310.5")).isEmpty();
    assertThat(Figure.parse("figure vcpu.sieve many MIPS")).isEmpty();
    assertThat(Figure.parse("a figure vcpu.sieve 310.5 MIPS")).isEmpty();
    assertThat(Figure.parse(new Figure("a", 1.5, "x").toString()))
        .contains(new Figure("a", 1.5, "x"));
  }
}
