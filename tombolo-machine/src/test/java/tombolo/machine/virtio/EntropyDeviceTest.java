// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EntropyDeviceTest {
  private final AtomicLong next = new AtomicLong(0x1716_1514_1312_1110L);
  private final TestDriver driver =
      new TestDriver(new EntropyDevice(() -> next.getAndAdd(0x0808_0808_0808_0808L)));

  @AfterEach
  void close() {
    driver.close();
  }

  @Test
  void aBufferIsFilledWithWhatTheSourceGives() {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 3, NEXT | WRITE, 1);
    driver.describe(0, 1, BUFFERS + 0x100, 8, WRITE, 0);
    driver.offer(0, 0);
    assertThat(driver.takeUsed(0)).containsExactly(0, 11);
    assertThat(driver.memory.readInt(BUFFERS)).isEqualTo(0x0012_1110);
    assertThat(driver.memory.readLong(BUFFERS + 0x100)).isEqualTo(0x1a19_1817_1615_1413L);
    assertThat(driver.memory.readByte(BUFFERS + 0x108)).isZero();
  }

  @Test
  void aLargeBufferIsFilledInPart() {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 0x1_0000, WRITE, 0);
    driver.offer(0, 0);
    assertThat(driver.takeUsed(0)).containsExactly(0, EntropyDevice.MOST);
    assertThat(driver.memory.readLong(BUFFERS + EntropyDevice.MOST)).isZero();
  }

  @Test
  void aBufferThatCannotBeWrittenComesBackEmpty() {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 64, 0, 0);
    driver.offer(0, 0);
    assertThat(driver.takeUsed(0)).containsExactly(0, 0);
    assertThat(driver.memory.readLong(BUFFERS)).isZero();
  }
}
