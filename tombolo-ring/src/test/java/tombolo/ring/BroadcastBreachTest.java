// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A reader of a broadcast ring whose writer breaks the format")
final class BroadcastBreachTest {
  private final BroadcastFixture ring = new BroadcastFixture(2, 128);
  private final BroadcastReader holding = ring.admitted(0);
  private final LossyReader lossy = ring.lossyReader(1);

  @ParameterizedTest
  @CsvSource({
    "0, 8, RECORD_TYPE",
    "-2, 8, RECORD_TYPE",
    "1, -1, RECORD_LENGTH",
    "1, 49, RECORD_LENGTH",
    "1, 2147483647, RECORD_LENGTH",
    "-1, 120, PADDING",
    "-1, 0, PADDING"
  })
  void believesNoSuchHeader(int type, int length, Breach breach) {
    ring.offer(1, 8);
    long header = Records.header(type, 0) | Integer.toUnsignedLong(length);
    RingFixture.set(ring.writerPart, BroadcastPart.DATA_AT, header);
    isBroken(holding, breach);
    isBroken(lossy, breach);
  }

  @Test
  void lossyTakesNoOtherNumberThanTheOneThatMustCome() {
    ring.offer(1, 8);
    ring.offer(2, 8);
    assertThat(BroadcastFixture.drain(lossy, 1)).hasSize(1);
    RingFixture.set(ring.writerPart, BroadcastPart.DATA_AT + 24 + 8, 2);
    isBroken(lossy, Breach.SEQUENCE);
  }

  @Test
  void lossyTakesNoLessNumberBehindAGapThanTheOneThatMustCome() {
    ring.fill(1, 8, 3);
    assertThat(BroadcastFixture.drain(lossy, 3)).hasSize(3);
    ring.fill(4, 8, 2);
    RingFixture.set(ring.writerPart, BroadcastPart.CLAIMED_AT, 3 * 24 + 128 + 8);
    RingFixture.set(ring.writerPart, BroadcastPart.DATA_AT + 4 * 24 + 8, 2);
    isBroken(lossy, Breach.SEQUENCE);
  }

  @Test
  void lossyGoesOnAtNoPositionThatNoneIs() {
    ring.fill(1, 8, 2);
    RingFixture.set(ring.writerPart, BroadcastPart.CLAIMED_AT, 1 << 20);
    RingFixture.set(ring.writerPart, BroadcastPart.LATEST_AT, 25);
    isBroken(lossy, Breach.WRITER_POSITION);
  }

  @Test
  void lossyMayFindNothingButNeverMoreThanThereIs() {
    ring.fill(1, 8, 2);
    RingFixture.set(ring.writerPart, BroadcastPart.CLAIMED_AT, -1);
    for (long latest : List.of(0L, 1L << 40, Long.MAX_VALUE - 7, Long.MIN_VALUE)) {
      RingFixture.set(ring.writerPart, BroadcastPart.LATEST_AT, latest);
      assertThat(BroadcastFixture.poll(lossy)).isZero();
    }
    assertThat(lossy.lost()).isZero();
  }

  @Test
  void beginsAtNoPositionThatNoneIs() {
    holding.close();
    BroadcastReader reader = ring.reader(0);
    ring.writer.admit();
    RingFixture.set(ring.writerPart, BroadcastPart.holdAt(0), 4 + 1);
    isBroken(reader, Breach.WRITER_POSITION);
  }

  private static void isBroken(RingReader reader, Breach how) {
    for (int call = 0; call < 3; call++) {
      assertThat(BroadcastFixture.poll(reader)).isEqualTo(Answer.PEER_BROKEN);
    }
    assertThat(
            switch (reader) {
              case BroadcastReader it -> it.breach();
              case LossyReader it -> it.breach();
              case SpscReader it -> it.breach();
            })
        .contains(how);
    assertThat(reader.isConnected()).isFalse();
  }
}
