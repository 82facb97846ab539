// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ivc.ChannelDriver.Answer;
import tombolo.ivc.ChannelDriver.Feature;
import tombolo.ivc.Event.Kind;
import tombolo.machine.StopReason;
import tombolo.memory.HostMemory;

/**
 * What docs/abi.md says of the operations, through each front end. Memory is always seen as a guest
 * sees it. Tests of what a front end does not have are skipped there and say so.
 *
 * <p>VM 1 publishes. VM 2 may write its channels, VM 3 may read the first, VM 4 may do nothing.
 */
@ParameterizedClass
@EnumSource(ConformanceTest.FrontEnd.class)
class ConformanceTest {
  enum FrontEnd {
    JAVA,
    DEVICE,
    HYPERCALLS;

    ChannelDriver driver(AgentVm vm) {
      return switch (this) {
        case JAVA -> new JavaDriver(vm.endpoint);
        case DEVICE -> new DeviceDriver(vm);
        case HYPERCALLS -> new HypercallDriver(vm);
      };
    }
  }

  private static final int PUBLISHER = 1;
  private static final int WRITER = 2;
  private static final int READER = 3;
  private static final int STRANGER = 4;

  private static final long KEY = 10;
  private static final long SILENT = 11; // a channel whose publisher may not ring
  private static final long SECTIONED = 12;
  private static final long LARGE = 13;
  private static final long PAGE = HostMemory.PAGE_SIZE;
  private static final long MAX = 64 << 10;
  private static final Quota QUOTA = new Quota(3, 2 * MAX);
  private static final long WINDOW = 256 << 10;

  private static final Grant[] GRANTS = {
    Grant.Publish.of(PUBLISHER, KEY, MAX, "news"),
    Grant.Subscribe.of(WRITER, PUBLISHER, KEY, true),
    Grant.Subscribe.of(READER, PUBLISHER, KEY, false),
    new Grant.Publish(PUBLISHER, SILENT, SILENT, MAX, Layout.RAW, null, null),
    Grant.Subscribe.of(WRITER, PUBLISHER, SILENT, true),
    new Grant.Publish(
        PUBLISHER, SECTIONED, SECTIONED, MAX, Layout.SECTIONED, "parts", DoorbellRate.DEFAULT),
    Grant.Subscribe.of(WRITER, PUBLISHER, SECTIONED, true),
    Grant.Subscribe.of(READER, PUBLISHER, SECTIONED, false),
    Grant.Publish.of(PUBLISHER, LARGE, 1 << 20, null),
    Grant.Publish.of(WRITER, KEY, 1 << 20, null),
  };

  @Parameter FrontEnd frontEnd = FrontEnd.JAVA;

  private final long memoriesBefore = HostMemory.liveCount();
  private World world = new World(0);
  private final ChannelDriver[] drivers = new ChannelDriver[5];

  @BeforeEach
  void boot() {
    world = new World(4, QUOTA, WINDOW, GRANTS);
    for (int id = 1; id <= 4; id++) {
      drivers[id] = frontEnd.driver(world.vm(id));
    }
  }

  @AfterEach
  void nothingIsLeft() {
    world.close();
    assertThat(HostMemory.liveCount()).isEqualTo(memoriesBefore);
  }

  private ChannelDriver by(int id) {
    return drivers[id];
  }

  private void needs(Feature feature) {
    assumeTrue(by(PUBLISHER).features().contains(feature), () -> frontEnd + " has no " + feature);
  }

  private Answer publish() {
    return done(by(PUBLISHER).publish(KEY, 4 * PAGE));
  }

  private Answer subscribe(int id) {
    return done(by(id).subscribe(PUBLISHER, KEY));
  }

  private static Answer done(Answer answer) {
    assertThat(answer.status()).isEqualTo(Status.DONE);
    return answer;
  }

  private void expectEvent(int id, Kind kind, int handle, int peer, long key) {
    if (by(id).features().contains(Feature.EVENTS)) {
      Event event = requireNonNull(by(id).nextEvent(), () -> "no event, but " + kind);
      assertThat(event.kind()).isEqualTo(kind);
      assertThat(event.handle()).isEqualTo(handle);
      assertThat(event.peer()).isEqualTo(peer);
      assertThat(event.key()).isEqualTo(key);
    }
  }

  private void expectNoEvent(int id) {
    if (by(id).features().contains(Feature.EVENTS)) {
      assertThat(by(id).nextEvent()).isNull();
    }
  }

  private void expectFault(int id, long gpa) {
    assertThat(world.vm(id).load(gpa)).isEmpty();
    assertThat(world.vm(id).store(gpa, 1)).isFalse();
  }

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
        world.vm(id).endpoint.attachments().stream()
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

  @Test
  void theAnswerSaysAllOfTheChannel() {
    needs(Feature.DETAILS);
    Answer out = publish();
    Answer in = subscribe(READER);
    assertThat(out.id()).isEqualTo(new ChannelId(PUBLISHER, KEY)).isEqualTo(in.id());
    assertThat(out.name()).isEqualTo("news").isEqualTo(in.name());
    assertThat(out.writable()).isTrue();
    assertThat(in.writable()).isFalse();
    assertThat(out.layout()).isEqualTo(Layout.RAW).isEqualTo(in.layout());
    assertThat(in.generation()).isEqualTo(out.generation());
    assertThat(in.section()).isEqualTo(Shape.NO_SECTION);
    assertThat(in.state()).isEqualTo(ChannelState.LIVE.code());
    assertThat(out.handle()).isPositive();
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

  @Test
  void thePublisherIsToldWhoComesAndGoes() {
    needs(Feature.EVENTS);
    Answer out = publish();
    Answer in = subscribe(WRITER);
    expectEvent(PUBLISHER, Kind.PEER_JOINED, out.handle(), WRITER, KEY);
    by(WRITER).unsubscribe(in);
    expectEvent(PUBLISHER, Kind.PEER_LEFT, out.handle(), WRITER, KEY);
    expectNoEvent(PUBLISHER);
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

  @Test
  void aChannelCanBeNamed() {
    needs(Feature.NAMES);
    assertThat(by(WRITER).subscribe("news").status()).isEqualTo(Status.NO_SUCH_CHANNEL);
    Answer out = done(by(PUBLISHER).publish("news", PAGE));
    assertThat(out.id()).isEqualTo(new ChannelId(PUBLISHER, KEY));
    assertThat(done(by(WRITER).subscribe("news")).generation()).isEqualTo(out.generation());
    assertThat(by(STRANGER).subscribe("news").status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(WRITER).subscribe("olds").status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(WRITER).publish("parts", PAGE).status()).isEqualTo(Status.NOT_GRANTED);
  }

  @Test
  void lookingUpTellsOfAChannelWithoutJoiningIt() {
    needs(Feature.LOOK_UP);
    assertThat(by(READER).lookUp(PUBLISHER, KEY).status()).isEqualTo(Status.NO_SUCH_CHANNEL);
    Answer out = publish();
    Answer found = done(by(READER).lookUp(PUBLISHER, KEY));
    assertThat(found.id()).isEqualTo(out.id());
    assertThat(found.size()).isEqualTo(out.size());
    assertThat(found.generation()).isEqualTo(out.generation());
    assertThat(found.writable()).isFalse();
    assertThat(found.handle()).isZero();
    assertThat(done(by(WRITER).lookUp("news")).writable()).isTrue();
    assertThat(by(STRANGER).lookUp(PUBLISHER, KEY).status()).isEqualTo(Status.NOT_GRANTED);
    Answer in = subscribe(READER);
    assertThat(done(by(READER).lookUp(PUBLISHER, KEY)).handle()).isEqualTo(in.handle());
    by(PUBLISHER).unpublish(out);
    assertThat(done(by(READER).lookUp(PUBLISHER, KEY)).state())
        .isEqualTo(ChannelState.WITHDRAWN.code());
  }

  @Test
  void aListingShowsWhatWasJoinedOrMayBe() {
    needs(Feature.LOOK_UP);
    publish();
    done(by(PUBLISHER).publish(LARGE, PAGE));
    ChannelDriver.Step first = by(WRITER).list(0);
    assertThat(done(first.answer()).id()).isEqualTo(new ChannelId(PUBLISHER, KEY));
    assertThat(by(WRITER).list(first.cursor()).answer().status()).isEqualTo(Status.END);
    assertThat(by(STRANGER).list(0).answer().status()).isEqualTo(Status.END);
    ChannelDriver.Step own = by(PUBLISHER).list(by(PUBLISHER).list(0).cursor());
    assertThat(done(own.answer()).id()).isEqualTo(new ChannelId(PUBLISHER, LARGE));
    assertThat(own.answer().handle()).isPositive();
  }

  @Test
  void peersAreAllOthersWhoHaveJoined() {
    needs(Feature.LOOK_UP);
    Answer out = publish();
    assertThat(by(PUBLISHER).peers(out, 0).status()).isEqualTo(Status.END);
    subscribe(WRITER);
    Answer in = subscribe(READER);
    ChannelDriver.PeerStep step = by(PUBLISHER).peers(out, 0);
    assertThat(step.peer()).isEqualTo(WRITER);
    step = by(PUBLISHER).peers(out, step.cursor());
    assertThat(step.peer()).isEqualTo(READER);
    assertThat(by(PUBLISHER).peers(out, step.cursor()).status()).isEqualTo(Status.END);
    assertThat(by(READER).peers(in, 0).peer()).isEqualTo(PUBLISHER);
  }

  @Test
  void aWatchTellsOfEachPublicationUntilTheRunEnds() {
    needs(Feature.EVENTS);
    assertThat(by(STRANGER).watch(PUBLISHER, KEY)).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(WRITER).watch(PUBLISHER, KEY)).isEqualTo(Status.DONE);
    expectNoEvent(WRITER);
    Answer out = publish();
    expectEvent(WRITER, Kind.PUBLISHED, 0, PUBLISHER, KEY);
    by(PUBLISHER).unpublish(out);
    publish();
    expectEvent(WRITER, Kind.PUBLISHED, 0, PUBLISHER, KEY);
    assertThat(by(READER).watch(PUBLISHER, KEY)).isEqualTo(Status.DONE);
    expectEvent(READER, Kind.PUBLISHED, 0, PUBLISHER, KEY);
  }

  @Test
  void aBellIsAnEventWhenThereIsNoOther() {
    needs(Feature.EVENTS);
    Answer out = publish();
    Answer in = subscribe(WRITER);
    by(WRITER).ring(in, PUBLISHER);
    expectEvent(PUBLISHER, Kind.PEER_JOINED, out.handle(), WRITER, KEY);
    expectEvent(PUBLISHER, Kind.DOORBELL, out.handle(), 0, KEY);
    assertThat(by(PUBLISHER).takeBell(out)).isFalse();
  }

  @Test
  void eachSectionIsWrittenByItsOwnerAloneAndReadByAll() {
    needs(Feature.SECTIONS);
    Answer out = done(by(PUBLISHER).publish(SECTIONED, 5000, 2, 1));
    assertThat(out.size()).isEqualTo(PAGE + 2 * PAGE + 2 * PAGE);
    assertThat(out.sections()).isEqualTo(2);
    assertThat(out.sectionSize()).isEqualTo(PAGE);
    assertThat(out.section()).isZero();
    Answer writers = done(by(WRITER).subscribe(PUBLISHER, SECTIONED));
    Answer readers = done(by(READER).subscribe(PUBLISHER, SECTIONED));
    assertThat(writers.section()).isEqualTo(1);
    assertThat(readers.section()).isEqualTo(Shape.NO_SECTION);
    for (int page = 0; page < 5; page++) {
      long at = page * PAGE + 256;
      boolean publishers = page == 1 || page == 2;
      assertThat(world.vm(PUBLISHER).store(out.gpa() + at, 1)).isEqualTo(publishers);
      assertThat(world.vm(WRITER).store(writers.gpa() + at, 2)).isEqualTo(page == 3);
      assertThat(world.vm(READER).store(readers.gpa() + at, 3)).isFalse();
      long content = publishers ? 1 : page == 3 ? 2 : 0;
      assertThat(world.vm(READER).load(readers.gpa() + at)).hasValue(content);
    }
  }

  @Test
  void theHeaderOfASectionedChannelSaysWhatDocsSay() {
    needs(Feature.SECTIONS);
    Answer out = done(by(PUBLISHER).publish(SECTIONED, PAGE, 2, PAGE));
    Answer in = done(by(WRITER).subscribe(PUBLISHER, SECTIONED));
    AgentVm vm = world.vm(WRITER);
    assertThat(vm.load(in.gpa(), 4)).hasValue(0x43424d54);
    assertThat(vm.load(in.gpa() + 4, 4)).hasValue(1);
    assertThat(vm.load(in.gpa() + 8)).hasValue(out.generation());
    assertThat(vm.load(in.gpa() + 0x10, 4)).hasValue(PUBLISHER);
    assertThat(vm.load(in.gpa() + 0x14, 4)).hasValue(ChannelState.LIVE.code());
    assertThat(vm.load(in.gpa() + 0x18)).hasValue(SECTIONED);
    assertThat(vm.load(in.gpa() + 0x20)).hasValue(PAGE);
    assertThat(vm.load(in.gpa() + 0x28)).hasValue(PAGE);
    assertThat(vm.load(in.gpa() + 0x30)).hasValue(PAGE);
    assertThat(vm.load(in.gpa() + 0x38, 4)).hasValue(2);
    assertThat(vm.load(in.gpa() + 0x40, 4)).hasValue(WRITER);
    assertThat(vm.load(in.gpa() + 0x44, 4)).hasValue(1);
    assertThat(vm.load(in.gpa() + 0x48, 4)).hasValue(0);
    by(PUBLISHER).unpublish(out);
    assertThat(vm.load(in.gpa() + 0x14, 4)).hasValue(ChannelState.WITHDRAWN.code());
  }

  @Test
  void aSectionIsZeroForItsNextOwner() {
    needs(Feature.SECTIONS);
    Answer out = done(by(PUBLISHER).publish(SECTIONED, PAGE, 1, PAGE));
    Answer in = done(by(WRITER).subscribe(PUBLISHER, SECTIONED));
    world.vm(WRITER).fill(in.gpa() + 2 * PAGE, PAGE, 1);
    by(WRITER).unsubscribe(in);
    assertThat(world.vm(PUBLISHER).load(out.gpa() + 0x40)).hasValue(1L << 32);
    in = done(by(WRITER).subscribe(PUBLISHER, SECTIONED));
    assertThat(world.vm(WRITER).checksum(in.gpa() + 2 * PAGE, PAGE)).hasValue(0);
    assertThat(world.vm(WRITER).load(in.gpa() + 0x40)).hasValue(2L << 32 | WRITER);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 65, 4096, BAD_LAYOUT",
    "1, -1, 4096, BAD_LAYOUT",
    "0, 1, 4096, BAD_SIZE",
    "4096, 1, 0, BAD_SIZE",
    "4096, 64, 4096, BAD_SIZE",
    "4096, 2, -4096, BAD_SIZE",
    "1099511627776, 64, 1099511627776, BAD_SIZE",
    "9223372036854775807, 64, 288230376151711744, BAD_SIZE",
  })
  void sectionsThatDoNotFitAreRefused(long size, int sections, long sectionSize, Status status) {
    needs(Feature.SECTIONS);
    assertThat(by(PUBLISHER).publish(SECTIONED, size, sections, sectionSize).status())
        .isEqualTo(status);
  }

  @Test
  void whereEverySectionHasAnOwnerTheNextWriterIsRefusedAndAReaderIsNot() {
    needs(Feature.SECTIONS);
    done(by(PUBLISHER).publish(SECTIONED, PAGE, 0, 0));
    assertThat(by(WRITER).subscribe(PUBLISHER, SECTIONED).status()).isEqualTo(Status.NO_SECTION);
    done(by(READER).subscribe(PUBLISHER, SECTIONED));
  }
}
