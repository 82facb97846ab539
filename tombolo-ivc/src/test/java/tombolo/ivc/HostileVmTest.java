// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import tombolo.machine.Scheduler;

/** What one endpoint does to exhaust or disturb another one, or the host. */
class HostileVmTest {
  private static final ChannelId CHANNEL = new ChannelId(1, 1);
  private static final DoorbellRate SLOW = new DoorbellRate(1, 1);

  private final AtomicLong now = new AtomicLong(1);

  private Directory directory(Grant... grants) {
    return new Directory(Grants.of(grants), now::get, Scheduler.system());
  }

  @Test
  void subscribingAnewGivesNoNewTokens() {
    try (Directory directory =
        directory(
            Grant.Publish.of(1, 1, 4096, null), new Grant.Subscribe(2, 1, 1, 1, true, SLOW))) {
      HostEndpoint publisher = directory.join("publisher", 1, Quota.DEFAULT);
      HostEndpoint hostile = directory.join("hostile", 2, Quota.DEFAULT);
      HostChannel channel = publisher.publish(1, Shape.raw(4096));
      int bells = 0;
      for (int i = 0; i < 1000; i++) {
        try (HostChannel joined = hostile.subscribe(CHANNEL)) {
          joined.ring();
        }
        bells += publisher.inbox.takeBell(channel) ? 1 : 0;
      }
      assertThat(bells).isEqualTo(1);
      assertThat(directory.snapshot().delayed()).isEqualTo(1);
    }
  }

  @Test
  void eventsThatNobodyTakesAreBoundedAndWhatIsLostIsCounted() {
    try (Directory directory =
        directory(Grant.Publish.of(1, 1, 4096, null), Grant.Subscribe.of(2, 1, 1, true))) {
      HostEndpoint publisher = directory.join("publisher", 1, Quota.DEFAULT);
      HostEndpoint hostile = directory.join("hostile", 2, Quota.DEFAULT);
      publisher.publish(1, Shape.raw(4096));
      for (int i = 0; i < 1000; i++) {
        hostile.subscribe(CHANNEL).close();
      }
      for (int i = 0; i < Inbox.MAX_EVENTS; i++) {
        Event event = requireNonNull(publisher.inbox.takeEvent());
        assertThat(event.kind())
            .isEqualTo(i % 2 == 0 ? Event.Kind.PEER_JOINED : Event.Kind.PEER_LEFT);
      }
      Event lost = requireNonNull(publisher.inbox.takeEvent());
      assertThat(lost.kind()).isEqualTo(Event.Kind.LOST);
      assertThat(lost.count()).isEqualTo(2000 - Inbox.MAX_EVENTS);
    }
  }

  @Test
  void watchesAreBoundedHoweverManyKeysAGrantIsFor() {
    try (Directory directory =
        directory(
            new Grant.Subscribe(
                2, 1, Long.MIN_VALUE, Long.MAX_VALUE, true, DoorbellRate.DEFAULT))) {
      HostEndpoint hostile = directory.join("hostile", 2, Quota.DEFAULT);
      for (long key = 0; key < Endpoint.MAX_WATCHES; key++) {
        hostile.watch(new ChannelId(1, key));
      }
      hostile.watch(CHANNEL); // again
      assertThat(status(() -> hostile.watch(new ChannelId(1, -1))))
          .isEqualTo(Status.TOO_MANY_CHANNELS);
    }
  }

  @Test
  void memoryThatOthersHoldStaysOnThePublishersAccount() {
    Quota quota = new Quota(100, 10 * 4096);
    try (Directory directory =
        directory(Grant.Publish.of(1, 1, 4096, null), Grant.Subscribe.of(2, 1, 1, true))) {
      HostEndpoint hostile = directory.join("hostile", 1, quota);
      HostEndpoint accomplice = directory.join("accomplice", 2, Quota.NONE);
      for (int i = 0; i < 10; i++) {
        HostChannel made = hostile.publish(1, Shape.raw(4096));
        accomplice.subscribe(CHANNEL);
        made.close();
      }
      assertThat(status(() -> hostile.publish(1, Shape.raw(4096))))
          .isEqualTo(Status.TOO_MANY_BYTES);
      hostile.leaveAll(); // dying helps nothing
      assertThat(status(() -> hostile.publish(1, Shape.raw(4096))))
          .isEqualTo(Status.TOO_MANY_BYTES);
      accomplice.close();
      hostile.publish(1, Shape.raw(4096));
    }
  }

  private static Status status(Runnable operation) {
    try {
      operation.run();
      return Status.DONE;
    } catch (RefusedException e) {
      return e.status();
    }
  }
}
