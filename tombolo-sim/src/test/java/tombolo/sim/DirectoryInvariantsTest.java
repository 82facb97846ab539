// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tombolo.ivc.DirectorySnapshot;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.grant.Quota;

/** Directories that contradict themselves. */
class DirectoryInvariantsTest {
  private static final Shape SHAPE = Shape.raw(8192);
  private static final Quota QUOTA = new Quota(1, 8192);

  private static DirectorySnapshot.Side side(int endpoint, int section) {
    return new DirectorySnapshot.Side(
        endpoint, "vm", Role.SUBSCRIBER, OptionalLong.empty(), true, section, 0, 0, 0, 0);
  }

  private static DirectorySnapshot.EndpointRow endpoint(int channels, long bytes, int joined) {
    return new DirectorySnapshot.EndpointRow(1, "a", true, channels, bytes, QUOTA, joined, 0);
  }

  private static DirectorySnapshot directory(
      DirectorySnapshot.EndpointRow endpoint, long rings, DirectorySnapshot.Side... sides) {
    DirectorySnapshot.ChannelRow channel =
        new DirectorySnapshot.ChannelRow(
            new ChannelId(1, 1), "a", null, 1, SHAPE, ChannelState.LIVE, List.of(sides), null);
    return new DirectorySnapshot(
        List.of(endpoint), List.of(channel), rings, 1, 1, 0, 0, SHAPE.total());
  }

  private static @Nullable String broken(DirectorySnapshot directory) {
    return DirectoryInvariants.broken(directory, Set.of());
  }

  @Test
  void aDirectoryThatAgreesWithItselfIsGood() {
    DirectorySnapshot good = directory(endpoint(1, 8192, 1), 2, side(1, Shape.NO_SECTION));

    assertThat(broken(good)).isNull();
    assertThat(DirectoryInvariants.broken(good, Set.of("a")))
        .isEqualTo("a has stopped and is still in 1 channels");
  }

  @Test
  void membersAccountsQuotasSectionsAndRingsHaveToAgree() {
    DirectorySnapshot.Side member = side(1, Shape.NO_SECTION);
    assertThat(broken(directory(endpoint(1, 8192, 0), 2, member)))
        .isEqualTo("a has joined 0 channels, of which 1 know");
    assertThat(broken(directory(endpoint(1, 4096, 1), 2, member)))
        .isEqualTo("a has published 8192 bytes, of which 4096 are on its account");
    assertThat(broken(directory(endpoint(2, 8192, 1), 2, member))).isEqualTo("a is over its quota");
    assertThat(broken(directory(endpoint(1, 8192, 2), 2, side(1, 1), side(1, 1))))
        .contains("write to one section");
    assertThat(broken(directory(endpoint(1, 8192, 1), 1, member)))
        .isEqualTo("1 rings have become 2");
  }
}
