// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tombolo.ivc.DirectorySnapshot.ChannelRow;
import tombolo.ivc.DirectorySnapshot.Side;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ring.RingSnapshot;

/** Who waits in a ring of messages, and for what. */
class RingStateTest {
  private static final Side SENDER = side(1, Role.PUBLISHER, 0);
  private static final Side RECEIVER = side(2, Role.SUBSCRIBER, 1);

  private static Side side(int id, Role role, int section) {
    return new Side(id, "vm" + id, role, OptionalLong.empty(), true, section, 0, 0, 0, 0);
  }

  private static ChannelRow channel(@Nullable RingSnapshot ring) {
    return new ChannelRow(
        new ChannelId(1, 1),
        "vm1",
        "messages",
        1,
        Shape.raw(8192),
        ChannelState.LIVE,
        List.of(SENDER, RECEIVER),
        ring);
  }

  private static RingSnapshot ring(boolean sleeping, RingSnapshot.Reader... readers) {
    return new RingSnapshot(false, 1024, 1, 5, 100, sleeping, List.of(readers));
  }

  @Test
  void aSenderWaitsForItsFirstReaderAwakeOrAsleep() {
    assertThat(RingState.of(channel(ring(false)), SENDER)).isEqualTo("no reader yet");
    assertThat(RingState.of(channel(ring(true)), SENDER)).isEqualTo("no reader yet");
    assertThat(RingState.of(channel(ring(true)), RECEIVER)).isEqualTo("not reading");
  }

  @Test
  void aSenderThatSleepsThoughItHasAReaderWaitsForRoom() {
    ChannelRow channel = channel(ring(true, new RingSnapshot.Reader(0, 1000, 0)));

    assertThat(RingState.of(channel, SENDER)).isEqualTo("waits for room");
    assertThat(RingState.of(channel, RECEIVER)).isEqualTo("reading");
  }

  @Test
  void aReaderThatHasReadAllWaits() {
    ChannelRow channel = channel(ring(false, new RingSnapshot.Reader(0, 0, 0)));

    assertThat(RingState.of(channel, SENDER)).isEqualTo("sending");
    assertThat(RingState.of(channel, RECEIVER)).isEqualTo("waits for a message");
  }

  @Test
  void aChannelWithoutARingSaysNothing() {
    assertThat(RingState.of(channel(null), SENDER)).isEmpty();
  }
}
