// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.invoke.MethodHandles;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tombolo.ivc.ChannelDriver.Answer;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Grant;
import tombolo.machine.power.StopReason;
import tombolo.memory.GuestMemoryException;
import tombolo.memory.HostMemory;
import tombolo.memory.RecordLayout;

/**
 * The known defects of AxVisor's inter-VM communication, one a test: a guest that speaks its
 * hypercalls does not find them here.
 */
class AxvisorDefectsTest {
  private static final long KEY = 7;
  private static final long READ_ONLY = 8;
  private static final long PAGE = HostMemory.PAGE_SIZE;
  private static final long SIZE = 16 * PAGE;

  private final World world =
      new World(
          3,
          Grant.Publish.of(1, KEY, SIZE, null),
          Grant.Subscribe.of(2, 1, KEY, true),
          Grant.Publish.of(1, READ_ONLY, SIZE, null),
          Grant.Subscribe.of(2, 1, READ_ONLY, false));
  private final HypercallDriver publisher = new HypercallDriver(world.vm(1));
  private final HypercallDriver subscriber = new HypercallDriver(world.vm(2));

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void theSizeThatWasGrantedIsTheSizeThatIsMapped() {
    Answer out = publisher.publish(KEY, SIZE);
    Answer in = subscriber.subscribe(1, KEY);
    assertThat(in.size()).isEqualTo(out.size()).isEqualTo(SIZE);
    for (long page = 0; page < SIZE; page += PAGE) {
      assertThat(world.vm(1).store(out.gpa() + page + 0x100, page + 1)).isTrue();
    }
    for (long page = 0; page < SIZE; page += PAGE) {
      assertThat(world.vm(2).load(in.gpa() + page + 0x100)).hasValue(page + 1);
    }
  }

  @Test
  void publishingAKeyTwiceIsRefusedAndTheFirstChannelIsUntouched() {
    Answer out = publisher.publish(KEY, SIZE);
    Answer in = subscriber.subscribe(1, KEY);
    world.vm(1).fill(out.gpa(), SIZE, 1);
    assertThat(publisher.publish(KEY, PAGE).status()).isEqualTo(Status.ALREADY_PUBLISHED);
    assertThat(world.vm(2).checksum(in.gpa(), SIZE)).hasValue(AgentVm.checksumOfFill(SIZE, 1));
    assertThat(world.vm(2).store(in.gpa(), 5)).isTrue();
    assertThat(world.vm(1).load(out.gpa())).hasValue(5);
  }

  @Test
  void unpublishAndUnsubscribeGiveTheRangesBackForReuse() {
    // 300 rounds of 64 KiB would not fit into a window of 16 MiB without it.
    long first = 0;
    for (int round = 0; round < 300; round++) {
      Answer out = publisher.publish(KEY, SIZE);
      Answer in = subscriber.subscribe(1, KEY);
      assertThat(in.status()).isEqualTo(Status.DONE);
      assertThat(subscriber.unsubscribe(in)).isEqualTo(Status.DONE);
      assertThat(publisher.unpublish(out)).isEqualTo(Status.DONE);
      first = round == 0 ? out.gpa() : first;
      assertThat(out.gpa()).isEqualTo(first);
    }
    assertThat(world.reserved(1)).isZero();
    assertThat(world.reserved(2)).isZero();
  }

  @Test
  void eachSideGetsTheAccessThatItsGrantSays() {
    Answer out = publisher.publish(READ_ONLY, SIZE);
    Answer in = subscriber.subscribe(1, READ_ONLY);
    assertThat(world.vm(1).store(out.gpa() + 64, 1)).isTrue();
    assertThat(world.vm(2).store(in.gpa() + 64, 2)).isFalse();
    assertThat(world.vm(2).load(in.gpa() + 64)).hasValue(1);
  }

  @Test
  void anAccessWhereNothingAnswersIsAnAccessFaultOfThatGuestAlone() {
    AgentVm guest = world.vm(1);
    long nowhere = guest.window() + Guests.WINDOW - PAGE;
    assertThat(guest.load(nowhere)).isEmpty();
    assertThat(guest.store(nowhere, 1)).isFalse();
    assertThat(guest.vm.statistics().unknownAccesses()).isEqualTo(2);
    assertThat(publisher.publish(KEY, PAGE).status()).isEqualTo(Status.DONE); // it lives
  }

  @Test
  void anInterruptForAnotherVmIsDeliveredIfGrantedAndRefusedIfNot() {
    Answer out = publisher.publish(KEY, PAGE);
    Answer in = subscriber.subscribe(1, KEY);
    assertThat(publisher.ring(out, 2)).isEqualTo(Status.DONE);
    assertThat(subscriber.awaitBell(in)).isTrue();
    assertThat(publisher.ring(out, 3)).isEqualTo(Status.NOT_A_PEER);
    assertThat(new HypercallDriver(world.vm(3)).ring(out, 1)).isEqualTo(Status.BAD_HANDLE);
    assertThat(publisher.takeBell(out)).isFalse();
  }

  @Test
  void whatAVmHadIsCleanedUpWhenItDiesAndItsPeersAreTold() throws Exception {
    Answer out = publisher.publish(KEY, SIZE);
    DeviceDriver peer = new DeviceDriver(world.vm(2));
    Answer in = peer.subscribe(1, KEY);
    assertThat(publisher.ring(out, 2)).isEqualTo(Status.DONE);
    assertThat(world.vm(1).exit(1)).isEqualTo(new StopReason.GuestFailure(1));
    assertThat(world.reserved(1)).isZero();
    Event told = requireNonNull(peer.nextEvent());
    assertThat(told.kind()).isEqualTo(Event.Kind.ORPHANED);
    assertThat(told.handle()).isEqualTo(in.handle());
    assertThat(peer.unsubscribe(in)).isEqualTo(Status.DONE);
    assertThat(world.directory.snapshot().channels()).isEmpty();
    assertThat(world.account(1).publishedBytes()).isZero();
  }

  private record Words(long first, long second) {}

  @Test
  void aWriteToGuestMemoryNeitherRunsPastItsEndNorIsMisaligned() {
    // By the guest: no slot is taken that ends outside, or lies across words.
    long end = 0x8000_0000L + (32L << 20);
    Set<Status> refused = EnumSet.noneOf(Status.class);
    LongStream.of(end - 4, end, 0x8100_1001L, 0x8100_1004L, 0x0c00_0000L, -8, Long.MAX_VALUE - 7)
        .forEach(
            slot -> {
              refused.add(rawPublish(slot, 0x8100_1008L));
              refused.add(rawPublish(0x8100_1008L, slot));
            });
    assertThat(refused).containsExactly(Status.BAD_ADDRESS);
    // By the host: typed access is checked as a whole, both ways.
    OptionalLong before = world.vm(1).load(end - 8);
    RecordLayout<Words> layout = RecordLayout.of(MethodHandles.lookup(), Words.class);
    assertThatExceptionOfType(GuestMemoryException.class)
        .isThrownBy(() -> world.vm(1).vm.memory().writeToGuest(end - 8, layout, new Words(1, 2)));
    assertThat(world.vm(1).load(end - 8)).isEqualTo(before);
  }

  private Status rawPublish(long baseSlot, long sizeSlot) {
    AgentVm.Command done =
        world
            .vm(1)
            .command(AgentVm.HVC_RAW)
            .with(AgentVm.VALUE, 3)
            .field(AgentVm.KEY_FIELD, KEY)
            .field(AgentVm.SIZE_FIELD, baseSlot)
            .field(AgentVm.OFFSET_FIELD, sizeSlot)
            .run();
    assertThat(done.result()).isEqualTo(-1);
    return done.status();
  }

  @Test
  void theReasonOfARefusalIsInTheDevicesStatusWordAndCounted() {
    long before = world.account(1).refused();
    assertThat(publisher.publish(99, PAGE).status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(publisher.publish(KEY, 0).status()).isEqualTo(Status.BAD_SIZE);
    assertThat(publisher.publish(KEY, SIZE + 1).status()).isEqualTo(Status.BAD_SIZE);
    assertThat(world.vm(1).register(0x3c, 4)).isEqualTo(Status.BAD_SIZE.code());
    assertThat(world.account(1).refused()).isEqualTo(before + 3);
    assertThat(publisher.publish(KEY, PAGE).status()).isEqualTo(Status.DONE);
    assertThat(world.vm(1).register(0x3c, 4)).isZero();
  }
}
