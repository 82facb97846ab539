// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tombolo.machine.virtio.Chain;
import tombolo.machine.virtio.ChainLostException;
import tombolo.machine.virtio.VirtioDevice;
import tombolo.machine.virtio.VirtioPci;
import tombolo.machine.virtio.VirtioTransport;
import tombolo.machine.virtio.Virtqueue;

/** What a device has in its hands when its VM's run ends. */
final class VirtioRunEndTest {
  private static final int DESCRIPTORS = 0x1000;
  private static final int AVAILABLE = 0x2000;
  private static final int USED = 0x3000;
  private static final int BUFFER = 0x4000;

  private final VmFixture fixture = new VmFixture();
  private final List<Chain> taken = new ArrayList<>();
  private final List<VmState> resetIn = new ArrayList<>();
  private final VirtioPci function = VirtioPci.plugIn(fixture.vm, 3, new Holder());

  /** Keeps what it takes. */
  private final class Holder implements VirtioDevice {
    @Override
    public String name() {
      return "holder";
    }

    @Override
    public int type() {
      return 42;
    }

    @Override
    public int queues() {
      return 1;
    }

    @Override
    public void attach(VirtioTransport transport) {}

    @Override
    public void notified(Virtqueue queue) {
      for (Chain chain = queue.take(); chain != null; chain = queue.take()) {
        taken.add(chain);
      }
    }

    @Override
    public void reset() {
      resetIn.add(fixture.vm.state());
    }
  }

  @BeforeEach
  void giveTheDeviceAChain() {
    fixture.to(VmState.RUNNING);
    offer();
    assertThat(taken).hasSize(1);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  /** What a driver does from reset to its first request. */
  private void offer() {
    function.write(0x14, 1, 0);
    function.write(0x08, 4, 1);
    function.write(0x0c, 4, 1);
    function.write(0x14, 1, 8);
    function.write(0x18, 2, 4);
    function.write(0x20, 8, DESCRIPTORS);
    function.write(0x28, 8, AVAILABLE);
    function.write(0x30, 8, USED);
    function.write(0x1c, 2, 1);
    function.write(0x14, 1, 0xf);
    fixture.vm.memory().writeLong(DESCRIPTORS, BUFFER);
    fixture.vm.memory().writeInt(DESCRIPTORS + 8, 4);
    fixture.vm.memory().writeShort(DESCRIPTORS + 12, (short) 2);
    fixture.vm.memory().writeShort(AVAILABLE + 2, (short) 1);
    function.write(0x3000, 2, 0);
  }

  private void assertLost(Chain chain) {
    assertThatExceptionOfType(ChainLostException.class)
        .isThrownBy(() -> chain.write(0, new byte[] {1, 2, 3, 4}, 0, 4));
    chain.queue().complete(chain, 4);
    assertThat(fixture.vm.memory().readInt(BUFFER)).isZero();
    assertThat(fixture.vm.memory().readShort(USED + 2)).isZero();
  }

  @Test
  void chainsAreLostWhenTheVmIsStopped() {
    resetIn.clear();
    fixture.vm.stop();
    assertLost(taken.getFirst());
    assertThat(resetIn).startsWith(VmState.STOPPING);
  }

  @Test
  void chainsAreLostBeforeAResetLoadsTheImageAnew() {
    resetIn.clear();
    fixture.vm.reset();
    assertLost(taken.getFirst());
    assertThat(resetIn).startsWith(VmState.LOADING);
  }

  @Test
  void theDeviceWorksInTheNextRun() throws ChainLostException {
    fixture.vm.stop();
    fixture.vm.boot();
    offer();
    taken.getLast().write(0, new byte[] {1, 2, 3, 4}, 0, 4);
    taken.getLast().queue().complete(taken.getLast(), 4);
    assertThat(fixture.vm.memory().readInt(BUFFER)).isEqualTo(0x0403_0201);
    assertThat(fixture.vm.memory().readShort(USED + 2)).isEqualTo((short) 1);
  }

  @Test
  void aVmThatIsSuspendedKeepsItsChains() throws ChainLostException {
    fixture.vm.suspend();
    taken.getFirst().write(0, new byte[] {1, 2, 3, 4}, 0, 4);
    taken.getFirst().queue().complete(taken.getFirst(), 4);
    assertThat(fixture.vm.memory().readShort(USED + 2)).isEqualTo((short) 1);
  }
}
