// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InjectInterruptTest {
  @ParameterizedTest
  @EnumSource(
      value = VmState.class,
      names = {"LOADED", "RUNNING", "SUSPENDED", "STOPPED"})
  void reachesTheBoardInEveryState(VmState state) {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(3)).to(state)) {
      fixture.vm.injectInterrupt(0b101, 7);
      assertThat(fixture.board().lines).containsExactly("pulse 7 for 0x5");
      assertThat(fixture.vm.state()).isEqualTo(state);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 0b1000, 0b1001, -1, Long.MIN_VALUE})
  void refusesAMaskWithoutVcpusOrWithOnesThatAreNotThere(long vcpus) {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(3))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> fixture.vm.injectInterrupt(vcpus, 7))
          .withMessage(
              "alice: interrupt 7 for the vCPUs 0x%x: must be some of 0x7".formatted(vcpus));
      assertThat(fixture.board().lines).isEmpty();
    }
  }

  @Test
  void refusesAnInterruptThatTheControllerHasNot() {
    try (VmFixture fixture = new VmFixture()) {
      assertThatIllegalArgumentException().isThrownBy(() -> fixture.vm.injectInterrupt(1, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void theMaskOfAllHasABitForEachVcpu(int vcpus) {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(vcpus))) {
      assertThat(fixture.vm.allVcpus()).isEqualTo((1L << vcpus) - 1);
    }
  }
}
