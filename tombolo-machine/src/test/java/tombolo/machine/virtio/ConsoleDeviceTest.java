// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.console.ConsoleSize;
import tombolo.machine.host.HostServices;

final class ConsoleDeviceTest {
  private static final int RECEIVE = 0;
  private static final int TRANSMIT = 1;
  private static final long SIZE = 1L << ConsoleDevice.SIZE;

  private final BufferConsole console = new BufferConsole(HostServices.system());
  private TestDriver driver = new TestDriver(new ConsoleDevice(console));

  @AfterEach
  void close() {
    driver.close();
  }

  /** Puts the same console at a terminal. */
  private void atTerminal(int columns, int rows) {
    driver.close();
    console.resize(new ConsoleSize(columns, rows));
    driver = new TestDriver(new ConsoleDevice(console));
  }

  private boolean sizeIsOffered() {
    driver.set(0x00, 4, 0);
    return (driver.get(0x04, 4) & 1) != 0;
  }

  private void assertSize(int columns, int rows) {
    assertThat(driver.function.read(0x2000, 2)).as("columns").isEqualTo(columns);
    assertThat(driver.function.read(0x2002, 2)).as("rows").isEqualTo(rows);
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

  @Test
  void aConsoleWithoutATerminalHasNoSize() {
    assertThat(sizeIsOffered()).isFalse();
    console.resize(new ConsoleSize(80, 24));
    driver.start(0);
    assertThat(driver.isr()).isZero();
    assertSize(0, 0);
  }

  @Test
  void aTerminalsSizeIsThereBeforeTheDriver() {
    atTerminal(101, 33);
    assertThat(sizeIsOffered()).isTrue();
    assertSize(101, 33);
    console.resize(new ConsoleSize(65535, 40));
    assertThat(driver.interrupted).as("before DRIVER_OK").isFalse();
    assertSize(65535, 40);
  }

  @Test
  void aSizeThatNobodyKnowsYetIsZero() {
    atTerminal(0, 0);
    assertThat(sizeIsOffered()).isTrue();
    assertSize(0, 0);
    driver.start(SIZE);
    console.resize(new ConsoleSize(80, 24));
    assertSize(80, 24);
  }

  @Test
  void aDriverIsToldOfTheSizeWhenItIsReadyAndOfEachChange() {
    atTerminal(101, 33);
    driver.start(SIZE);
    assertThat(driver.interrupted).as("once it is ready").isTrue();
    assertThat(driver.isr()).isEqualTo(2);
    assertSize(101, 33);
    long generation = driver.get(0x15, 1);

    console.resize(new ConsoleSize(120, 40));
    assertThat(driver.interrupted).as("after a change").isTrue();
    assertThat(driver.isr()).isEqualTo(2);
    assertSize(120, 40);
    assertThat(driver.get(0x15, 1)).isNotEqualTo(generation);
  }

  @Test
  void aDriverThatDoesNotAskForTheSizeIsNotDisturbed() {
    atTerminal(101, 33);
    driver.start(0);
    console.resize(new ConsoleSize(120, 40));
    assertThat(driver.isr()).isZero();
  }

  @Test
  void aDriverThatComesAfterAResetIsToldAnew() {
    atTerminal(101, 33);
    driver.start(SIZE);
    driver.set(0x14, 1, 0);
    console.resize(new ConsoleSize(120, 40));
    assertThat(driver.interrupted).as("while there is no driver").isFalse();
    driver.start(SIZE);
    assertThat(driver.isr()).isEqualTo(2);
    assertSize(120, 40);
  }

  @Test
  void aBrokenDeviceStillHasItsSize() {
    atTerminal(101, 33);
    driver.start(SIZE);
    driver.describe(RECEIVE, 0, BUFFERS, 8, 0, 0);
    driver.offer(RECEIVE, 0);
    console.type("y");
    assertThat(driver.status() & TestDriver.NEEDS_RESET).isEqualTo(TestDriver.NEEDS_RESET);
    driver.isr();
    console.resize(new ConsoleSize(120, 40));
    assertThat(driver.isr()).isEqualTo(2);
    assertSize(120, 40);
    assertThat(driver.status() & TestDriver.NEEDS_RESET).isEqualTo(TestDriver.NEEDS_RESET);
    driver.start(SIZE);
    offerBuffer(1, 8);
    assertThat(driver.takeUsed(RECEIVE)).containsExactly(1, 1);
  }

  @Test
  void aDriverCannotWriteTheSize() {
    atTerminal(101, 33);
    driver.start(SIZE);
    driver.function.write(0x2000, 4, -1);
    driver.function.write(0x2008, 4, 'x');
    assertSize(101, 33);
    assertThat(console.text()).isEmpty();
  }

  @Test
  void ofManyChangesByManyThreadsTheLastOneStays() throws InterruptedException {
    atTerminal(1, 1);
    driver.start(SIZE);
    for (int round = 0; round < 200; round++) {
      List<Thread> threads =
          IntStream.rangeClosed(2, 5)
              .mapToObj(n -> Thread.ofPlatform().start(() -> console.resize(new ConsoleSize(n, n))))
              .toList();
      for (Thread thread : threads) {
        thread.join();
      }
      ConsoleSize last = console.size().orElseThrow();
      assertSize(last.columns(), last.rows());
    }
  }
}
