// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.host.OrderedHost;
import tombolo.machine.state.SavedState;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/** The state of a switch and its guests, at random moments of guests that talk to each other. */
final class VsockStateTest {
  private static final int GUESTS = 3;
  private static final int PORTS = 2;

  /** Guests, their switch, and the host on whose only thread all of them are. */
  private static final class World implements Stateful {
    final OrderedHost host = new OrderedHost();
    final VsockSwitch network = new VsockSwitch(host.services());
    final List<TestGuest> guests = new ArrayList<>();

    World() {
      for (int i = 0; i < GUESTS; i++) {
        guests.add(new TestGuest(network, 3 + i, host.services(), 3));
      }
    }

    TestGuest guest(int index) {
      return guests.get(index);
    }

    void step(Random random) {
      int index = random.nextInt(GUESTS);
      TestGuest guest = guest(index);
      TestGuest peer = guest((index + 1 + random.nextInt(GUESTS - 1)) % GUESTS);
      switch (random.nextInt(16)) {
        case 0, 1, 2, 3 -> host.run();
        case 4, 5, 6 -> guest.give(1 + random.nextInt(4));
        case 7 -> host.elapse(random.nextInt(1 << 30));
        case 8 -> host.elapse(random.nextLong(2 * Patience.MOST_NANOS));
        case 9 -> {
          if (guest.live) {
            guest.stop();
          } else {
            guest.start();
            guest.sender.kick(); // as a driver does for what it has to send
          }
        }
        case 10 -> send(random, guest, peer, requireNonNull(VsockOp.of(1 + random.nextInt(7))));
        case 11 -> send(random, guest, peer, VsockOp.REQUEST);
        case 12 -> send(random, guest, peer, VsockOp.RESPONSE);
        default -> send(random, guest, peer, VsockOp.RW);
      }
    }

    private static void send(Random random, TestGuest from, TestGuest to, VsockOp op) {
      byte[] payload = new byte[op == VsockOp.RW ? random.nextInt(12_000) : 0];
      random.nextBytes(payload);
      int port = random.nextInt(PORTS);
      from.send(from.header(to.cid, port, port, op, payload.length), payload);
    }

    @Override
    public void save(StateWriter out) {
      for (TestGuest guest : guests) {
        out.part("station", guest.station).part("sender", guest.sender);
      }
      out.part("switch", network);
    }

    @Override
    public void restore(StateReader in) {
      for (TestGuest guest : guests) {
        in.part("station", guest.station).part("sender", guest.sender);
      }
      in.part("switch", network);
    }

    List<String> seen() {
      List<String> seen = new ArrayList<>();
      for (TestGuest guest : guests) {
        seen.add("CID %d: %d to send".formatted(guest.cid, guest.unsent()));
        for (TestGuest.Packet packet : guest.received) {
          seen.add(packet.header() + " " + HexFormat.of().formatHex(packet.payload()));
        }
      }
      seen.add(network.connections() + " connections");
      return seen;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void restoredGuestsGoOnLikeTheOthers(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      World world = new World();
      for (int i = random.nextInt(200); i > 0; i--) {
        world.step(random);
      }
      byte[] state = SavedState.of(world);
      World restored = new World();
      for (int i = random.nextInt(50); i > 0; i--) {
        restored.step(random); // anything that was there before is gone
      }
      for (int i = 0; i < GUESTS; i++) {
        restored.guest(i).sender.reset();
        restored.guest(i).received.clear();
        restored.guest(i).copyOf(world.guest(i));
      }
      SavedState.restore(state, restored);
      assertThat(SavedState.of(restored)).isEqualTo(state);

      long next = random.nextLong();
      Random first = new Random(next);
      Random second = new Random(next);
      for (int i = 0; i < 100; i++) {
        world.step(first);
        restored.step(second);
      }
      world.host.run();
      restored.host.run();
      assertThat(restored.seen()).containsExactlyElementsOf(world.seen());
    }
  }

  @Test
  void aSenderThatWaitsIsToldOfRoomAfterARestore() throws InterruptedException {
    World world = new World();
    connect(world);
    world.guest(0).send(4, 1, 2, VsockOp.RW, new byte[20_000]);
    world.host.run();
    assertThat(world.guest(1).station.waiting()).isEqualTo(1);

    World restored = new World();
    restored.host.run(); // whoever is woken by being made has looked
    for (int i = 0; i < GUESTS; i++) {
      restored.guest(i).copyOf(world.guest(i));
    }
    SavedState.restore(SavedState.of(world), restored);
    assertThat(restored.guest(1).station.waiting()).isEqualTo(1);
    restored.guest(1).give(10);
    restored.host.run();
    int got = 0;
    while (got < 20_000) {
      TestGuest.Packet packet = restored.guest(1).received.poll();
      assertThat(packet).as("after %d bytes", got).isNotNull();
      got += packet.payload().length;
    }
    assertThat(restored.guest(0).unsent()).isZero();
  }

  private static void connect(World world) {
    world.guest(0).send(4, 1, 2, VsockOp.REQUEST);
    world.host.run();
    world.guest(1).send(3, 2, 1, VsockOp.RESPONSE);
    world.host.run();
    assertThat(world.guest(0).received).isNotEmpty();
  }

  @Test
  void connectionsWithTheHostAreResetByARestore() throws Exception {
    World world = new World();
    world.network.host().listen(1024);
    world.guest(0).send(2, 700, 1024, VsockOp.REQUEST);
    world.host.run();
    connect(world);
    byte[] state = SavedState.of(world);

    World restored = new World();
    HostVsockListener listener = restored.network.host().listen(1024);
    restored.guest(2).send(2, 9, 1024, VsockOp.REQUEST);
    restored.host.run();
    HostVsockConnection before = listener.accept();
    SavedState.restore(state, restored);
    restored.host.run();

    assertThatThrownBy(() -> before.read(ByteBuffer.allocate(1))).hasMessage("reset by vm5");
    TestGuest.Packet rst = restored.guest(0).received.poll();
    assertThat(rst).isNotNull();
    assertThat(rst.header().is(VsockOp.RST)).isTrue();
    assertThat(rst.header().sourceCid()).isEqualTo(2);
    assertThat(rst.header().destinationPort()).isEqualTo(700);
    assertThat(restored.network.connections()).as("that of two guests").isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void otherBytesAreRefusedOrHarmless(long seed) {
    World world = new World();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      world.step(random);
    }
    List<World> made = new ArrayList<>();
    SavedState.assertOnlyWholeStateIsTaken(
        SavedState.of(world),
        () -> {
          made.forEach(VsockStateTest::use);
          made.clear();
          made.add(new World());
          return made.getFirst();
        },
        seed);
  }

  private static void use(World world) {
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      world.step(random);
    }
    world.guests.forEach(TestGuest::stop);
    world.host.run();
    world.network.close();
  }

  @Test
  void aPausedGuestGetsNothingUntilItGoesOn() {
    World world = new World();
    connect(world);
    world.guest(1).give(100);
    world.guest(1).received.clear();
    world.guest(1).station.pause();
    world.guest(0).send(4, 1, 2, VsockOp.RW, (byte) 1);
    world.guest(2).send(4, 1, 2, VsockOp.REQUEST);
    world.host.run();
    assertThat(world.guest(1).received).isEmpty();

    world.guest(1).station.resume();
    world.guest(1).station.refilled();
    world.host.run();
    assertThat(world.guest(1).received)
        .extracting(packet -> VsockOp.of(packet.header().op()))
        .containsExactly(VsockOp.REQUEST, VsockOp.RW);
  }
}
