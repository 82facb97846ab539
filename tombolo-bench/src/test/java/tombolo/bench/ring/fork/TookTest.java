// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TookTest {
  @Test
  void ofTwoEndsTheOneWithLessOfItsProcessorDecides() {
    Took both = Took.of(0.4).and(Took.of(0.9, 1.5, 2.5));

    assertThat(both.processor()).isEqualTo(0.4);
    assertThat(both.numbers()).containsExactly(1.5, 2.5);
    assertThat(Took.parse(both.line()).line()).isEqualTo("0.4 1.5 2.5");
  }
}
