// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ivc.ChannelDriver.Answer;
import tombolo.ivc.ChannelDriver.Feature;
import tombolo.ivc.abi.Event.Kind;
import tombolo.ivc.abi.Status;
import tombolo.machine.power.StopReason;

/**
 * What docs/abi.md says of the operations, through each front end. Memory is always seen as a guest
 * sees it. What only some front ends have is in {@link DetailsConformanceTest}.
 *
 * <p>VM 1 publishes. VM 2 may write its channels, VM 3 may read the first, VM 4 may do nothing.
 */
@ParameterizedClass
@EnumSource(ConformanceFixture.FrontEnd.class)
class ConformanceTest extends ConformanceFixture {
  // Publishing.

  @ParameterizedTest
  @CsvSource({"1, 4096", "4096, 4096", "4097, 8192", "65535, 65536", "65536, 65536"})
  void aChannelHasItsSizeInWholePagesAndLiesInTheWindow(long asked, long size) {
    AgentVm vm = world.vm(PUBLISHER);
    Answer made = done(by(PUBLISHER).publish(KEY, asked));
    assertThat(made.size()).isEqualTo(size);
    assertThat(made.gpa() % PAGE).isZero();
    assertThat(made.gpa()).isBetween(vm.window() + PAGE, vm.window() + WINDOW - size);
    assertThat(world.reserved(PUBLISHER)).isEqualTo(size);
    assertThat(vm.store(made.gpa() + size - 8, 7)).isTrue();
    assertThat(vm.load(made.gpa() + size - 8)).hasValue(7);
    expectFault(PUBLISHER, made.gpa() + size);
  }

  @Test
  void itsMemoryIsZeroButForThePublisherAndTheKey() {
    expectFreshMemory();
  }

  private void expectFreshMemory() {
    Answer made = publish();
    AgentVm vm = world.vm(PUBLISHER);
    assertThat(vm.load(made.gpa())).hasValue(PUBLISHER);
    assertThat(vm.load(made.gpa() + 8)).hasValue(KEY);
    vm.store(made.gpa(), 0);
    vm.store(made.gpa() + 8, 0);
    assertThat(vm.checksum(made.gpa(), made.size())).hasValue(0);
  }

  @Test
  void memoryThatWasUsedBeforeIsZeroAgain() {
    Answer first = publish();
    world.vm(PUBLISHER).fill(first.gpa(), first.size(), 5);
    by(PUBLISHER).unpublish(first);
    expectFreshMemory();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -4096, MAX + 1, 3L << 40, Long.MAX_VALUE, Long.MIN_VALUE})
  void aSizeThatIsNoneOrMoreThanGrantedIsRefused(long size) {
    assertThat(by(PUBLISHER).publish(KEY, size).status()).isEqualTo(Status.BAD_SIZE);
    assertThat(world.generations()).isEmpty();
    assertThat(world.reserved(PUBLISHER)).isZero();
  }

  @Test
  void aKeyThatIsNotGrantedIsRefused() {
    assertThat(by(PUBLISHER).publish(99, PAGE).status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(STRANGER).publish(KEY, PAGE).status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(world.generations()).isEmpty();
  }

  @Test
  void aLayoutThatIsNotGrantedIsRefused() {
    assertThat(by(PUBLISHER).publish(SECTIONED, PAGE).status()).isEqualTo(Status.BAD_LAYOUT);
  }

  @Test
  void aSecondPublicationIsRefusedAndLeavesTheFirstAlone() {
    Answer first = publish();
    Answer seen = subscribe(WRITER);
    world.vm(PUBLISHER).fill(first.gpa(), first.size(), 3);
    List<Long> generations = world.generations();
    assertThat(by(PUBLISHER).publish(KEY, PAGE).status()).isEqualTo(Status.ALREADY_PUBLISHED);
    assertThat(world.generations()).isEqualTo(generations);
    assertThat(world.vm(WRITER).checksum(seen.gpa(), seen.size()))
        .hasValue(AgentVm.checksumOfFill(seen.size(), 3));
    assertThat(world.vm(PUBLISHER).store(first.gpa(), 1)).isTrue();
    assertThat(world.vm(WRITER).load(seen.gpa())).hasValue(1);
  }

  @Test
  void theQuotaOfBytesIsKept() {
    done(by(PUBLISHER).publish(LARGE, QUOTA.bytes() - PAGE));
    assertThat(by(PUBLISHER).publish(KEY, 2 * PAGE).status()).isEqualTo(Status.TOO_MANY_BYTES);
    done(by(PUBLISHER).publish(KEY, PAGE));
  }

  @Test
  void theQuotaOfChannelsCountsWhatOthersStillHold() {
    for (int round = 0; round < QUOTA.channels(); round++) {
      Answer made = publish();
      subscribe(WRITER);
      assertThat(by(PUBLISHER).unpublish(made)).isEqualTo(Status.DONE);
    }
    assertThat(by(PUBLISHER).publish(KEY, PAGE).status()).isEqualTo(Status.TOO_MANY_CHANNELS);
    Answer oldest = channelOf(WRITER, 0);
    assertThat(by(WRITER).unsubscribe(oldest)).isEqualTo(Status.DONE);
    publish();
  }

  /** One of a VM's channels, by age. */
  private Answer channelOf(int id, int index) {
    Attachment attachment =
        world.vm(id).endpoint.membership.all().stream()
            .sorted((one, other) -> Long.compare(one.generation(), other.generation()))
            .toList()
            .get(index);
    return new Answer(
        Status.DONE,
        attachment.handle(),
        attachment.id(),
        ((VmChannel) attachment).gpa().orElseThrow(),
        attachment.shape().total(),
        attachment.generation(),
        attachment.shape().layout(),
        attachment.writable(),
        0,
        0,
        0,
        attachment.state().code(),
        "");
  }

  @Test
  void aWindowThatIsFullRefusesAndTheAccountIsAsBefore() {
    done(by(WRITER).publish(KEY, 2 * MAX));
    Answer first = done(by(PUBLISHER).publish(KEY, MAX));
    Answer in = subscribe(WRITER);
    by(PUBLISHER).unpublish(first);
    done(by(PUBLISHER).publish(KEY, MAX));
    assertThat(by(WRITER).subscribe(PUBLISHER, KEY).status()).isEqualTo(Status.WINDOW_FULL);
    assertThat(world.reserved(WRITER)).isEqualTo(3 * MAX);
    assertThat(world.account(WRITER).joined()).isEqualTo(2);
    by(WRITER).unsubscribe(in);
    subscribe(WRITER);
  }

  // Subscribing.

  @Test
  void bothSidesSeeEachOthersStores() {
    Answer out = publish();
    Answer in = subscribe(WRITER);
    assertThat(in.size()).isEqualTo(out.size());
    world.vm(PUBLISHER).fill(out.gpa(), out.size(), 100);
    assertThat(world.vm(WRITER).checksum(in.gpa(), in.size()))
        .hasValue(AgentVm.checksumOfFill(in.size(), 100));
    world.vm(WRITER).fill(in.gpa(), in.size(), 200);
    assertThat(world.vm(PUBLISHER).checksum(out.gpa(), out.size()))
        .hasValue(AgentVm.checksumOfFill(in.size(), 200));
  }

  @Test
  void aStoreByOneWhoMayOnlyReadFaultsAndIsCountedAndChangesNothing() {
    Answer out = publish();
    Answer in = subscribe(READER);
    AgentVm reader = world.vm(READER);
    world.vm(PUBLISHER).store(out.gpa() + 64, 42);
    assertThat(reader.load(in.gpa() + 64)).hasValue(42);
    for (int width : new int[] {1, 2, 4, 8}) {
      long before = reader.vm.statistics().readOnlyStores();
      assertThat(reader.store(in.gpa() + 64, width, 13)).isFalse();
      assertThat(reader.vm.statistics().readOnlyStores()).isEqualTo(before + 1);
    }
    assertThat(world.vm(PUBLISHER).load(out.gpa() + 64)).hasValue(42);
  }

  @Test
  void whatIsNotThereOrNotGrantedIsRefused() {
    assertThat(by(WRITER).subscribe(PUBLISHER, KEY).status()).isEqualTo(Status.NO_SUCH_CHANNEL);
    publish();
    assertThat(by(STRANGER).subscribe(PUBLISHER, KEY).status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(WRITER).subscribe(STRANGER, KEY).status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(WRITER).subscribe(77, KEY).status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(WRITER).subscribe(-1, KEY).status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(PUBLISHER).subscribe(PUBLISHER, KEY).status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(world.reserved(WRITER)).isZero();
  }

  @Test
  void aSecondSubscriptionToOneGenerationIsRefused() {
    publish();
    subscribe(WRITER);
    assertThat(by(WRITER).subscribe(PUBLISHER, KEY).status()).isEqualTo(Status.ALREADY_SUBSCRIBED);
  }

  @Test
  void eachPublicationHasAGreaterGeneration() {
    Answer made = publish();
    long first = world.generations().getFirst();
    by(PUBLISHER).unpublish(made);
    made = publish();
    assertThat(world.generations().getFirst()).isGreaterThan(first);
    if (by(PUBLISHER).features().contains(Feature.DETAILS)) {
      assertThat(made.generation()).isEqualTo(world.generations().getFirst());
    }
  }

  // Leaving.

  @Test
  void leavingGivesTheRangeBackForTheNextChannel() {
    Answer out = publish();
    Answer in = subscribe(WRITER);
    assertThat(by(WRITER).unsubscribe(in)).isEqualTo(Status.DONE);
    expectFault(WRITER, in.gpa());
    assertThat(by(PUBLISHER).unpublish(out)).isEqualTo(Status.DONE);
    expectFault(PUBLISHER, out.gpa());
    assertThat(world.reserved(PUBLISHER)).isZero();
    assertThat(world.reserved(WRITER)).isZero();
    assertThat(publish().gpa()).isEqualTo(out.gpa());
    assertThat(subscribe(WRITER).gpa()).isEqualTo(in.gpa());
  }

  @Test
  void onlyWhoHasJoinedCanLeaveAndOnlyOnce() {
    Answer out = publish();
    Answer in = subscribe(WRITER);
    assertThat(by(WRITER).unpublish(in)).isEqualTo(Status.BAD_HANDLE);
    assertThat(by(PUBLISHER).unsubscribe(out)).isEqualTo(Status.BAD_HANDLE);
    assertThat(by(STRANGER).unsubscribe(in)).isEqualTo(Status.BAD_HANDLE);
    assertThat(by(WRITER).unsubscribe(in)).isEqualTo(Status.DONE);
    assertThat(by(WRITER).unsubscribe(in)).isEqualTo(Status.BAD_HANDLE);
    assertThat(by(PUBLISHER).unpublish(out)).isEqualTo(Status.DONE);
    assertThat(by(PUBLISHER).unpublish(out)).isEqualTo(Status.BAD_HANDLE);
  }

  @Test
  void aChannelThatIsWithdrawnStaysForWhoHasJoinedItAndTakesNobodyIn() {
    Answer out = publish();
    Answer in = subscribe(WRITER);
    world.vm(PUBLISHER).fill(out.gpa(), out.size(), 9);
    assertThat(by(PUBLISHER).unpublish(out)).isEqualTo(Status.DONE);
    expectEvent(WRITER, Kind.WITHDRAWN, in.handle(), PUBLISHER, KEY);
    assertThat(by(READER).subscribe(PUBLISHER, KEY).status()).isEqualTo(Status.NO_SUCH_CHANNEL);
    assertThat(world.vm(WRITER).checksum(in.gpa(), in.size()))
        .hasValue(AgentVm.checksumOfFill(in.size(), 9));
    publish();
    Answer anew = subscribe(WRITER);
    assertThat(anew.gpa()).isNotEqualTo(in.gpa());
    assertThat(world.vm(WRITER).load(anew.gpa() + 64)).hasValue(0);
    assertThat(world.vm(WRITER).load(in.gpa() + 64)).hasValue(17);
    assertThat(by(WRITER).unsubscribe(in)).isEqualTo(Status.DONE); // by hypercall: the oldest
    expectFault(WRITER, in.gpa());
    assertThat(world.vm(WRITER).load(anew.gpa())).hasValue(PUBLISHER);
  }

  // Doorbells.

  @Test
  void eachSideRingsTheOther() {
    Answer out = publish();
    Answer in = subscribe(WRITER);
    assertThat(by(PUBLISHER).ring(out, WRITER)).isEqualTo(Status.DONE);
    assertThat(by(WRITER).awaitBell(in)).isTrue();
    assertThat(by(WRITER).takeBell(in)).isFalse();
    assertThat(by(PUBLISHER).takeBell(out)).isFalse();
    assertThat(by(WRITER).ring(in, PUBLISHER)).isEqualTo(Status.DONE);
    assertThat(by(PUBLISHER).awaitBell(out)).isTrue();
    assertThat(by(PUBLISHER).takeBell(out)).isFalse();
  }

  @Test
  void ringsBeforeTheBellIsTakenAreOne() {
    Answer out = publish();
    Answer in = subscribe(WRITER);
    for (int i = 0; i < 5; i++) {
      assertThat(by(PUBLISHER).ring(out, Endpoint.EVERY_PEER)).isEqualTo(Status.DONE);
    }
    assertThat(by(WRITER).awaitBell(in)).isTrue();
    assertThat(by(WRITER).takeBell(in)).isFalse();
  }

  @Test
  void aRingForAllReachesEverySubscriberAndOneForOneHimAlone() {
    Answer out = publish();
    Answer writers = subscribe(WRITER);
    Answer readers = subscribe(READER);
    assertThat(by(PUBLISHER).ring(out, Endpoint.EVERY_PEER)).isEqualTo(Status.DONE);
    assertThat(by(WRITER).awaitBell(writers)).isTrue();
    assertThat(by(READER).awaitBell(readers)).isTrue();
    assertThat(by(PUBLISHER).ring(out, READER)).isEqualTo(Status.DONE);
    assertThat(by(READER).awaitBell(readers)).isTrue();
    assertThat(by(WRITER).takeBell(writers)).isFalse();
  }

  @Test
  void onlyPeersCanBeRung() {
    Answer out = publish();
    assertThat(by(PUBLISHER).ring(out, Endpoint.EVERY_PEER)).isEqualTo(Status.NOT_A_PEER);
    Answer writers = subscribe(WRITER);
    Answer readers = subscribe(READER);
    assertThat(by(PUBLISHER).ring(out, PUBLISHER)).isEqualTo(Status.NOT_A_PEER);
    assertThat(by(PUBLISHER).ring(out, STRANGER)).isEqualTo(Status.NOT_A_PEER);
    assertThat(by(WRITER).ring(writers, READER)).isEqualTo(Status.NOT_A_PEER);
    assertThat(by(WRITER).ring(writers, WRITER)).isEqualTo(Status.NOT_A_PEER);
    assertThat(by(READER).ring(readers, 0)).isEqualTo(Status.NOT_A_PEER);
    assertThat(by(STRANGER).ring(writers, PUBLISHER)).isEqualTo(Status.BAD_HANDLE);
    by(PUBLISHER).unpublish(out);
    assertThat(by(WRITER).ring(writers, PUBLISHER)).isEqualTo(Status.NOT_A_PEER);
  }

  @Test
  void whoWasNotGrantedADoorbellCanNotRing() {
    Answer out = done(by(PUBLISHER).publish(SILENT, PAGE));
    Answer in = done(by(WRITER).subscribe(PUBLISHER, SILENT));
    assertThat(by(PUBLISHER).ring(out, WRITER)).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(WRITER).takeBell(in)).isFalse();
    assertThat(by(WRITER).ring(in, PUBLISHER)).isEqualTo(Status.DONE);
    assertThat(by(PUBLISHER).awaitBell(out)).isTrue();
  }

  // Death.

  @Test
  void aChannelWhosePublisherDiesKeepsItsContentAndANewOneIsAnother() throws Exception {
    Answer out = publish();
    Answer in = subscribe(WRITER);
    world.vm(PUBLISHER).fill(out.gpa(), out.size(), 4);
    long old = world.generations().getFirst();
    assertThat(world.vm(PUBLISHER).exit(3)).isEqualTo(new StopReason.GuestFailure(3));
    expectEvent(WRITER, Kind.ORPHANED, in.handle(), PUBLISHER, KEY);
    assertThat(world.reserved(PUBLISHER)).isZero();
    assertThat(world.account(PUBLISHER).publishedChannels()).isEqualTo(1);
    assertThat(by(READER).subscribe(PUBLISHER, KEY).status()).isEqualTo(Status.NO_SUCH_CHANNEL);

    world.vm(PUBLISHER).boot().awaitReady();
    drivers[PUBLISHER] = frontEnd.driver(world.vm(PUBLISHER));
    publish();
    Answer anew = subscribe(WRITER);
    assertThat(world.generations()).hasSize(2).allMatch(each -> each >= old);
    assertThat(world.vm(WRITER).checksum(in.gpa(), in.size()))
        .hasValue(AgentVm.checksumOfFill(in.size(), 4));
    assertThat(world.vm(WRITER).load(anew.gpa() + 64)).hasValue(0);
  }

  @Test
  void aSubscriberThatDiesIsTakenOutAndMayComeBack() throws Exception {
    Answer out = publish();
    subscribe(WRITER);
    expectEvent(PUBLISHER, Kind.PEER_JOINED, out.handle(), WRITER, KEY);
    world.vm(WRITER).exit(0);
    expectEvent(PUBLISHER, Kind.PEER_LEFT, out.handle(), WRITER, KEY);
    assertThat(world.reserved(WRITER)).isZero();
    assertThat(by(PUBLISHER).ring(out, WRITER)).isEqualTo(Status.NOT_A_PEER);
    world.vm(WRITER).boot().awaitReady();
    drivers[WRITER] = frontEnd.driver(world.vm(WRITER));
    Answer in = subscribe(WRITER);
    assertThat(world.vm(WRITER).load(in.gpa())).isEqualTo(OptionalLong.of(PUBLISHER));
  }

  // What only some front ends have.
}
