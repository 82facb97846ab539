// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rotation favors no contender, however many there are. */
class RotationTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9, 10})
  void eachContenderHasOneSliceInEachRound(int contenders) {
    Rotation rotation = new Rotation(contenders);

    for (int round = 0; round < 3 * rotation.cycle(); round++) {
      assertThat(rotation.order(round))
          .containsExactlyInAnyOrder(IntStream.range(0, contenders).toArray());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9, 10})
  void eachContenderHasEachPositionEquallyOften(int contenders) {
    Rotation rotation = new Rotation(contenders);
    int[][] slices = new int[contenders][contenders];
    for (int round = 0; round < rotation.cycle(); round++) {
      int[] order = rotation.order(round);
      for (int position = 0; position < contenders; position++) {
        slices[order[position]][position]++;
      }
    }

    for (int[] ofOne : slices) {
      assertThat(ofOne).containsOnly(rotation.cycle() / contenders);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 8, 9, 10})
  void eachContenderFollowsEachOtherEquallyOften(int contenders) {
    Rotation rotation = new Rotation(contenders);
    int[][] follows = new int[contenders][contenders];
    for (int round = 0; round < rotation.cycle(); round++) {
      int[] order = rotation.order(round);
      for (int position = 1; position < contenders; position++) {
        follows[order[position]][order[position - 1]]++;
      }
    }

    for (int one = 0; one < contenders; one++) {
      for (int other = 0; other < contenders; other++) {
        int wanted = one == other ? 0 : rotation.cycle() / contenders;
        assertThat(follows[one][other]).as("%d behind %d", one, other).isEqualTo(wanted);
      }
    }
  }

  @Test
  void roundsAreRoundedUpToWholeCycles() {
    assertThat(new Rotation(4).roundUp(100)).isEqualTo(100);
    assertThat(new Rotation(9).roundUp(100)).isEqualTo(108);
    assertThat(new Rotation(9).roundUp(1)).isEqualTo(18);
    assertThat(new Rotation(1).roundUp(7)).isEqualTo(8);
  }

  @Test
  void somebodyMustTakePart() {
    assertThatThrownBy(() -> new Rotation(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
