// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.WRITE;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tombolo.machine.device.BufferConsole;

final class ConsoleDeviceTest {
  private static final int RECEIVE = 0;
  private static final int TRANSMIT = 1;

  private final BufferConsole console = new BufferConsole();
  private final TestDriver driver = new TestDriver(new ConsoleDevice(console));

  @AfterEach
  void close() {
    driver.close();
  }

  private void offerBuffer(int index, int length) {
    driver.describe(RECEIVE, index, BUFFERS + 0x1000L * index, length, WRITE, 0);
    driver.offer(RECEIVE, index);
  }

  @Test
  void whatTheGuestPrintsComesOut() {
    driver.start(0);
    driver.put(BUFFERS, "Hello, ");
    driver.put(BUFFERS + 0x2000, "tombolo!\n");
    driver.describe(TRANSMIT, 0, BUFFERS, 7, NEXT, 1);
    driver.describe(TRANSMIT, 1, BUFFERS + 0x2000, 9, 0, 0);
    driver.offer(TRANSMIT, 0);
    assertThat(console.text()).isEqualTo("Hello, tombolo!\n");
    assertThat(driver.takeUsed(TRANSMIT)).containsExactly(0, 0);
  }

  @Test
  void longTextComesOutWhole() {
    driver.start(0);
    String text = "0123456789abcdef".repeat(1000);
    driver.put(BUFFERS, text);
    driver.describe(TRANSMIT, 0, BUFFERS, text.length(), 0, 0);
    driver.offer(TRANSMIT, 0);
    assertThat(console.text()).isEqualTo(text);
  }

  @Test
  void whatIsTypedGoesToTheBufferThatWaits() {
    driver.start(0);
    offerBuffer(0, 64);
    assertThat(driver.usedCount(RECEIVE)).isZero();
    console.type("ls\n");
    assertThat(driver.interrupted).isTrue();
    assertThat(driver.takeUsed(RECEIVE)).containsExactly(0, 3);
    assertThat(driver.text(BUFFERS, 3)).isEqualTo("ls\n");
  }

  @Test
  void whatIsTypedAheadWaitsForBuffers() {
    console.type("abcdefg");
    driver.start(0);
    console.type("h");
    offerBuffer(0, 3);
    offerBuffer(1, 64);
    assertThat(driver.takeUsed(RECEIVE)).containsExactly(0, 3);
    assertThat(driver.text(BUFFERS, 3)).isEqualTo("abc");
    assertThat(driver.takeUsed(RECEIVE)).containsExactly(1, 5);
    assertThat(driver.text(BUFFERS + 0x1000, 5)).isEqualTo("defgh");
  }

  @Test
  void aBufferThatWaitedBeforeAResetTakesNothing() {
    driver.start(0);
    offerBuffer(0, 64);
    driver.start(0);
    console.type("x");
    assertThat(driver.memory.readByte(BUFFERS)).isZero();
    assertThat(driver.usedCount(RECEIVE)).isZero();
    offerBuffer(1, 64);
    assertThat(driver.takeUsed(RECEIVE)).containsExactly(1, 1);
    assertThat(driver.text(BUFFERS + 0x1000, 1)).isEqualTo("x");
  }

  @Test
  void aReceiveBufferWithoutRoomBreaksTheDeviceAndKeysStay() {
    driver.start(0);
    for (int i = 0; i < 3; i++) {
      driver.describe(RECEIVE, i, BUFFERS, 8, 0, 0);
      driver.offer(RECEIVE, i);
    }
    console.type("y");
    assertThat(driver.usedCount(RECEIVE)).isZero();
    assertThat(driver.status() & TestDriver.NEEDS_RESET).isEqualTo(TestDriver.NEEDS_RESET);
    driver.start(0);
    offerBuffer(1, 8);
    assertThat(driver.takeUsed(RECEIVE)).containsExactly(1, 1);
    assertThat(driver.text(BUFFERS + 0x1000, 1)).isEqualTo("y");
  }

  @Test
  void aTransmitBufferOfTheWrongDirectionComesBackAndPrintsNothing() {
    driver.start(0);
    driver.describe(TRANSMIT, 0, BUFFERS, 8, WRITE, 0);
    driver.offer(TRANSMIT, 0);
    assertThat(driver.takeUsed(TRANSMIT)).containsExactly(0, 0);
    assertThat(console.text()).isEmpty();
  }
}
