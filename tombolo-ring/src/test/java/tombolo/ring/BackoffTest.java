// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A reader that only spins")
final class BackoffTest {
  private final Backoff backoff = new Backoff();

  /** Returns the number of pauses in rounds that have some messages and then some vain looks. */
  private int pauses(int rounds, int messages, int looks) {
    int pauses = 0;
    for (int round = 0; round < rounds; round++) {
      pauses += backoff.isToPauseAfter(messages) ? 1 : 0;
      for (int look = 0; look < looks; look++) {
        pauses += backoff.isToPauseAfter(0) ? 1 : 0;
      }
    }
    return pauses;
  }

  @Test
  void looksAllTheTimeAtARingThatStaysEmpty() {
    assertThat(pauses(1, 0, 1_000_000)).isZero();
  }

  @Test
  void leavesABusyWriterAloneEachTimeItHasCaughtUp() {
    assertThat(pauses(1000, 8, 1)).isEqualTo(1000);
  }

  @Test
  void pausesOnceForAStreamHoweverLongTheNextOneTakes() {
    assertThat(pauses(10, 8, 1000)).isEqualTo(10);
  }

  @Test
  void looksAllTheTimeForSingleMessagesThatAreFarApart() {
    assertThat(pauses(1000, 1, 1000)).isZero();
  }

  @Test
  void pausesLessAndLessOftenWhereItDoesNotPay() {
    assertThat(pauses(1 << 14, 1, 1)).isBetween(2, 20);
  }

  @Test
  void pausesAgainAsSoonAsItPays() {
    pauses(1 << 14, 1, 1);

    assertThat(pauses(1000, 8, 1)).isEqualTo(1000);
  }

  @Test
  void takesAnAnswerForALookInVain() {
    backoff.isToPauseAfter(8);

    assertThat(backoff.isToPauseAfter(Answer.PEER_GONE)).isTrue();
  }
}
