// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.ivc.IvcFixture.PAGE;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.grant.Grant;

@DisplayName("Who looks on a directory")
final class DirectoryChangesTest {
  private static final ChannelId ID = new ChannelId(1, 7);

  private final IvcFixture ivc =
      new IvcFixture(Grant.Publish.of(1, 7, 8 * PAGE, null), Grant.Subscribe.of(2, 1, 7, true));
  private final AtomicInteger told = new AtomicInteger();

  @AfterEach
  void close() {
    ivc.close();
  }

  private void isToldOf(Runnable change) {
    int before = told.get();
    change.run();
    assertThat(told.get()).isGreaterThan(before);
  }

  @Test
  void isToldWhoeverComesOrGoes() {
    ivc.directory.onChange(told::incrementAndGet);
    HostEndpoint[] ends = new HostEndpoint[2];

    isToldOf(() -> ends[0] = ivc.host(1));
    isToldOf(() -> ends[1] = ivc.host(2));
    isToldOf(() -> ends[0].publish(7, Shape.raw(PAGE)));
    isToldOf(() -> ends[1].subscribe(ID));
    isToldOf(() -> ends[0].close());
    isToldOf(() -> ends[1].close());
  }

  @Test
  void seesHowMuchMemoryTheChannelsHold() {
    HostEndpoint alice = ivc.host(1);
    HostEndpoint bob = ivc.host(2);
    alice.publish(7, Shape.raw(2 * PAGE));
    bob.subscribe(ID);
    assertThat(ivc.directory.snapshot().heldBytes()).isEqualTo(2 * PAGE);

    alice.close();
    assertThat(ivc.directory.snapshot().heldBytes()).isEqualTo(2 * PAGE);
    bob.close();
    assertThat(ivc.directory.snapshot().heldBytes()).isZero();
  }
}
