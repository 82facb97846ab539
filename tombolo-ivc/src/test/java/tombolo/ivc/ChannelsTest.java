// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static tombolo.ivc.IvcFixture.PAGE;
import static tombolo.ivc.IvcFixture.events;
import static tombolo.ivc.IvcFixture.kinds;
import static tombolo.ivc.IvcFixture.refusal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelInfo;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Listing;
import tombolo.ivc.abi.Peer;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Quota;

@DisplayName("Channels")
@Timeout(60)
final class ChannelsTest {
  private static final long KEY = 7;
  private static final long NAMED = 8;
  private static final Shape PAGE_RAW = Shape.raw(PAGE);
  private static final ChannelId ONE_SEVEN = new ChannelId(1, KEY);

  private final IvcFixture ivc =
      new IvcFixture(
          IvcFixture.anyLayout(1, 0, KEY, 8 * PAGE, DoorbellRate.DEFAULT),
          Grant.Publish.of(1, NAMED, 8 * PAGE, "greeting"),
          new Grant.Publish(1, 20, 29, 8 * PAGE, Layout.SECTIONED, null, DoorbellRate.DEFAULT),
          IvcFixture.anyLayout(1, 30, 30, Long.MAX_VALUE, null),
          new Grant.Subscribe(2, 1, 0, 30, true, DoorbellRate.DEFAULT),
          new Grant.Subscribe(3, 1, KEY, NAMED, false, null),
          Grant.Subscribe.of(4, 1, KEY, true),
          Grant.Publish.of(4, KEY, PAGE, null));
  private final VmEndpoint alice = ivc.vm(1);
  private final VmEndpoint bob = ivc.vm(2);
  private final VmEndpoint carol = ivc.vm(3);

  @AfterEach
  void close() {
    ivc.close();
  }

  @Test
  void arePublishedByAGrantOnly() {
    assertThat(refusal(() -> alice.publish(9, PAGE_RAW))).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> alice.publish(-1, PAGE_RAW))).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> bob.publish(KEY, PAGE_RAW))).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> alice.publish(20, PAGE_RAW))).isEqualTo(Status.BAD_LAYOUT);
    VmChannel made = alice.publish(KEY, PAGE_RAW);
    assertThat(made.id()).isEqualTo(ONE_SEVEN);
    assertThat(made.role()).isEqualTo(Role.PUBLISHER);
    assertThat(made.state()).isEqualTo(ChannelState.LIVE);
    assertThat(made.handle()).isEqualTo(1);
    assertThat(made.name()).isNull();
  }

  @Test
  void haveSizesThatAreNotTooLarge() {
    assertThat(refusal(() -> Shape.raw(0))).isEqualTo(Status.BAD_SIZE);
    assertThat(refusal(() -> Shape.raw(-4096))).isEqualTo(Status.BAD_SIZE);
    assertThat(refusal(() -> Shape.raw(3L << 40))).isEqualTo(Status.BAD_SIZE);
    assertThat(refusal(() -> Shape.raw(Long.MAX_VALUE))).isEqualTo(Status.BAD_SIZE);
    assertThat(refusal(() -> Shape.sectioned(PAGE, 1, 0))).isEqualTo(Status.BAD_SIZE);
    assertThat(refusal(() -> Shape.sectioned(1L << 40, 0, 0))).isEqualTo(Status.BAD_SIZE);
    assertThat(refusal(() -> Shape.sectioned(PAGE, 64, 1L << 40))).isEqualTo(Status.BAD_SIZE);
    assertThat(refusal(() -> Shape.sectioned(PAGE, 65, PAGE))).isEqualTo(Status.BAD_LAYOUT);
    assertThat(refusal(() -> Shape.sectioned(PAGE, -1, PAGE))).isEqualTo(Status.BAD_LAYOUT);
    assertThat(refusal(() -> alice.publish(KEY, Shape.raw(8 * PAGE + 1))))
        .isEqualTo(Status.BAD_SIZE);
    assertThat(refusal(() -> alice.publish(KEY, Shape.sectioned(PAGE, 7, PAGE))))
        .as("all sections together")
        .isEqualTo(Status.BAD_SIZE);
    assertThat(alice.publish(KEY, Shape.raw(1)).shape().total()).isEqualTo(PAGE);
  }

  @Test
  void arePublishedOnceAtATime() {
    VmChannel first = alice.publish(KEY, PAGE_RAW);
    assertThat(refusal(() -> alice.publish(KEY, PAGE_RAW))).isEqualTo(Status.ALREADY_PUBLISHED);
    alice.unpublish(first);
    VmChannel second = alice.publish(KEY, PAGE_RAW);
    assertThat(second.generation()).isGreaterThan(first.generation());
    assertThat(second.handle()).as("no handle comes twice").isGreaterThan(first.handle());
  }

  @Test
  void areSubscribedToByAGrantOnly() {
    alice.publish(KEY, PAGE_RAW);
    alice.publish(1, PAGE_RAW);
    assertThat(refusal(() -> carol.subscribe(new ChannelId(1, 1)))).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> alice.subscribe(ONE_SEVEN))).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> bob.subscribe(new ChannelId(9, KEY)))).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> bob.subscribe(new ChannelId(1, 2)))).isEqualTo(Status.NO_SUCH_CHANNEL);
    VmChannel joined = bob.subscribe(ONE_SEVEN);
    assertThat(joined.role()).isEqualTo(Role.SUBSCRIBER);
    assertThat(joined.writable()).isTrue();
    assertThat(carol.subscribe(ONE_SEVEN).writable()).isFalse();
    assertThat(refusal(() -> bob.subscribe(ONE_SEVEN))).isEqualTo(Status.ALREADY_SUBSCRIBED);
  }

  @Test
  void areLeftByWhoHasJoinedThemOnce() {
    VmChannel published = alice.publish(KEY, PAGE_RAW);
    VmChannel joined = bob.subscribe(ONE_SEVEN);
    assertThat(refusal(() -> bob.unpublish(joined))).isEqualTo(Status.BAD_HANDLE);
    assertThat(refusal(() -> alice.unsubscribe(published))).isEqualTo(Status.BAD_HANDLE);
    assertThat(refusal(() -> carol.unsubscribe(joined)))
        .as("another's")
        .isEqualTo(Status.BAD_HANDLE);
    bob.unsubscribe(joined);
    assertThat(refusal(() -> bob.unsubscribe(joined))).isEqualTo(Status.BAD_HANDLE);
    assertThat(refusal(() -> GuestOperations.withEvents(bob).unsubscribe(0, ONE_SEVEN)))
        .isEqualTo(Status.BAD_HANDLE);
    assertThat(refusal(() -> GuestOperations.withEvents(alice).unpublish(99, 0)))
        .isEqualTo(Status.BAD_HANDLE);
    GuestOperations.withEvents(alice).unpublish(0, KEY);
    assertThat(refusal(() -> alice.unpublish(published))).isEqualTo(Status.BAD_HANDLE);
  }

  @Test
  void areLeftByKeyTheOldestFirst() {
    alice.publish(KEY, PAGE_RAW);
    VmChannel old = bob.subscribe(ONE_SEVEN);
    GuestOperations.withEvents(alice).unpublish(0, KEY);
    alice.publish(KEY, PAGE_RAW);
    VmChannel young = bob.subscribe(ONE_SEVEN);
    GuestOperations.withEvents(bob).unsubscribe(0, ONE_SEVEN);
    assertThat(refusal(() -> bob.unsubscribe(old))).isEqualTo(Status.BAD_HANDLE);
    bob.unsubscribe(young);
  }

  @Test
  void tellBothSidesWhoComesAndGoes() {
    VmChannel published = alice.publish(KEY, PAGE_RAW);
    VmChannel joined = bob.subscribe(ONE_SEVEN);
    long generation = published.generation();
    assertThat(events(alice))
        .containsExactly(
            new Event(Event.Kind.PEER_JOINED, published.handle(), 2, KEY, generation, 0));
    bob.unsubscribe(joined);
    assertThat(events(alice))
        .containsExactly(
            new Event(Event.Kind.PEER_LEFT, published.handle(), 2, KEY, generation, 0));
    VmChannel again = bob.subscribe(ONE_SEVEN);
    alice.unpublish(published);
    assertThat(events(bob))
        .containsExactly(new Event(Event.Kind.WITHDRAWN, again.handle(), 1, KEY, generation, 0));
    assertThat(again.state()).isEqualTo(ChannelState.WITHDRAWN);
    bob.unsubscribe(again);
    assertThat(events(alice)).as("of a channel it has left").hasSize(1);
  }

  @Test
  void areOrphanedByTheDeathOfTheirPublisherAndComeBackAsANewGeneration() {
    VmChannel published = alice.publish(KEY, PAGE_RAW);
    VmChannel joined = bob.subscribe(ONE_SEVEN);
    bob.watch(ONE_SEVEN);
    events(bob);
    alice.vm().boot();
    alice.vm().stop();
    assertThat(joined.state()).isEqualTo(ChannelState.ORPHANED);
    assertThat(events(bob))
        .containsExactly(
            new Event(Event.Kind.ORPHANED, joined.handle(), 1, KEY, published.generation(), 0));
    assertThat(refusal(() -> carol.subscribe(ONE_SEVEN))).isEqualTo(Status.NO_SUCH_CHANNEL);
    VmChannel reborn = alice.publish(KEY, PAGE_RAW);
    assertThat(reborn.generation()).isGreaterThan(published.generation());
    assertThat(events(bob))
        .containsExactly(new Event(Event.Kind.PUBLISHED, 0, 1, KEY, reborn.generation(), 0));
    VmChannel rejoined = bob.subscribe(ONE_SEVEN);
    assertThat(rejoined.offset()).isNotEqualTo(joined.offset());
    assertThat(bob.lookUp(ONE_SEVEN).generation()).isEqualTo(reborn.generation());
    assertThat(refusal(() -> bob.ring(joined, Endpoint.EVERY_PEER))).isEqualTo(Status.NOT_A_PEER);
    bob.ring(rejoined, Endpoint.EVERY_PEER);
  }

  @Test
  void dieWithAVmInEveryWayThatARunCanEnd() {
    List<Runnable> ends =
        List.of(
            () -> alice.vm().stop(),
            () -> {
              alice.vm().boot();
              alice.vm().reset();
            },
            () -> alice.vm().stop(),
            () -> {
              alice.vm().boot();
              alice.vm().suspend();
              alice.vm().stop();
            },
            () -> alice.vm().close());
    for (Runnable end : ends) {
      alice.publish(KEY, PAGE_RAW);
      VmChannel joined = bob.subscribe(ONE_SEVEN);
      end.run();
      assertThat(joined.state()).isEqualTo(ChannelState.ORPHANED);
      assertThat(alice.vm().memory().regions().size()).isLessThanOrEqualTo(2);
      bob.unsubscribe(joined);
    }
  }

  @Test
  void areForgottenWithTheirEventsByAVmThatDies() {
    alice.publish(KEY, PAGE_RAW);
    bob.watch(ONE_SEVEN);
    VmChannel joined = bob.subscribe(ONE_SEVEN);
    events(alice);
    bob.vm().stop();
    assertThat(kinds(alice)).containsExactly(Event.Kind.PEER_LEFT);
    assertThat(kinds(bob)).isEmpty();
    GuestOperations.withEvents(alice).unpublish(0, KEY);
    alice.publish(KEY, PAGE_RAW);
    assertThat(kinds(bob)).as("watches end, too").isEmpty();
    assertThat(refusal(() -> bob.unsubscribe(joined))).isEqualTo(Status.BAD_HANDLE);
    assertThat(bob.subscribe(ONE_SEVEN).handle()).as("handles begin anew").isEqualTo(1);
  }

  @Test
  void areWatchedByWhoMaySubscribe() {
    assertThat(refusal(() -> carol.watch(new ChannelId(1, 1)))).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> alice.watch(ONE_SEVEN))).isEqualTo(Status.NOT_GRANTED);
    bob.watch(ONE_SEVEN);
    assertThat(kinds(bob)).isEmpty();
    alice.publish(KEY, PAGE_RAW);
    alice.publish(1, PAGE_RAW);
    assertThat(kinds(bob)).containsExactly(Event.Kind.PUBLISHED);
    carol.watch(ONE_SEVEN);
    assertThat(kinds(carol)).as("it is live already").containsExactly(Event.Kind.PUBLISHED);
  }

  @Test
  void areFoundByWhoMayJoinThem() {
    assertThat(refusal(() -> carol.lookUp(new ChannelId(1, 1)))).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> alice.lookUp(new ChannelId(1, 9)))).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> carol.lookUp(ONE_SEVEN))).isEqualTo(Status.NO_SUCH_CHANNEL);
    VmChannel published = alice.publish(KEY, Shape.sectioned(PAGE, 2, PAGE));
    ChannelInfo found = carol.lookUp(ONE_SEVEN);
    assertThat(found)
        .isEqualTo(
            new ChannelInfo(
                ONE_SEVEN,
                null,
                published.generation(),
                published.shape(),
                ChannelState.LIVE,
                false,
                0));
    assertThat(bob.lookUp(ONE_SEVEN).writable()).as("if it joined").isTrue();
    assertThat(alice.lookUp(ONE_SEVEN).handle()).isEqualTo(published.handle());
    VmChannel joined = carol.subscribe(ONE_SEVEN);
    assertThat(carol.lookUp(ONE_SEVEN).handle()).isEqualTo(joined.handle());
    alice.unpublish(published);
    assertThat(carol.lookUp(ONE_SEVEN).state()).isEqualTo(ChannelState.WITHDRAWN);
    assertThat(refusal(() -> bob.lookUp(ONE_SEVEN))).isEqualTo(Status.NO_SUCH_CHANNEL);
  }

  @Test
  void areCalledByTheNameOfTheGrant() {
    assertThat(carol.resolve("greeting")).isEqualTo(new ChannelId(1, NAMED));
    assertThat(refusal(() -> carol.resolve("nothing"))).isEqualTo(Status.NOT_GRANTED);
    assertThat(alice.publish(NAMED, PAGE_RAW).name()).isEqualTo("greeting");
    assertThat(carol.lookUp(carol.resolve("greeting")).name()).isEqualTo("greeting");
    assertThat(carol.subscribe(carol.resolve("greeting")).name()).isEqualTo("greeting");
  }

  private static List<Long> list(Endpoint endpoint) {
    List<Long> generations = new ArrayList<>();
    Listing<ChannelInfo> step = endpoint.list(0);
    while (step.status() != Status.END) {
      if (step.element() != null) {
        generations.add(step.element().generation());
      }
      step = endpoint.list(step.cursor());
    }
    return generations;
  }

  @Test
  void areListedToWhoHasJoinedOrMay() {
    assertThat(list(carol)).isEmpty();
    long first = alice.publish(KEY, PAGE_RAW).generation();
    long second = alice.publish(1, PAGE_RAW).generation();
    assertThat(list(alice)).containsExactly(first, second);
    assertThat(list(bob)).containsExactly(first, second);
    assertThat(list(carol)).containsExactly(first);
    VmChannel joined = bob.subscribe(ONE_SEVEN);
    GuestOperations.withEvents(alice).unpublish(0, KEY);
    assertThat(list(bob)).as("what it has joined").containsExactly(first, second);
    assertThat(list(carol)).as("nobody else can join").isEmpty();
    assertThat(list(alice)).containsExactly(second);
    bob.unsubscribe(joined);
    assertThat(list(bob)).containsExactly(second);
    assertThat(bob.list(-5).element()).as("a cursor from nowhere").isNotNull();
    assertThat(bob.list(Long.MAX_VALUE).status()).isEqualTo(Status.END);
  }

  @Test
  void showWhoHasJoined() {
    HostEndpoint dave = ivc.host(4);
    VmChannel published = alice.publish(KEY, Shape.sectioned(PAGE, 2, PAGE));
    dave.subscribe(ONE_SEVEN);
    VmChannel read = carol.subscribe(ONE_SEVEN);
    bob.subscribe(ONE_SEVEN);
    Listing<Peer> step = alice.peers(published, 0);
    assertThat(step.element()).isEqualTo(new Peer(2, 2));
    step = alice.peers(published, step.cursor());
    assertThat(step.element()).isEqualTo(new Peer(3, Shape.NO_SECTION));
    step = alice.peers(published, step.cursor());
    assertThat(step.element()).isEqualTo(new Peer(4, 1));
    assertThat(alice.peers(published, step.cursor()).status()).isEqualTo(Status.END);
    assertThat(carol.peers(read, 0).element()).isEqualTo(new Peer(1, 0));
    assertThat(refusal(() -> bob.peers(read, 0))).as("another's").isEqualTo(Status.BAD_HANDLE);
  }

  @Test
  void areLimitedByTheQuotaWhichOrphansUseToo() {
    VmEndpoint dave = ivc.vm(4, IvcFixture.WINDOW, new Quota(1, 64 * PAGE));
    assertThat(dave.quota().channels()).isEqualTo(1);
    try (IvcFixture other =
        new IvcFixture(
            IvcFixture.anyLayout(1, 0, 99, 64 * PAGE, null),
            new Grant.Subscribe(2, 1, 0, 99, true, null))) {
      VmEndpoint few = other.vm(1, IvcFixture.WINDOW, new Quota(2, 4 * PAGE));
      VmEndpoint peer = other.vm(2);
      assertThat(refusal(() -> few.publish(1, Shape.raw(5 * PAGE))))
          .isEqualTo(Status.TOO_MANY_BYTES);
      few.publish(1, PAGE_RAW);
      assertThat(refusal(() -> few.publish(2, Shape.raw(4 * PAGE))))
          .isEqualTo(Status.TOO_MANY_BYTES);
      few.publish(2, Shape.raw(3 * PAGE));
      assertThat(refusal(() -> few.publish(3, PAGE_RAW))).isEqualTo(Status.TOO_MANY_CHANNELS);
      peer.subscribe(new ChannelId(1, 2));
      few.vm().stop();
      assertThat(few.account.channels()).isEqualTo(1);
      assertThat(few.account.bytes()).isEqualTo(3 * PAGE);
      assertThat(refusal(() -> few.publish(2, Shape.raw(2 * PAGE))))
          .isEqualTo(Status.TOO_MANY_BYTES);
      GuestOperations.withEvents(peer).unsubscribe(0, new ChannelId(1, 2));
      assertThat(few.account.bytes()).isZero();
      few.publish(2, Shape.raw(4 * PAGE));
      GuestOperations.withEvents(few).unpublish(0, 2);
      assertThat(few.account.channels()).isZero();
    }
  }

  @Test
  void fitTheWindowOrAreNotThere() {
    try (IvcFixture other =
        new IvcFixture(
            IvcFixture.anyLayout(1, 0, 99, 64 * PAGE, null),
            new Grant.Subscribe(2, 1, 0, 99, true, null))) {
      VmEndpoint small = other.vm(1, 16 * PAGE, Quota.DEFAULT);
      assertThat(refusal(() -> small.publish(1, Shape.raw(16 * PAGE))))
          .isEqualTo(Status.WINDOW_FULL);
      small.publish(1, Shape.raw(14 * PAGE));
      assertThat(refusal(() -> small.publish(2, Shape.raw(2 * PAGE))))
          .isEqualTo(Status.WINDOW_FULL);
      assertThat(small.account.channels()).isEqualTo(1);
      assertThat(other.directory.channels.pool.blocks())
          .as("what did not fit is free")
          .isEqualTo(1);
      VmEndpoint tiny = other.vm(2, 8 * PAGE, Quota.DEFAULT);
      assertThat(refusal(() -> tiny.subscribe(new ChannelId(1, 1)))).isEqualTo(Status.WINDOW_FULL);
      assertThat(kinds(small)).as("nobody has joined").isEmpty();
      small.publish(3, PAGE_RAW);
    }
  }

  @Test
  void areRefusedToAnEndpointThatIsClosed() {
    HostEndpoint dave = ivc.host(4);
    dave.close();
    assertThat(refusal(() -> dave.publish(KEY, PAGE_RAW))).isEqualTo(Status.GONE);
    assertThat(refusal(() -> dave.subscribe(ONE_SEVEN))).isEqualTo(Status.GONE);
    assertThat(refusal(() -> dave.lookUp(ONE_SEVEN))).isEqualTo(Status.GONE);
    assertThat(refusal(() -> dave.list(0))).isEqualTo(Status.GONE);
    assertThat(refusal(() -> dave.watch(ONE_SEVEN))).isEqualTo(Status.GONE);
    assertThat(ivc.host(4).refused()).as("its id is free again").isZero();
  }

  @Test
  void haveEndpointsWithIdsOfTheirOwn() {
    assertThatIllegalArgumentException().isThrownBy(() -> ivc.host(1));
    assertThatIllegalArgumentException().isThrownBy(() -> ivc.host(0));
    assertThatIllegalArgumentException().isThrownBy(() -> ivc.host(-1));
    assertThat(ivc.directory.endpoint(1)).isSameAs(alice);
    assertThat(ivc.directory.endpoint(99)).isNull();
  }

  @Test
  void countWhatIsRefused() {
    long before = bob.refused();
    refusal(() -> bob.publish(KEY, PAGE_RAW));
    refusal(() -> bob.subscribe(ONE_SEVEN));
    assertThat(bob.refused()).isEqualTo(before + 2);
    DirectorySnapshot.EndpointRow row = ivc.directory.snapshot().endpoints().get(1);
    assertThat(row.name()).isEqualTo("vm2");
    assertThat(row.refused()).isEqualTo(before + 2);
  }

  @Test
  void countWhatAGuestAsksForThatIsNoShape() {
    long mailbox = alice.vm().memory().regions().getLast().gpa();
    alice.vm().memory().writeInt(mailbox, 1);
    alice.vm().memory().writeLong(mailbox + 0x10, KEY);
    alice.vm().memory().writeLong(mailbox + 0x18, -4096);
    Objects.requireNonNull(alice.vm().mmio().find(TestBoard.PCI_BASE + 0x20, 4))
        .device()
        .write(0x20, 4, 0);
    assertThat(alice.vm().memory().readInt(mailbox + 4)).isEqualTo(Status.BAD_SIZE.code());
    assertThat(alice.refused()).isEqualTo(1);
  }

  @Test
  void areForgottenByTheDirectoryWhenNobodyWatchesThem() {
    bob.watch(ONE_SEVEN);
    carol.watch(ONE_SEVEN);
    bob.vm().stop();
    assertThat(ivc.directory.channels.watched()).isEqualTo(1);
    carol.vm().stop();
    assertThat(ivc.directory.channels.watched()).isZero();
  }

  @Test
  void areShownWithAllWhoHaveJoined() {
    VmChannel published = alice.publish(NAMED, PAGE_RAW);
    VmChannel joined = carol.subscribe(published.id());
    DirectorySnapshot.ChannelRow row = ivc.directory.snapshot().channels().getFirst();
    assertThat(row.name()).isEqualTo("greeting");
    assertThat(row.publisher()).isEqualTo("vm1");
    assertThat(row.sides()).extracting(DirectorySnapshot.Side::endpoint).containsExactly(1, 3);
    assertThat(row.sides().get(1).writable()).isFalse();
    assertThat(row.sides().get(1).gpa()).isEqualTo(joined.gpa()).isPresent();
  }

  @Test
  void canBeAHundredThousandOfOneVm() {
    int count = 100_000;
    try (IvcFixture many = new IvcFixture(IvcFixture.anyLayout(1, 0, count, PAGE, null))) {
      VmEndpoint one = many.vm(1, 1L << 29, new Quota(count, 1L << 30));
      LongStream.range(0, count).forEach(key -> one.publish(key, PAGE_RAW));
      assertThat(refusal(() -> one.publish(count, PAGE_RAW))).isEqualTo(Status.TOO_MANY_CHANNELS);
      assertThat(one.vm().memory().regions()).hasSize(count + 2);
      assertThat(list(one)).hasSize(count);
      LongStream.range(0, count / 2)
          .forEach(key -> GuestOperations.withEvents(one).unpublish(0, key * 2));
      assertThat(one.account.channels()).isEqualTo(count / 2);
      one.vm().stop();
      assertThat(one.account.channels()).isZero();
      assertThat(one.vm().memory().regions()).hasSize(2);
    }
  }
}
