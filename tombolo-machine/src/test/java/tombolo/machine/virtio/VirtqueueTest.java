// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.EVENT_IDX;
import static tombolo.machine.virtio.TestDriver.INDIRECT;
import static tombolo.machine.virtio.TestDriver.INDIRECT_DESC;
import static tombolo.machine.virtio.TestDriver.NEEDS_RESET;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.RAM;
import static tombolo.machine.virtio.TestDriver.RAM_BYTES;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;

final class VirtqueueTest {
  private final HeldDevice device = new HeldDevice();
  private final TestDriver driver = new TestDriver(device);

  @AfterEach
  void close() {
    driver.close();
  }

  private Virtqueue queue(int index) {
    return device.transport().queue(index);
  }

  private boolean broken() {
    return (driver.status() & NEEDS_RESET) != 0;
  }

  private void assertWorksAfterReset() throws ChainLostException {
    device.chains.clear();
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 8, WRITE, 0);
    driver.offer(0, 0);
    assertThat(device.chains).hasSize(1);
    device.chains.getFirst().write(0, "works ok".getBytes(UTF_8), 0, 8);
    queue(0).complete(device.chains.getFirst(), 8);
    assertThat(driver.takeUsed(0)).containsExactly(0, 8);
    assertThat(driver.text(BUFFERS, 8)).isEqualTo("works ok");
    assertThat(broken()).isFalse();
  }

  @Test
  void aChainIsItsReadableBytesAndThenItsWritableBytes() throws ChainLostException {
    driver.start(0);
    driver.put(BUFFERS, "one ");
    driver.put(BUFFERS + 0x100, "two three");
    driver.describe(0, 3, BUFFERS, 4, NEXT, 7);
    driver.describe(0, 7, BUFFERS + 0x100, 9, NEXT, 1);
    driver.describe(0, 1, BUFFERS + 0x200, 2, NEXT | WRITE, 2);
    driver.describe(0, 2, BUFFERS + 0x300, 5, WRITE, 0);
    driver.offer(0, 3);
    Chain chain = device.chains.getFirst();
    assertThat(chain.readable()).isEqualTo(13);
    assertThat(chain.writable()).isEqualTo(7);
    byte[] read = new byte[10];
    chain.read(2, read, 1, 8);
    assertThat(new String(read, 1, 8, UTF_8)).isEqualTo("e two th");
    chain.write(0, "ABCDEFG".getBytes(UTF_8), 0, 7);
    chain.write(1, "xy".getBytes(UTF_8), 0, 2);
    queue(0).complete(chain, 7);
    assertThat(driver.text(BUFFERS + 0x200, 2)).isEqualTo("Ax");
    assertThat(driver.text(BUFFERS + 0x300, 5)).isEqualTo("yDEFG");
    assertThat(driver.takeUsed(0)).containsExactly(3, 7);
  }

  @Test
  void accessesOutsideAChainAreTheDevicesMistake() throws ChainLostException {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 4, NEXT, 1);
    driver.describe(0, 1, BUFFERS, 4, WRITE, 0);
    driver.offer(0, 0);
    Chain chain = device.chains.getFirst();
    byte[] five = new byte[5];
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> chain.read(0, five, 0, 5));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> chain.read(4, five, 0, 1));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> chain.write(-1, five, 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> queue(0).complete(chain, 5));
    assertThatIllegalArgumentException().isThrownBy(() -> queue(1).complete(chain, 4));
    chain.read(4, five, 0, 0);
    assertThat(broken()).isFalse();
  }

  @Test
  void aChainIsCompletedOnce() {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.offer(0, 0);
    Chain chain = device.chains.getFirst();
    queue(0).complete(chain, 0);
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> queue(0).complete(chain, 0));
    assertThatExceptionOfType(ChainLostException.class)
        .isThrownBy(() -> chain.write(0, new byte[1], 0, 1));
    assertThat(driver.usedCount(0)).isEqualTo(1);
  }

  @Test
  void chainsAreCompletedInAnyOrder() {
    driver.start(0);
    for (int i = 0; i < 3; i++) {
      driver.describe(0, i, BUFFERS, 4, WRITE, 0);
      driver.offer(0, i);
    }
    for (int i : new int[] {1, 2, 0}) {
      queue(0).complete(device.chains.get(i), i);
      assertThat(driver.takeUsed(0)).containsExactly(i, i);
    }
  }

  @Test
  void indicesWrapAround() {
    driver.start(EVENT_IDX);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    for (int i = 0; i < 70_000; i++) {
      driver.offer(0, 0);
      queue(0).complete(device.chains.removeLast(), 1);
      assertThat(driver.takeUsed(0)).containsExactly(0, 1);
    }
    assertThat(device.chains).isEmpty();
    assertThat(broken()).isFalse();
  }

  @Test
  void anIndirectTableIsFollowed() throws ChainLostException {
    driver.start(INDIRECT_DESC);
    long table = BUFFERS + 0x1002; // tables need no alignment
    driver.describe(0, 0, BUFFERS, 3, NEXT, 5);
    driver.describe(0, 5, table, 3 * 16, INDIRECT | WRITE, 0);
    byte[] entries = new byte[48];
    java.nio.ByteBuffer.wrap(entries)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putLong(BUFFERS + 3)
        .putInt(2)
        .putShort((short) NEXT)
        .putShort((short) 2)
        .putLong(-1)
        .putLong(-1)
        .putLong(BUFFERS + 0x100)
        .putInt(6)
        .putShort((short) WRITE)
        .putShort((short) 0);
    driver.memory.write(table, entries, 0, 48);
    driver.put(BUFFERS, "abcde");
    driver.offer(0, 0);
    Chain chain = device.chains.getFirst();
    assertThat(chain.readable()).isEqualTo(5);
    assertThat(chain.writable()).isEqualTo(6);
    byte[] read = new byte[5];
    chain.read(0, read, 0, 5);
    assertThat(new String(read, UTF_8)).isEqualTo("abcde");
  }

  @Test
  void theDriverIsInterruptedUnlessItAsksNotToBe() {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.offer(0, 0);
    assertThat(driver.interrupted).isFalse();
    queue(0).complete(device.chains.removeLast(), 0);
    assertThat(driver.interrupted).isTrue();
    assertThat(driver.isr()).isEqualTo(1);
    assertThat(driver.interrupted).as("after the status was read").isFalse();
    driver.memory.writeShort(TestDriver.availableRing(0), (short) 1);
    driver.offer(0, 0);
    queue(0).complete(device.chains.removeLast(), 0);
    assertThat(driver.interrupted).isFalse();
    assertThat(driver.isr()).isZero();
  }

  @Test
  void withEventIndicesTheDriverSaysWhichCompletionInterruptsIt() {
    driver.start(EVENT_IDX);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.memory.writeShort(TestDriver.availableRing(0), (short) 1); // to be ignored
    driver.memory.writeShort(TestDriver.availableRing(0) + 4 + 2 * 16, (short) 2);
    for (int i = 0; i < 5; i++) {
      driver.offer(0, 0);
      queue(0).complete(device.chains.removeLast(), 0);
      assertThat(driver.isr()).as("completion %d", i).isEqualTo(i == 2 ? 1 : 0);
    }
  }

  @Test
  void severalChainsAreGivenBackAllAtOnce() {
    driver.start(EVENT_IDX);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.describe(0, 1, BUFFERS + 4, 8, WRITE, 0);
    driver.describe(0, 2, BUFFERS + 12, 8, WRITE, 0);
    for (int head = 0; head < 3; head++) {
      driver.offer(0, head);
    }
    // The driver wants to hear of the second one, which is in the middle.
    driver.memory.writeShort(TestDriver.availableRing(0) + 4 + 2 * 16, (short) 1);
    Chain first = device.chains.removeFirst();
    Chain second = device.chains.removeFirst();
    Chain third = device.chains.removeFirst();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> queue(0).complete(List.of(first, second), 4, 9));
    assertThat(driver.usedCount(0)).as("not even the first").isZero();
    queue(0).complete(List.of(first, second, third), 4, 8, 0);

    assertThat(driver.isr()).isEqualTo(1);
    assertThat(driver.usedCount(0)).isEqualTo(3);
    assertThat(driver.takeUsed(0)).containsExactly(0, 4);
    assertThat(driver.takeUsed(0)).containsExactly(1, 8);
    assertThat(driver.takeUsed(0)).containsExactly(2, 0);
    driver.offer(0, 0);
    driver.offer(0, 1);
    queue(0).complete(List.of(device.chains.removeFirst(), device.chains.removeFirst()), 0, 0);
    assertThat(driver.isr()).as("of others it does not want to hear").isZero();
  }

  @Test
  void withEventIndicesTheDeviceSaysWhichChainItWantsToHearOf() {
    driver.start(EVENT_IDX);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    long event = TestDriver.usedRing(0) + 4 + 8 * 16;
    driver.offerQuietly(0, 0);
    driver.offerQuietly(0, 0);
    driver.notifyQueue(0);
    assertThat(device.chains).hasSize(2);
    assertThat(driver.memory.readShort(event)).isEqualTo((short) 2);
  }

  @Test
  void aLiveQueueWithoutChainsHasNone() {
    assertThat(queue(0).isLive()).isFalse();
    assertThat(queue(0).take()).isNull();
    driver.start(0);
    assertThat(queue(0).isLive()).isTrue();
    assertThat(queue(0).take()).isNull();
    assertThat(broken()).isFalse();
  }

  @Test
  void chainsTakenBeforeAResetAreLost() {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.offer(0, 0);
    Chain chain = device.chains.getFirst();
    driver.start(0);
    assertThatExceptionOfType(ChainLostException.class)
        .isThrownBy(() -> chain.write(0, new byte[] {1}, 0, 1));
    queue(0).complete(chain, 1);
    assertThat(driver.usedCount(0)).isZero();
    assertThat(driver.interrupted).isFalse();
    assertThat(driver.memory.readByte(BUFFERS)).isZero();
  }

  @Test
  void aPausedDeviceTakesNothing() {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.offerQuietly(0, 0);
    driver.bridge.pause();
    assertThat(queue(0).take()).isNull();
    driver.bridge.resume();
    assertThat(queue(0).take()).isNotNull();
  }

  /** A wrong thing that a hostile driver offers, on a ring of 16 with head 0. */
  interface Offence {
    void commit(TestDriver driver);
  }

  record Named(String name, Offence offence) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Named> offences() {
    return Stream.of(
        new Named("a loop", d -> d.describe(0, 0, BUFFERS, 1, NEXT, 0)),
        new Named(
            "a long loop",
            d -> {
              for (int i = 0; i < 16; i++) {
                d.describe(0, i, BUFFERS, 1, NEXT, (i + 1) % 16);
              }
            }),
        new Named("a next descriptor outside", d -> d.describe(0, 0, BUFFERS, 1, NEXT, 16)),
        new Named("no bytes", d -> d.describe(0, 0, BUFFERS, 0, 0, 0)),
        new Named("an address without memory", d -> d.describe(0, 0, 0x1000, 4, 0, 0)),
        new Named("a negative address", d -> d.describe(0, 0, -4, 8, 0, 0)),
        new Named("past the end", d -> d.describe(0, 0, RAM + RAM_BYTES - 4, 5, WRITE, 0)),
        new Named("a huge length", d -> d.describe(0, 0, BUFFERS, 0xffff_ffffL, WRITE, 0)),
        new Named(
            "writable before readable",
            d -> {
              d.describe(0, 0, BUFFERS, 1, WRITE | NEXT, 1);
              d.describe(0, 1, BUFFERS, 1, 0, 0);
            }),
        new Named("registers as a buffer", d -> d.describe(0, 0, TestDriver.PCI_LOW, 4, WRITE, 0)),
        new Named("nested tables", d -> table(d, 16, INDIRECT, 16)),
        new Named("a table and a next one", d -> tableDescriptor(d, INDIRECT | NEXT, 16)),
        new Named("a table of no bytes", d -> tableDescriptor(d, INDIRECT, 0)),
        new Named("a table of 17 bytes", d -> tableDescriptor(d, INDIRECT, 17)),
        new Named("a table that is too long", d -> tableDescriptor(d, INDIRECT, 1025 * 16)),
        new Named("a table without memory", d -> d.describe(0, 0, 0x1000, 16, INDIRECT, 0)),
        new Named("a table at a negative address", d -> d.describe(0, 0, -8, 16, INDIRECT, 0)),
        new Named("a loop in a table", d -> table(d, 1, NEXT, 16)),
        new Named("a next one outside of its table", d -> table(d, 1, NEXT, 16, 1)));
  }

  private static void tableDescriptor(TestDriver driver, int flags, int length) {
    driver.describe(0, 0, BUFFERS, length, flags, 1);
    driver.describeAt(BUFFERS, BUFFERS + 0x1000, 4, 0, 0);
  }

  private static void table(TestDriver driver, int length, int flags, int tableLength) {
    table(driver, length, flags, tableLength, 0);
  }

  private static void table(TestDriver driver, int length, int flags, int tableLength, int next) {
    driver.describe(0, 0, BUFFERS, tableLength, INDIRECT, 0);
    driver.describeAt(BUFFERS, BUFFERS + 0x1000, length, flags, next);
  }

  @ParameterizedTest
  @MethodSource("offences")
  void aChainThatBreaksARuleBreaksTheDevice(Named offence) throws ChainLostException {
    driver.start(INDIRECT_DESC | EVENT_IDX);
    offence.offence().commit(driver);
    driver.offer(0, 0);
    assertThat(device.chains).isEmpty();
    assertThat(broken()).isTrue();
    assertThat(driver.function.breaches()).isEqualTo(1);
    assertThat(driver.isr()).as("configuration interrupt").isEqualTo(2);
    assertThat(queue(0).isLive()).isFalse();
    assertThat(queue(1).isLive()).isFalse();
    driver.notifyQueue(0);
    assertThat(driver.function.breaches()).isEqualTo(1);
    assertWorksAfterReset();
  }

  @Test
  void anIndexThatJumpsBreaksTheDevice() throws ChainLostException {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0); // every entry names a chain that is good
    driver.memory.writeShort(TestDriver.availableRing(0) + 2, (short) 17);
    driver.notifyQueue(0);
    assertThat(device.chains).isEmpty();
    assertThat(broken()).isTrue();
    assertWorksAfterReset();
  }

  @Test
  void anIndexThatGoesBackBreaksTheDevice() throws ChainLostException {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0); // every entry names a chain that is good
    driver.memory.writeShort(TestDriver.availableRing(0) + 2, (short) -1);
    driver.notifyQueue(0);
    assertThat(device.chains).isEmpty();
    assertThat(broken()).isTrue();
    assertWorksAfterReset();
  }

  @Test
  void aHeadOutsideTheTableBreaksTheDevice() throws ChainLostException {
    driver.start(0);
    driver.offer(0, 16);
    assertThat(broken()).isTrue();
    assertWorksAfterReset();
  }

  @Test
  void anIndirectTableThatWasNotNegotiatedBreaksTheDevice() throws ChainLostException {
    driver.start(0);
    tableDescriptor(driver, INDIRECT, 16);
    driver.offer(0, 0);
    assertThat(broken()).isTrue();
    assertWorksAfterReset();
  }

  @Test
  void memoryThatIsReadOnlyIsReadButNotWritten() throws ChainLostException {
    try (HostMemory rom = HostMemory.allocate(4096)) {
      driver.memory.map(0x1000, 4096, rom, 0, Access.READ);
      driver.start(0);
      driver.describe(0, 0, 0x1000, 4, 0, 0);
      driver.offer(0, 0);
      assertThat(device.chains).hasSize(1);
      driver.describe(0, 0, 0x1000, 4, WRITE, 0);
      driver.offer(0, 0);
      assertThat(device.chains).hasSize(1);
      assertThat(broken()).isTrue();
      driver.memory.unmap(0x1000, 4096);
    }
  }

  @Test
  void memoryThatGoesAwayUnderAChainBreaksTheDevice() throws ChainLostException {
    try (HostMemory extra = HostMemory.allocate(4096)) {
      driver.memory.map(0x1000, 4096, extra, 0, Access.READ_WRITE);
      driver.start(0);
      driver.describe(0, 0, 0x1000, 4, WRITE, 0);
      driver.offer(0, 0);
      driver.memory.unmap(0x1000, 4096);
      Chain chain = device.chains.getFirst();
      assertThatExceptionOfType(ChainLostException.class)
          .isThrownBy(() -> chain.write(0, new byte[4], 0, 4));
      assertThat(broken()).isTrue();
      queue(0).complete(chain, 0);
      assertWorksAfterReset();
    }
  }

  @Test
  void ringsThatGoAwayBreakTheDevice() throws ChainLostException {
    try (HostMemory extra = HostMemory.allocate(4096)) {
      driver.memory.map(0x1000, 4096, extra, 0, Access.READ_WRITE);
      driver.start(0);
      driver.negotiate(TestDriver.VERSION_1);
      driver.enable(0, 16, 0x1000, TestDriver.availableRing(0), TestDriver.usedRing(0));
      driver.enable(1, 16, TestDriver.area(1), TestDriver.availableRing(1), 0x1800);
      driver.set(0x14, 1, 0xf);
      assertThat(queue(0).isLive()).isTrue();
      driver.describe(1, 0, BUFFERS, 4, WRITE, 0);
      driver.offer(1, 0);
      driver.memory.unmap(0x1000, 4096);
      queue(1).complete(device.chains.getFirst(), 4);
      assertThat(broken()).isTrue();
      assertWorksAfterReset();
    }
  }

  @Test
  void aChainOfAnEarlierLifeCannotBreakTheDevice() {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.offer(0, 0);
    driver.start(0);
    device.chains.getFirst().breach("no such request");
    assertThat(broken()).isFalse();
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.offer(0, 0);
    device.chains.getLast().breach("no such request");
    assertThat(broken()).isTrue();
  }

  @Test
  void aDeviceCanCallAChainABreachOfItsOwnRules() throws ChainLostException {
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.offer(0, 0);
    device.chains.getFirst().breach("no such request");
    assertThat(broken()).isTrue();
    assertThatExceptionOfType(ChainLostException.class)
        .isThrownBy(() -> device.chains.getFirst().write(0, new byte[1], 0, 1));
    assertWorksAfterReset();
  }
}
