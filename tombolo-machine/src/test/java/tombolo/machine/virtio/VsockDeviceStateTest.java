// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tombolo.machine.host.OrderedHost;
import tombolo.machine.state.SavedState;

/** The state of socket devices with a packet half on its way. */
final class VsockDeviceStateTest {
  private static final int LENGTH = 20_000;

  private static VsockPair pair(OrderedHost host) {
    return new VsockPair(host.services());
  }

  /** A guest that has sent more than the other one has buffers for. */
  private static void fill(VsockPair pair, OrderedHost host) {
    pair.start();
    pair.send(pair.alice, 0, VsockPair.REQUEST, 0);
    host.run();
    pair.send(pair.bob, 0, VsockPair.RESPONSE, 0);
    host.run();
    pair.give(pair.bob, 0);
    pair.give(pair.bob, 1);
    pair.give(pair.bob, 2);
    pair.send(pair.alice, 1, VsockPair.RW, LENGTH);
    host.run();
    assertThat(pair.bob.usedCount(0)).isEqualTo(3);
    assertThat(pair.alice.usedCount(1)).as("the rest waits as a copy").isEqualTo(2);
  }

  @Test
  void aPacketThatIsHalfOnItsWayArrivesWhole() {
    OrderedHost host = new OrderedHost();
    OrderedHost other = new OrderedHost();
    try (VsockPair pair = pair(host);
        VsockPair restored = pair(other)) {
      fill(pair, host);
      pair.pause();
      byte[] state = SavedState.of(pair);
      restored.pause();
      restored.alice.copyOf(pair.alice);
      restored.bob.copyOf(pair.bob);
      restored.alice.memory.fill(TestDriver.BUFFERS + 0x28000, 0x8000, (byte) -1);
      SavedState.restore(state, restored);
      restored.resume();
      other.run();

      for (int i = 3; i < 9; i++) {
        restored.give(restored.bob, i);
      }
      other.run();
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      while (got.size() < LENGTH) {
        got.writeBytes(restored.take(restored.bob));
      }
      for (int i = 0; i < LENGTH; i++) {
        assertThat(got.toByteArray()[i]).as("what was copied before").isEqualTo((byte) i);
      }
      assertThat(restored.alice.usedCount(1)).as("the packet is done").isEqualTo(2);
    }
  }

  @Test
  void aBufferThatWasTakenIsFilled() {
    OrderedHost host = new OrderedHost();
    OrderedHost other = new OrderedHost();
    try (VsockPair pair = pair(host);
        VsockPair restored = pair(other)) {
      pair.start();
      pair.give(pair.bob, 0); // the station looks at its size, and so takes it
      pair.pause();
      byte[] state = SavedState.of(pair);
      restored.pause();
      restored.alice.copyOf(pair.alice);
      restored.bob.copyOf(pair.bob);
      SavedState.restore(state, restored);
      restored.resume();

      restored.send(restored.alice, 0, VsockPair.REQUEST, 0);
      other.run();
      assertThat(restored.bob.takeUsed(0)).containsExactly(0, VsockPair.HEADER);
    }
  }

  @Test
  void otherBytesAreRefusedOrHarmless() {
    OrderedHost host = new OrderedHost();
    try (VsockPair pair = pair(host)) {
      fill(pair, host);
      pair.pause();
      List<Runnable> uses = new ArrayList<>();
      SavedState.assertOnlyWholeStateIsTaken(
          SavedState.of(pair),
          () -> {
            uses.forEach(Runnable::run);
            uses.clear();
            OrderedHost fresh = new OrderedHost();
            VsockPair made = pair(fresh);
            made.alice.copyOf(pair.alice);
            made.bob.copyOf(pair.bob);
            uses.add(() -> use(made, fresh));
            return made;
          },
          3);
      uses.forEach(Runnable::run);
    }
  }

  private static void use(VsockPair pair, OrderedHost host) {
    pair.resume();
    pair.give(pair.bob, 3);
    pair.send(pair.alice, 2, VsockPair.RW, 10);
    host.run();
    pair.close();
  }
}
