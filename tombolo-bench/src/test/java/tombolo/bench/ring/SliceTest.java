// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SliceTest {
  private static List<Slice> calm(double... values) {
    return DoubleStream.of(values).mapToObj(value -> new Slice(value, true)).toList();
  }

  @Test
  void whoHadNoProcessorOfItsOwnWasDisturbedUnlessItBlocksAnyway() {
    assertThat(Slice.of(Contender.TOMBOLO, Took.of(0.99, 7))).isEqualTo(new Slice(7, true));
    assertThat(Slice.of(Contender.TOMBOLO, Took.of(0.5, 7))).isEqualTo(new Slice(7, false));
    assertThat(Slice.of(Contender.PIPE, Took.of(0.5, 7))).isEqualTo(new Slice(7, true));
  }

  @Test
  void aRoundCountsOnlyIfBothWereCalm() {
    List<Slice> ours = List.of(new Slice(1, false), new Slice(6, true), new Slice(8, true));
    List<Slice> theirs = List.of(new Slice(9, true), new Slice(2, true), new Slice(1, false));

    assertThat(Slice.ratios(ours, theirs).sorted()).containsExactly(3.0);
    assertThat(Slice.samples(ours).sorted()).containsExactly(6.0, 8.0);
    assertThat(Slice.percentCalm(List.of(ours.get(0), ours.get(1)))).isEqualTo(50);
  }

  @Test
  void whereHardlyAnyIsCalmAllCount() {
    List<Slice> ours =
        Stream.concat(Collections.nCopies(19, new Slice(4, false)).stream(), calm(100).stream())
            .toList();
    List<Slice> theirs = Collections.nCopies(20, new Slice(2, true));

    assertThat(Slice.ratios(ours, theirs).count()).isEqualTo(20);
    assertThat(Slice.ratios(ours, theirs).median()).isEqualTo(2);
    assertThat(Slice.samples(ours).median()).isEqualTo(4);
  }

  @Test
  void ofTwoEndsTheOneWithLessOfItsProcessorDecides() {
    Took both = Took.of(0.4).and(Took.of(0.9, 1.5, 2.5));

    assertThat(both.processor()).isEqualTo(0.4);
    assertThat(both.numbers()).containsExactly(1.5, 2.5);
    assertThat(Took.parse(both.line()).line()).isEqualTo("0.4 1.5 2.5");
  }
}
