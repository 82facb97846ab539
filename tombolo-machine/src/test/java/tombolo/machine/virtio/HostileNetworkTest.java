// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.NetworkLab.HEADER;
import static tombolo.machine.virtio.NetworkLab.MRG_RXBUF;
import static tombolo.machine.virtio.NetworkLab.OFFLOADS;
import static tombolo.machine.virtio.NetworkLab.TRANSMIT;
import static tombolo.machine.virtio.NetworkLab.address;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tombolo.machine.host.OrderedHost;

/**
 * A driver that does anything at all, in a network with one that does it right: the good one's
 * frames come back to it, those for others arrive, and its device never breaks.
 *
 * <p>Seeded: {@code -Dtombolo.seed=N} for other sequences, {@code -Dtombolo.seconds=N} for longer.
 */
final class HostileNetworkTest {
  private static final long NANOS = Long.getLong("tombolo.seconds", 2) * 1_000_000_000;
  private static final long SEED = Long.getLong("tombolo.seed", 5);
  private static final int STEPS_A_LIFE = 100;
  private static final long SECOND = 1_000_000_000L;
  private static final int HOSTILE = 0;
  private static final int GOOD = 1;
  private static final int OTHER = 2;

  private final OrderedHost host = new OrderedHost();
  private final NetworkLab lab = new NetworkLab(host.services(), 3);
  private final Random random = new Random(SEED);

  @Test
  void whatADriverDoesStaysInItsVm() {
    TestDriver hostile = lab.guest(HOSTILE);
    long lives = 0;
    for (long end = System.nanoTime() + NANOS; System.nanoTime() < end; lives++) {
      lab.guest(GOOD).start(OFFLOADS | MRG_RXBUF);
      lab.guest(OTHER).start(0);
      hostile.bridge.reset();
      hostile.start((random.nextLong() & OFFLOADS) | (random.nextBoolean() ? MRG_RXBUF : 0));
      for (int i = 0; i < 8; i++) {
        lab.give(HOSTILE, i, 2048); // it begins well
      }
      for (int i = 0; i < STEPS_A_LIFE; i++) {
        for (int j = random.nextInt(4); j >= 0; j--) {
          HostileDriverTest.step(hostile, random);
        }
        sendToTheHostileOne(i);
        host.run();
      }
      assertTheOthersAreFine();
    }
    long guard = TestDriver.GUARD;
    assertZero(hostile.ram.segment().asSlice(0, guard));
    assertZero(hostile.ram.segment().asSlice(guard + TestDriver.RAM_BYTES, guard));
    assertThat(hostile.function.breaches()).as("breaches in %d lives", lives).isPositive();
    assertThat(lab.statistics(HOSTILE).received())
        .as("frames in %d lives", lives)
        .isGreaterThan(lives / 4);
    lab.close();
  }

  private void sendToTheHostileOne(int step) {
    int head = step % 8;
    if (head == 0) {
      host.elapse(SECOND); // whatever waits comes back, so that every head is free
      host.run();
      host.elapse(SECOND);
      host.run();
    }
    byte[] frame = TcpFrame.ipv4(address(HOSTILE), address(GOOD), random.nextInt(6000));
    if (random.nextInt(4) == 0) {
      frame[0] = (byte) 0xff;
    }
    byte[] header = random.nextBoolean() ? new byte[HEADER] : NetworkLab.header(34, 16, 1, 500);
    lab.transmit(GOOD, head, header, frame);
  }

  private void assertTheOthersAreFine() {
    host.elapse(SECOND);
    host.run();
    host.elapse(SECOND);
    host.run();
    assertThat(lab.guest(GOOD).status()).isEqualTo(0xf);
    assertThat(lab.sent(GOOD)).as("frames that came back").isEqualTo(STEPS_A_LIFE);
    lab.give(OTHER, 15, 2048);
    lab.send(GOOD, 15, OTHER, (byte) 42);
    host.run();
    assertThat(lab.takeFrame(OTHER)[14]).isEqualTo((byte) 42);
    assertThat(lab.guest(GOOD).usedCount(TRANSMIT)).isEqualTo(STEPS_A_LIFE + 1);
  }

  private static void assertZero(MemorySegment bytes) {
    assertThat(bytes.mismatch(MemorySegment.ofArray(new byte[(int) bytes.byteSize()])))
        .isEqualTo(-1);
  }
}
