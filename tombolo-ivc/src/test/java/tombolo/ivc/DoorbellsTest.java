// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.ivc.IvcFixture.PAGE;
import static tombolo.ivc.IvcFixture.board;
import static tombolo.ivc.IvcFixture.events;
import static tombolo.ivc.IvcFixture.refusal;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.bell.Inbox;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;

@DisplayName("Doorbells")
@Timeout(60)
final class DoorbellsTest {
  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
  private static final ChannelId ID = new ChannelId(1, 7);
  private static final ChannelId MUTE = new ChannelId(1, 8);

  /** A token a millisecond, three at once. */
  private static final DoorbellRate SLOW = new DoorbellRate(1000, 3);

  private final HandTime time = new HandTime();
  private final IvcFixture ivc =
      new IvcFixture(
          time,
          IvcFixture.anyLayout(1, 7, 7, PAGE, DoorbellRate.DEFAULT),
          IvcFixture.anyLayout(1, 8, 8, PAGE, null),
          new Grant.Subscribe(2, 1, 7, 8, true, SLOW),
          new Grant.Subscribe(3, 1, 7, 7, false, DoorbellRate.DEFAULT),
          new Grant.Subscribe(4, 1, 7, 7, false, null));
  private final VmEndpoint alice = ivc.vm(1);
  private final VmEndpoint bob = ivc.vm(2);
  private final VmEndpoint carol = ivc.vm(3);
  private final VmChannel published = alice.publish(7, Shape.raw(PAGE));
  private final VmChannel bobs = bob.subscribe(ID);
  private final VmChannel carols = carol.subscribe(ID);

  DoorbellsTest() {
    events(alice);
  }

  @AfterEach
  void close() {
    ivc.close();
  }

  private void bobRings() {
    bob.ring(bobs, Endpoint.EVERY_PEER);
  }

  /** Takes all bells and says of which channels they are. */
  private static List<Integer> bells(Endpoint endpoint) {
    return events(endpoint).stream()
        .filter(event -> event.kind() == Event.Kind.DOORBELL)
        .map(Event::handle)
        .toList();
  }

  @Test
  void ringOnTheOtherSideOnly() {
    alice.ring(published, Endpoint.EVERY_PEER);
    assertThat(bells(bob)).containsExactly(bobs.handle());
    assertThat(bells(carol)).containsExactly(carols.handle());
    assertThat(bells(alice)).isEmpty();
    bobRings();
    assertThat(bells(alice)).containsExactly(published.handle());
    assertThat(bells(carol)).as("another subscriber").isEmpty();
  }

  @Test
  void ringOneOfThemWhereThatIsAsked() {
    alice.ring(published, 3);
    assertThat(bells(bob)).isEmpty();
    assertThat(bells(carol)).hasSize(1);
    bob.ring(bobs, 1);
    assertThat(bells(alice)).hasSize(1);
    assertThat(refusal(() -> bob.ring(bobs, 3))).as("same side").isEqualTo(Status.NOT_A_PEER);
    assertThat(refusal(() -> bob.ring(bobs, 2))).as("itself").isEqualTo(Status.NOT_A_PEER);
    assertThat(refusal(() -> alice.ring(published, 9))).isEqualTo(Status.NOT_A_PEER);
    assertThat(refusal(() -> alice.ring(published, 0))).isEqualTo(Status.NOT_A_PEER);
  }

  @Test
  void ringFromAGrantOnly() {
    HostEndpoint dave = ivc.host(4);
    HostChannel davids = dave.subscribe(ID);
    assertThat(refusal(davids::ring)).isEqualTo(Status.NOT_GRANTED);
    assertThat(refusal(() -> alice.ring(published, 4)))
        .as("a subscriber without bells is not rung, either")
        .isEqualTo(Status.NOT_A_PEER);
    VmChannel mute = alice.publish(8, Shape.raw(PAGE));
    VmChannel other = bob.subscribe(MUTE);
    assertThat(refusal(() -> alice.ring(mute, Endpoint.EVERY_PEER))).isEqualTo(Status.NOT_GRANTED);
    bob.ring(other, Endpoint.EVERY_PEER);
    assertThat(refusal(() -> carol.ring(bobs, 1))).as("another's").isEqualTo(Status.BAD_HANDLE);
    assertThat(refusal(() -> bob.ring(bob.require(99), 1))).isEqualTo(Status.BAD_HANDLE);
  }

  @Test
  void areLevels() {
    bobRings();
    bobRings();
    assertThat(bells(alice)).hasSize(1);
    assertThat(bells(alice)).isEmpty();
    bobRings();
    assertThat(bells(alice)).as("a ring after the take").hasSize(1);
  }

  @Test
  void areTakenTheOldestFirst() {
    VmChannel other = alice.publish(8, Shape.raw(PAGE));
    VmChannel bobsOther = bob.subscribe(MUTE);
    events(alice);
    bob.ring(bobsOther, 1);
    time.advance(1);
    bobRings();
    bob.ring(bobsOther, 1);
    assertThat(alice.inbox.takeBell()).isSameAs(other.bell);
    assertThat(alice.inbox.takeBell()).isSameAs(published.bell);
    assertThat(alice.inbox.takeBell()).isNull();
  }

  @Test
  void comeLateWhereTheyAreOverTheRateAndThenOnce() {
    for (int i = 0; i < 3; i++) {
      bobRings();
      assertThat(bells(alice)).as("the burst").hasSize(1);
    }
    bobRings();
    bobRings();
    assertThat(bells(alice)).as("no token").isEmpty();
    time.advance(MILLISECOND - 1);
    assertThat(bells(alice)).isEmpty();
    time.advance(1);
    assertThat(bells(alice)).as("both late rings are one").hasSize(1);
    time.advance(1000 * MILLISECOND);
    assertThat(bells(alice)).isEmpty();
    assertThat(time.hasWorker()).as("nothing waits, so no worker does").isFalse();
  }

  @Test
  void comeAtTheRateInTheLongRun() {
    int taken = 0;
    for (int i = 0; i < 10_000; i++) {
      bobRings();
      taken += bells(alice).size();
      time.advance(MILLISECOND / 100);
    }
    assertThat(taken).isBetween(100, 104);
  }

  @Test
  void haveABucketThatFillsNoHigherThanItsBurst() {
    time.advance(1000 * MILLISECOND);
    for (int i = 0; i < 10; i++) {
      bobRings();
    }
    int taken = 0;
    for (int i = 0; i < 10; i++) {
      bobRings();
      taken += bells(alice).size();
    }
    assertThat(taken).isEqualTo(3);
  }

  @Test
  void haveABucketForEachWhoRings() {
    for (int i = 0; i < 4; i++) {
      bobRings();
      bells(alice);
    }
    carol.ring(carols, 1);
    assertThat(bells(alice)).as("another ringer is not slowed").hasSize(1);
  }

  @Test
  void thatAreLateDieWithTheirTarget() {
    for (int i = 0; i < 4; i++) {
      bobRings();
      bells(alice);
    }
    alice.unpublish(published);
    time.advance(10 * MILLISECOND);
    assertThat(bells(alice)).isEmpty();
    DirectorySnapshot counted = ivc.directory.snapshot();
    assertThat(counted.rings()).isEqualTo(4);
    assertThat(counted.delivered()).isEqualTo(3);
    assertThat(counted.delayed()).isEqualTo(1);
    assertThat(counted.dropped()).isEqualTo(1);
  }

  @Test
  void thatHaveRungDieWithTheChannel() {
    alice.ring(published, 2);
    assertThat(bob.inbox.hasBells()).isTrue();
    bob.unsubscribe(bobs);
    assertThat(bob.inbox.hasBells()).isFalse();
    assertThat(bells(bob)).isEmpty();
  }

  @Test
  void areCounted() {
    bobRings();
    bobRings();
    bells(alice);
    alice.ring(published, Endpoint.EVERY_PEER);
    DirectorySnapshot counted = ivc.directory.snapshot();
    assertThat(counted.rings()).isEqualTo(4);
    assertThat(counted.delivered()).isEqualTo(3);
    assertThat(counted.coalesced()).isEqualTo(1);
    DirectorySnapshot.Side side = counted.channels().getFirst().sides().getFirst();
    assertThat(side.received()).isEqualTo(2);
    assertThat(side.delivered()).isEqualTo(1);
  }

  @Test
  void tellHowLongTheyWaitedToBeTaken() {
    bobRings();
    time.advance(800);
    bells(alice);
    DirectorySnapshot.Side side = ivc.directory.snapshot().channels().getFirst().sides().getFirst();
    assertThat(side.p50Nanos()).isBetween(800L, 900L);
    assertThat(side.p99Nanos()).isBetween(800L, 900L);
  }

  @Test
  void pulseTheBoardsInterruptWhereTheChannelWasJoinedByHypercall() {
    VmChannel pulsed = (VmChannel) alice.publish(8, () -> Shape.raw(PAGE), true, _ -> true);
    VmChannel other = bob.subscribe(MUTE);
    assertThat(events(alice)).as("no events of such a channel").isEmpty();
    bob.ring(other, Endpoint.EVERY_PEER);
    bob.ring(other, pulsed.id().publisher());
    assertThat(board(alice).pulses)
        .containsExactly(TestBoard.IVC_INTERRUPT, TestBoard.IVC_INTERRUPT);
    assertThat(events(alice)).isEmpty();
  }

  @Test
  void comeBehindEventsOfWhichOnlySoManyWait() {
    bob.unsubscribe(bobs);
    for (int i = 0; i < 200; i++) {
      bob.unsubscribe(bob.subscribe(ID));
    }
    carol.ring(carols, 1);
    List<Event> all = events(alice);
    assertThat(all).hasSize(Inbox.MAX_EVENTS + 2);
    assertThat(all.get(Inbox.MAX_EVENTS))
        .isEqualTo(new Event(Event.Kind.LOST, 0, 0, 0, 0, 401 - Inbox.MAX_EVENTS));
    assertThat(all.getLast().kind()).isEqualTo(Event.Kind.DOORBELL);
    bob.subscribe(ID);
    assertThat(events(alice)).as("as before").hasSize(1);
  }
}
