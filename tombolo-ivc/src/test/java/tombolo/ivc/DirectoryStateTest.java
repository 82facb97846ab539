// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static tombolo.ivc.IvcFixture.PAGE;
import static tombolo.ivc.IvcFixture.events;
import static tombolo.ivc.IvcFixture.kinds;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.machine.state.StateException;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/** Beside this, ChannelModelTest restores directories in the middle of its sequences. */
@DisplayName("The state of a directory")
@Timeout(120)
final class DirectoryStateTest {
  private static final long MILLISECOND = 1_000_000;
  private static final ChannelId RAW = new ChannelId(1, 7);
  private static final ChannelId OF_HOST = new ChannelId(9, 3);
  private static final DoorbellRate SLOW = new DoorbellRate(1000, 1);

  private static final Grant[] GRANTS = {
    IvcFixture.anyLayout(1, 7, 7, 4 * PAGE, SLOW),
    new Grant.Subscribe(2, 1, 7, 7, true, SLOW),
    new Grant.Subscribe(9, 1, 7, 7, true, SLOW),
    IvcFixture.anyLayout(9, 3, 3, 8 * PAGE, SLOW),
    new Grant.Subscribe(2, 9, 3, 3, true, SLOW),
  };

  private final HandTime time = new HandTime();
  private final IvcFixture saved = new IvcFixture(time, GRANTS);
  private final VmEndpoint alice = saved.vm(1);
  private final VmEndpoint bob = saved.vm(2);
  private final HostEndpoint java = saved.host(9);
  private final VmChannel published = alice.publish(7, Shape.raw(2 * PAGE));
  private final VmChannel bobs = bob.subscribe(RAW);
  private final HostChannel javas = java.subscribe(RAW);
  private final HostChannel own = java.publish(3, Shape.sectioned(PAGE, 2, PAGE));
  private final VmChannel bobsOther = bob.subscribe(OF_HOST);

  private final HandTime later = new HandTime();
  private final IvcFixture fresh = new IvcFixture(later, GRANTS);
  private final VmEndpoint freshAlice = fresh.vm(1);
  private final VmEndpoint freshBob = fresh.vm(2);

  DirectoryStateTest() {
    later.advance(123 * MILLISECOND);
    javas.memory().set(ValueLayout.JAVA_LONG, PAGE, 0x1234);
    own.output().set(ValueLayout.JAVA_LONG, 8, 0x5678);
  }

  @AfterEach
  void close() {
    fresh.close();
    saved.close();
  }

  private byte[] save() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new StateWriter(bytes).part("directory", saved.directory);
    return bytes.toByteArray();
  }

  private void restore(byte[] state) {
    new StateReader(new ByteArrayInputStream(state)).part("directory", fresh.directory);
  }

  @Test
  void isTheSameInADirectoryThatWasRestored() {
    fresh.host(9);
    byte[] state = save();
    restore(state);
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    new StateWriter(again).part("directory", fresh.directory);
    assertThat(again.toByteArray()).isEqualTo(state);
  }

  @Test
  void givesAHostEndpointItsChannelsBack() {
    HostEndpoint back = fresh.host(9);
    restore(save());
    assertThat(back.joined()).extracting(HostChannel::id).containsExactly(RAW, OF_HOST);
    HostChannel joined = back.joined().getFirst();
    assertThat(joined.handle()).isEqualTo(javas.handle());
    assertThat(joined.memory().get(ValueLayout.JAVA_LONG, PAGE)).isEqualTo(0x1234);
    assertThat(back.joined().getLast().output().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(0x5678);
    events(freshAlice);
    joined.ring();
    assertThat(kinds(freshAlice)).containsExactly(Event.Kind.DOORBELL);
  }

  @Test
  void treatsAHostEndpointThatIsNotThereAsDead() {
    events(alice);
    events(bob);
    restore(save());
    assertThat(events(freshAlice))
        .containsExactly(
            new Event(Event.Kind.PEER_LEFT, published.handle(), 9, 7, published.generation(), 0));
    assertThat(events(freshBob))
        .containsExactly(
            new Event(Event.Kind.ORPHANED, bobsOther.handle(), 9, 3, own.generation(), 0));
    assertThat(freshBob.require(bobsOther.handle()).state()).isEqualTo(ChannelState.ORPHANED);
    freshBob.unsubscribe(freshBob.require(bobsOther.handle()));
    assertThat(fresh.directory.snapshot().channels()).hasSize(1);
  }

  @Test
  void hasLateBellsByWhatIsLeftOfTheirTime() {
    events(alice);
    bob.ring(bobs, 1);
    events(alice);
    bob.ring(bobs, 1);
    assertThat(events(alice)).as("no token").isEmpty();
    time.advance(MILLISECOND / 4);
    fresh.host(9);
    restore(save());
    later.advance(3 * MILLISECOND / 4 - 1);
    assertThat(events(freshAlice)).isEmpty();
    later.advance(1);
    assertThat(kinds(freshAlice)).containsExactly(Event.Kind.DOORBELL);
    time.advance(MILLISECOND);
  }

  @Test
  void hasLateBellsOfWhoHasLeftAndForWhoHasLeft() {
    alice.ring(published, 2);
    bob.inbox.takeBell();
    alice.ring(published, 2);
    bob.ring(bobs, 1);
    alice.inbox.takeBell();
    bob.ring(bobs, 1);
    alice.unpublish(published);
    fresh.host(9);
    restore(save());
    events(freshBob);
    later.advance(MILLISECOND);
    assertThat(kinds(freshBob)).as("from alice, who has left").contains(Event.Kind.DOORBELL);
    assertThat(fresh.directory.snapshot().dropped()).as("to alice, who has left").isEqualTo(1);
  }

  @Test
  void isOnlyForAFreshDirectory() {
    freshAlice.publish(7, Shape.raw(PAGE));
    byte[] state = save();
    assertThatIllegalStateException().isThrownBy(() -> restore(state));
  }

  @Test
  void needsTheVmsThatHadJoined() {
    freshBob.close();
    byte[] state = save();
    assertThatExceptionOfType(StateException.class)
        .isThrownBy(() -> restore(state))
        .withMessageContaining("vm2")
        .withMessageContaining("not joined");
  }

  /** The fixture checks afterwards that no memory is left. */
  @Test
  void isRefusedWhereItsBytesAreWrong() {
    byte[] state = save();
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] wrong = state.clone();
      if (i % 8 == 0) {
        wrong = Arrays.copyOf(wrong, random.nextInt(wrong.length));
      } else {
        // In the first 400 bytes is what there is; further on, pages.
        int at = random.nextInt(random.nextBoolean() ? 400 : wrong.length);
        wrong[at] = (byte) (random.nextBoolean() ? random.nextInt() : wrong[at] ^ 1);
      }
      try (IvcFixture other = new IvcFixture(later, GRANTS)) {
        other.vm(1);
        other.vm(2);
        byte[] bytes = wrong;
        new StateReader(new ByteArrayInputStream(bytes)).part("directory", other.directory);
      } catch (StateException e) {
        assertThat(e.getSuppressed()).as("what was wrong at the end").isEmpty();
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(500);
  }
}
