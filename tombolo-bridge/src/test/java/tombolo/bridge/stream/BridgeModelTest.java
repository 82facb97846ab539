// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.bridge.stream.BridgeCounters.Kind;

@DisplayName("A ring over a bridge")
final class BridgeModelTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void deliversEveryMessageOnceInOrderOrSaysThatItDoesNot(long seed) {
    BridgeModel model = new BridgeModel(seed);
    for (int step = 0; step < 60_000; step++) {
      model.randomStep();
    }
    model.settle();
    assertThat(model.delivered).isGreaterThan(20_000);
    assertThat(model.sessions).isGreaterThan(50);
    assertThat(model.lines).isEmpty();
    assertThat(model.outbound.counters().get(Kind.REFUSED)).isZero();
  }
}
