// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.host.HostServices;

/**
 * A guest that sends whatever it likes: nobody else notices, and what is kept for it stays small.
 * {@code -Dtombolo.seed} for other packets.
 */
@Timeout(120)
class HostileGuestTest {
  private static final int PACKETS = 20_000;
  private static final long[] CIDS = {2, 3, 4, 4, 4, 5, 6, 0, 1, -1, 0xffff_ffffL};

  private final VsockSwitch network = new VsockSwitch(HostServices.system());

  private static Random random(int number) {
    return new Random(Long.getLong("tombolo.seed", 1) * 1000 + number);
  }

  private static VsockHeader header(Random random) {
    int[] lengths = {0, 0, 1, 100, 5000, 65536, 65537, -1, random.nextInt()};
    return new VsockHeader(
        random.nextInt(8) == 0 ? CIDS[random.nextInt(CIDS.length)] : 3,
        CIDS[random.nextInt(CIDS.length)],
        random.nextInt(40),
        random.nextInt(4) + 1000,
        lengths[random.nextInt(lengths.length)],
        random.nextInt(16) == 0 ? random.nextInt(4) : 1 + random.nextInt(2),
        random.nextInt(16) == 0 ? random.nextInt(0x10000) : 1 + random.nextInt(7),
        random.nextInt(4),
        random.nextBoolean() ? 65536 : random.nextInt(),
        random.nextBoolean() ? 0 : random.nextInt());
  }

  private static void sendAnything(TestGuest from, Random random) {
    VsockHeader header = header(random);
    int payload =
        switch (random.nextInt(4)) {
          case 0 -> random.nextInt(100);
          case 1 -> 70_000;
          default -> header.length() < 0 || header.length() > 65_537 ? 10 : header.length();
        };
    if (random.nextInt(50) == 0) {
      from.sendRaw(new byte[random.nextInt(44)]);
    } else {
      from.send(header, new byte[payload]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void itHurtsItselfAlone(int number) throws Exception {
    Random random = random(number);
    AtomicBoolean done = new AtomicBoolean();
    try (TestGuest hostile = new TestGuest(network, 3);
        TestGuest victim = new TestGuest(network, 4);
        TestGuest alice = new TestGuest(network, 5);
        TestGuest bob = new TestGuest(network, 6)) {
      HostVsockListener listener = network.host().listen(1000);
      alice.connect(bob, 1, 2);
      HostVsockConnection host = hostConnection(alice, listener);
      Thread accepting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    // The host takes what comes, reads a little, and keeps or closes it.
                    Random chance = random(number + 100);
                    try {
                      while (!done.get()) {
                        HostVsockConnection next = listener.accept();
                        if (chance.nextBoolean()) {
                          next.read(ByteBuffer.allocate(100));
                          next.close();
                        }
                      }
                    } catch (java.io.IOException | InterruptedException e) {
                      // The listener is closed.
                    }
                  });
      for (int i = 0; i < PACKETS; i++) {
        sendAnything(hostile, random);
        if (random.nextInt(8) == 0) {
          // The victim is as bad a peer, but in its own name.
          sendAnything(victim, random);
        }
        if (i % 1000 == 0) {
          hostile.awaitSent();
          victim.awaitSent();
          hostile.received.clear();
          victim.received.clear();
          alice.send(6, 1, 2, VsockOp.RW, (byte) i);
          assertThat(nextOf(bob, 5).payload()).containsExactly((byte) i);
          host.write(ByteBuffer.wrap(new byte[] {(byte) i}));
          assertThat(nextOf(alice, 2).payload()).containsExactly((byte) i);
        }
        assertThat(network.connections()).isLessThan(3 * VsockSwitch.MAX_CONNECTIONS);
      }
      hostile.awaitSent();
      victim.awaitSent();
      done.set(true);
      listener.close();
      accepting.join();
      assertThat(network.forged()).isPositive();
      assertThat(network.refused()).isPositive();
      hostile.stop();
      victim.stop();
      assertThat(network.connections()).isEqualTo(2);
    }
    assertThat(network.connections()).isZero();
  }

  private static HostVsockConnection hostConnection(TestGuest guest, HostVsockListener listener)
      throws InterruptedException, java.io.IOException {
    guest.send(2, 77, 1000, VsockOp.REQUEST);
    HostVsockConnection connection = listener.accept();
    guest.expect(VsockOp.RESPONSE);
    return connection;
  }

  /** Returns the next packet of a good peer: hostile ones may ask anybody for connections. */
  private static TestGuest.Packet nextOf(TestGuest guest, long peer) throws InterruptedException {
    TestGuest.Packet next = guest.next();
    while (next.header().sourceCid() != peer) {
      assertThat(next.header().sourceCid()).isIn(3L, 4L);
      next = guest.next();
    }
    return next;
  }

  @Test
  void aFloodOfRequestsLeavesNoMoreThanAGuestMayHave() throws Exception {
    try (TestGuest hostile = new TestGuest(network, 3);
        TestGuest victim = new TestGuest(network, 4)) {
      for (int i = 0; i < 100_000; i++) {
        hostile.send(4, i, 5000, VsockOp.REQUEST);
      }
      hostile.awaitPassedOn();

      assertThat(network.connections()).isEqualTo(VsockSwitch.MAX_CONNECTIONS);
      victim.received.clear();
      victim.connect(hostile, 1, 2);
    }
  }

  @Test
  void aFloodForAGuestThatTakesNothingIsHeldByItsSender() throws Exception {
    try (TestGuest hostile = new TestGuest(network, 3);
        TestGuest deaf = new TestGuest(network, 4, HostServices.system(), 0)) {
      for (int i = 0; i < 10_000; i++) {
        hostile.send(4, i, 5000, VsockOp.REQUEST);
        hostile.send(4, i, 5000, VsockOp.RST);
      }
      while (deaf.station.waiting() == 0) {
        Thread.onSpinWait();
      }
      int aside = PeerQueue.MOST_BYTES / PeerQueue.weight(deaf.header(3, 1, 2, VsockOp.RST, 0));
      assertThat(hostile.unsent()).isGreaterThan(20_000 - GuestStation.BACKLOG - aside - 10);
    }
  }

  @Test
  void guestsThatComeAndGoLeaveNothing() throws Exception {
    Random random = random(9);
    try (TestGuest one = new TestGuest(network, 3);
        TestGuest two = new TestGuest(network, 4)) {
      for (int i = 0; i < 200; i++) {
        for (int packet = 0; packet < 50; packet++) {
          sendAnything(one, random);
          two.send(
              new VsockHeader(
                  4,
                  3,
                  1000 + random.nextInt(4),
                  random.nextInt(40),
                  0,
                  1,
                  1 + random.nextInt(7),
                  0,
                  1000,
                  0));
        }
        TestGuest gone = random.nextBoolean() ? one : two;
        gone.stop();
        gone.start();
      }
      one.awaitSent();
      two.awaitSent();
      one.stop();
      two.stop();
      assertThat(network.connections()).isZero();
    }
  }
}
