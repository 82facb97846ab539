// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The credit that a receiver's words give its sender. */
class CreditTest {
  private final Credit credit = new Credit();

  private void says(int bufferSize, int forwarded) {
    credit.update(new VsockHeader(3, 4, 1, 2, 0, 1, 6, 0, bufferSize, forwarded));
  }

  @Test
  void nothingMayBeSentBeforeTheReceiverHasSaidWhatItHolds() {
    assertThat(credit.available()).isZero();
    assertThat(credit.allows(1)).isFalse();
    assertThat(credit.allows(0)).isTrue();
  }

  @Test
  void whatIsSentCountsUntilItIsForwarded() {
    says(100, 0);
    credit.sent(60);
    assertThat(credit.available()).isEqualTo(40);
    assertThat(credit.allows(40)).isTrue();
    assertThat(credit.allows(41)).isFalse();
    says(100, 60);
    assertThat(credit.available()).isEqualTo(100);
  }

  @Test
  void countersWrapAround() {
    says(-1, 0);
    credit.sent(Integer.MAX_VALUE);
    credit.sent(Integer.MAX_VALUE);
    says(1000, -2);
    credit.sent(500);
    assertThat(credit.available()).isEqualTo(500);
    says(1000, 498);
    assertThat(credit.available()).isEqualTo(1000);
  }

  @Test
  void moreThanWasSentCannotHaveBeenForwarded() {
    says(100, 0);
    credit.sent(60);
    says(100, 61);
    assertThat(credit.available()).isEqualTo(40);
    says(100, -1);
    assertThat(credit.available()).isEqualTo(40);
  }

  @Test
  void anOldHeaderThatComesLateTakesNothingBack() {
    says(100, 0);
    credit.sent(60);
    says(100, 50);
    says(100, 40);
    assertThat(credit.available()).isEqualTo(90);
  }

  @Test
  void aReceiverThatMakesItsBufferSmallerIsNotOverrunByWhatIsUnderWay() {
    says(100, 0);
    says(10, 0);
    assertThat(credit.available()).isEqualTo(10);
    assertThat(credit.allows(100)).isTrue();
    assertThat(credit.allows(101)).isFalse();
  }
}
