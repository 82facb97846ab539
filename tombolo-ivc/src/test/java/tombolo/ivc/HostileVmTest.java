// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.bell.Inbox;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;

/** What one endpoint does to exhaust or disturb another one, or the host. */
class HostileVmTest {
  private static final ChannelId CHANNEL = new ChannelId(1, 1);
  private static final DoorbellRate SLOW = new DoorbellRate(1, 1);

  private final AtomicLong now = new AtomicLong(1);

  private Directory directory(Grant... grants) {
    return new Directory(
        Grants.of(grants), new HostServices(now::get, Scheduler.system(), RandomSource.seeded(1)));
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
        bells += publisher.inbox.takeBell(channel.bell) ? 1 : 0;
      }
      assertThat(bells).isEqualTo(1);
      assertThat(directory.snapshot().delayed()).isEqualTo(1);
    }
  }

  @Test
  void aFloodOfRingsInterruptsNoMoreOftenThanItsRate() {
    DoorbellRate rate = new DoorbellRate(1000, 10);
    try (Directory directory =
        directory(
            Grant.Publish.of(1, 1, 4096, null), new Grant.Subscribe(2, 1, 1, 1, true, rate))) {
      HostEndpoint publisher = directory.join("publisher", 1, Quota.DEFAULT);
      HostEndpoint hostile = directory.join("hostile", 2, Quota.DEFAULT);
      HostChannel channel = publisher.publish(1, Shape.raw(4096));
      HostChannel joined = hostile.subscribe(CHANNEL);
      int bells = 0;
      for (int i = 0; i < 100_000; i++) {
        joined.ring();
        bells += publisher.inbox.takeBell(channel.bell) ? 1 : 0;
      }
      assertThat(bells).as("while no time passes").isEqualTo(10);
      for (int i = 0; i < 100_000; i++) {
        now.addAndGet(10_000);
        joined.ring();
        bells += publisher.inbox.takeBell(channel.bell) ? 1 : 0;
      }
      assertThat(bells).as("in a second").isLessThanOrEqualTo(10 + 1000 + 1);
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
  void refusalsAreAllCountedAndTheFirstFewLogged() {
    Logger logger = Logger.getLogger(Refusals.class.getName());
    List<LogRecord> lines = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try (Directory directory = directory()) {
      HostEndpoint hostile = directory.join("hostile", 2, Quota.DEFAULT);
      for (int i = 0; i < 1000; i++) {
        assertThat(status(() -> hostile.subscribe(CHANNEL))).isEqualTo(Status.NOT_GRANTED);
      }
      assertThat(hostile.refused()).isEqualTo(1000);
      assertThat(lines).hasSize(33); // 32, and one that says that it is the last
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  void watchesAreBoundedHoweverManyKeysAGrantIsFor() {
    try (Directory directory =
        directory(
            new Grant.Subscribe(
                2, 1, Long.MIN_VALUE, Long.MAX_VALUE, true, DoorbellRate.DEFAULT))) {
      HostEndpoint hostile = directory.join("hostile", 2, Quota.DEFAULT);
      for (long key = 0; key < Membership.MAX_WATCHES; key++) {
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

  @Test
  void aWindowThatIsMovedWhileAPeerRingsTakesItsChannelsAlong() {
    try (World world =
        new World(2, Grant.Publish.of(1, 1, 4096, null), Grant.Subscribe.of(2, 1, 1, true))) {
      DeviceDriver publisher = new DeviceDriver(world.vm(1));
      DeviceDriver peer = new DeviceDriver(world.vm(2));
      ChannelDriver.Answer made = publisher.publish(1, 4096);
      ChannelDriver.Answer joined = peer.subscribe(1, 1);
      long bar = 0x3000_8018L;
      long home = world.vm(1).window();
      for (int i = 1; i <= 50; i++) {
        long place = home + (i % 3) * Guests.WINDOW;
        assertThat(world.vm(2).store(joined.gpa() + 64, i)).isTrue();
        assertThat(peer.ring(joined, 1)).isEqualTo(Status.DONE);
        assertThat(world.vm(1).store(bar, 4, place)).isTrue();
        assertThat(world.vm(1).load(place + made.gpa() - home + 64)).hasValue(i);
        if (place != home) {
          assertThat(world.vm(1).load(made.gpa() + 64)).isEmpty();
        }
      }
      // On the RAM, the bridge forwards nothing; back at home all is there.
      assertThat(world.vm(1).store(bar, 4, 0x8000_0000L)).isTrue();
      assertThat(world.vm(1).store(bar + 4, 4, 0)).isTrue();
      assertThat(world.vm(1).load(made.gpa() + 64)).isEmpty();
      assertThat(world.vm(1).endpoint.membership.all().getFirst()).isInstanceOf(VmChannel.class);
      assertThat(world.vm(1).store(bar, 4, home & 0xffff_ffffL)).isTrue();
      assertThat(world.vm(1).store(bar + 4, 4, home >>> 32)).isTrue();
      assertThat(world.vm(1).load(made.gpa() + 64)).hasValue(50);
      assertThat(publisher.awaitBell(made)).isTrue();
    }
  }

  @Test
  void hypercallSlotsInAChannelAreCheckedLikeAnyOther() {
    try (World world =
        new World(
            2,
            Grant.Publish.of(1, 1, 4096, null),
            Grant.Subscribe.of(2, 1, 1, false),
            Grant.Publish.of(2, 5, 1 << 20, null))) {
      ChannelDriver.Answer made = new DeviceDriver(world.vm(1)).publish(1, 4096);
      long readable = new DeviceDriver(world.vm(2)).subscribe(1, 1).gpa();
      long mailbox = world.vm(2).window();
      long ram = 0x8100_1000L;
      // Where it may only read, where nothing is, in its registers: refused, and nothing published.
      for (long slot : new long[] {readable + 64, readable + 4096, 0x4000_0000L, 0}) {
        assertThat(rawPublish(world.vm(2), slot, ram)).isEqualTo(Status.BAD_ADDRESS);
        assertThat(rawPublish(world.vm(2), ram, slot)).isEqualTo(Status.BAD_ADDRESS);
      }
      assertThat(world.vm(1).load(made.gpa() + 64)).hasValue(0);
      assertThat(world.generations()).hasSize(1);
      // One slot for both gets the size last; in the mailbox is RAM like any other.
      world.vm(2).store(mailbox + 2048, 5000);
      assertThat(rawPublish(world.vm(2), mailbox + 2048, mailbox + 2048)).isEqualTo(Status.DONE);
      assertThat(world.vm(2).load(mailbox + 2048)).hasValue(8192);
    }
  }

  private static Status rawPublish(AgentVm vm, long baseSlot, long sizeSlot) {
    return vm.command(AgentVm.HVC_RAW)
        .with(AgentVm.VALUE, 3)
        .field(AgentVm.KEY_FIELD, 5L)
        .field(AgentVm.SIZE_FIELD, baseSlot)
        .field(AgentVm.OFFSET_FIELD, sizeSlot)
        .run()
        .status();
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
