// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.fork.Took;

class SliceTest {
  private static List<Slice> calm(double... values) {
    return DoubleStream.of(values).mapToObj(value -> new Slice(value, true)).toList();
  }

  private static Took took(double processor) {
    return new Took(processor, List.of(7.0));
  }

  @Test
  void whoHadNoProcessorOfItsOwnWasDisturbedUnlessItBlocksAnyway() {
    assertThat(Slice.of(Contender.TOMBOLO, took(0.99))).isEqualTo(new Slice(7, true));
    assertThat(Slice.of(Contender.TOMBOLO, took(0.5))).isEqualTo(new Slice(7, false));
    assertThat(Slice.of(Contender.PIPE, took(0.5))).isEqualTo(new Slice(7, true));
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
}
