// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static tombolo.machine.virtio.TestDriver.ACKNOWLEDGE;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.DRIVER;
import static tombolo.machine.virtio.TestDriver.DRIVER_OK;
import static tombolo.machine.virtio.TestDriver.EVENT_IDX;
import static tombolo.machine.virtio.TestDriver.FEATURES_OK;
import static tombolo.machine.virtio.TestDriver.INDIRECT_DESC;
import static tombolo.machine.virtio.TestDriver.NEEDS_RESET;
import static tombolo.machine.virtio.TestDriver.VERSION_1;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.host.HostServices;

final class VirtioPciTest {
  /** The feature that a driver has to accept: VIRTIO_F_VERSION_1. */
  private static final int ALWAYS = 32;

  private static final byte[] OTHER_CONFIG = {9, 8, 7, 6, 5, 4};

  private static final int SLOT = 2 << 15;
  private static final int NO_VECTOR = 0xffff;

  private final HeldDevice device = new HeldDevice();
  private final TestDriver driver = new TestDriver(device);

  @AfterEach
  void close() {
    driver.close();
  }

  private long config(int at, int size) {
    return driver.bridge.read(SLOT + at, size);
  }

  /** Where the capabilities of virtio's structures are, by their type. */
  private int structure(int type) {
    for (int at = (int) config(0x34, 1); at != 0; at = (int) config(at + 1, 1)) {
      if (config(at, 1) == 9 && config(at + 3, 1) == type) {
        return at;
      }
    }
    throw new AssertionError("no structure of type " + type);
  }

  private boolean broken() {
    return (driver.status() & NEEDS_RESET) != 0;
  }

  @Test
  void theFunctionIsAModernVirtioDevice() {
    assertThat(config(0, 4)).isEqualTo(((0x1040L + 42) << 16) | 0x1af4);
    assertThat(config(8, 1)).as("revision").isEqualTo(1);
    assertThat(config(0x2e, 2)).as("subsystem").isGreaterThanOrEqualTo(0x40);
    assertThat(config(0x3d, 1)).as("interrupt pin").isEqualTo(1);
  }

  @Test
  void capabilitiesSayWhereTheStructuresAre() {
    long[][] structures = {{1, 0, 0x38}, {2, 0x3000, 8}, {3, 0x1000, 1}, {4, 0x2000, 6}};
    for (long[] structure : structures) {
      int at = structure((int) structure[0]);
      assertThat(config(at + 2, 1)).as("length").isEqualTo(structure[0] == 2 ? 20 : 16);
      assertThat(config(at + 4, 1)).as("BAR").isZero();
      assertThat(config(at + 8, 4)).as("offset").isEqualTo(structure[1]);
      assertThat(config(at + 12, 4)).as("length of the structure").isEqualTo(structure[2]);
    }
    assertThat(config(structure(2) + 16, 4)).as("multiplier").isEqualTo(4);
    assertThat(config(structure(5) + 2, 1)).isEqualTo(20);
  }

  @Test
  void aDeviceWithoutConfigurationHasNoSuchStructure() {
    HeldDevice plain = new HeldDevice();
    plain.config = new byte[0];
    VirtioPci function =
        new VirtioPci("vm", driver.memory, driver.mmio, HostServices.system(), plain);
    assertThat(function.capabilities())
        .noneMatch(capability -> capability.body()[1] == StructureCapability.DEVICE);
  }

  @Test
  void featuresAreOfferedInHalves() {
    driver.set(0x00, 4, 0);
    assertThat(driver.get(0x04, 4)).isEqualTo(INDIRECT_DESC | EVENT_IDX | 0x21);
    driver.set(0x00, 4, 1);
    assertThat(driver.get(0x04, 4)).isEqualTo(1);
    driver.set(0x00, 4, 2);
    assertThat(driver.get(0x04, 4)).isZero();
    driver.set(0x00, 4, -1);
    assertThat(driver.get(0x04, 4)).isZero();
  }

  @Test
  void aDriverWithoutVersion1IsRefused() {
    driver.negotiate(0x21);
    assertThat(driver.status()).isEqualTo(ACKNOWLEDGE | DRIVER);
    driver.set(0x14, 1, 0xf);
    assertThat(driver.status() & (FEATURES_OK | DRIVER_OK)).isZero();
  }

  @Test
  void aDriverThatWantsWhatWasNotOfferedIsRefused() {
    driver.negotiate(VERSION_1 | 2);
    assertThat(driver.status()).isEqualTo(ACKNOWLEDGE | DRIVER);
    driver.negotiate(VERSION_1 | 1L << 40);
    assertThat(driver.status()).isEqualTo(ACKNOWLEDGE | DRIVER);
  }

  @Test
  void featuresAreSettledWithFeaturesOk() {
    driver.negotiate(VERSION_1 | 1);
    assertThat(device.transport().accepted(0)).isTrue();
    assertThat(device.transport().accepted(5)).isFalse();
    driver.set(0x08, 4, 0);
    driver.set(0x0c, 4, 0x20);
    assertThat(driver.get(0x0c, 4)).isEqualTo(1);
    assertThat(device.transport().accepted(5)).isFalse();
  }

  @Test
  void nothingIsAcceptedBeforeFeaturesOk() {
    driver.set(0x08, 4, 0);
    driver.set(0x0c, 4, 1);
    assertThat(driver.get(0x0c, 4)).isEqualTo(1);
    assertThat(device.transport().accepted(0)).isFalse();
  }

  @Test
  void driverOkNeedsFeaturesOk() {
    driver.set(0x14, 1, ACKNOWLEDGE | DRIVER | DRIVER_OK);
    assertThat(driver.status()).isEqualTo(ACKNOWLEDGE | DRIVER);
  }

  @Test
  void statusBitsStayUntilAReset() {
    driver.start(0);
    driver.set(0x14, 1, ACKNOWLEDGE);
    assertThat(driver.status()).isEqualTo(0xf);
    driver.set(0x14, 1, 0x80 | NEEDS_RESET | 0x30);
    assertThat(driver.status()).as("FAILED is the driver's, the others are not").isEqualTo(0x8f);
    driver.set(0x14, 1, 0);
    assertThat(driver.status()).isZero();
    assertThat(device.calls).contains("reset");
  }

  @Test
  void queuesHaveTheirOwnRegisters() {
    assertThat(driver.get(0x12, 2)).isEqualTo(2);
    assertThat(driver.maxSize(0)).isEqualTo(16);
    assertThat(driver.maxSize(1)).isEqualTo(64);
    assertThat(driver.get(0x1e, 2)).as("notify offset").isEqualTo(1);
    driver.set(0x20, 4, 0x1234_5670L);
    driver.set(0x24, 4, 0x9);
    assertThat(driver.get(0x20, 8)).isEqualTo(0x9_1234_5670L);
    assertThat(driver.get(0x24, 4)).isEqualTo(9);
    driver.set(0x16, 2, 0);
    assertThat(driver.get(0x20, 8)).isZero();
  }

  @Test
  void aQueueThatIsNotThereHasSizeZeroAndIgnoresStores() {
    driver.set(0x16, 2, 2);
    assertThat(driver.get(0x18, 2)).isZero();
    driver.set(0x18, 2, 16);
    driver.set(0x1a, 2, 0);
    driver.set(0x1c, 2, 1);
    assertThat(driver.get(0x18, 2)).isZero();
    assertThat(driver.get(0x1a, 2)).isEqualTo(NO_VECTOR);
    assertThat(driver.get(0x1c, 2)).isZero();
    driver.set(0x16, 2, 0xffff);
    assertThat(driver.get(0x18, 2)).isZero();
  }

  @Test
  void anEnabledQueueIsSettled() {
    driver.start(0);
    driver.set(0x16, 2, 0);
    driver.set(0x18, 2, 8);
    driver.set(0x20, 8, 0);
    driver.set(0x1c, 2, 0);
    assertThat(driver.get(0x18, 2)).isEqualTo(16);
    assertThat(driver.get(0x20, 8)).isEqualTo(TestDriver.area(0));
    assertThat(driver.get(0x1c, 2)).isEqualTo(1);
  }

  @Test
  void aQueueCannotBeEnabledBeforeFeaturesOk() {
    driver.enable(0, 16);
    assertThat(driver.get(0x1c, 2)).isZero();
    assertThat(broken()).isFalse();
  }

  @Test
  void areasThatAreMisalignedOrNoMemoryBreakTheDevice() {
    long good = TestDriver.area(0);
    long ring = TestDriver.availableRing(0);
    long used = TestDriver.usedRing(0);
    long end = TestDriver.RAM + TestDriver.RAM_BYTES;
    long[][] areas = {
      {good + 8, ring, used},
      {good, ring + 1, used},
      {good, ring, used + 2},
      {end - 0xf0, ring, used},
      {good, end - 0x20, used},
      {good, ring, end - 0x80},
      {-0x100, ring, used},
      {good, Long.MAX_VALUE - 15, used},
      {good, ring, TestDriver.PCI_LOW}
    };
    for (long[] area : areas) {
      driver.negotiate(VERSION_1);
      driver.enable(0, 16, area[0], area[1], area[2]);
      assertThat(broken()).isTrue();
    }
    driver.start(0);
    assertThat(broken()).isFalse();
  }

  @Test
  void sizesThatAreNoPowersOfTwoOrTooLargeBreakTheDevice() {
    for (int size : new int[] {0, 3, 15, 32, 0x8000, 0xffff}) {
      driver.negotiate(VERSION_1);
      driver.enable(
          0, size, TestDriver.area(0), TestDriver.availableRing(0), TestDriver.usedRing(0));
      assertThat(broken()).as("size %d", size).isTrue();
    }
    driver.negotiate(VERSION_1);
    driver.enable(0, 1, TestDriver.area(0), TestDriver.availableRing(0), TestDriver.usedRing(0));
    assertThat(broken()).isFalse();
  }

  @Test
  void aQueueIsNotifiedOnceTheDriverIsReady() {
    driver.negotiate(VERSION_1);
    driver.enable(0, 16);
    driver.notifyQueue(0);
    assertThat(device.calls).doesNotContain("notified 0");
    driver.set(0x14, 1, 0xf);
    driver.notifyQueue(0);
    driver.notifyQueue(1);
    assertThat(device.calls).contains("notified 0").doesNotContain("notified 1");
    driver.function.write(0x3002, 2, 0);
    driver.function.write(0x3008, 2, 0);
    driver.function.write(0x3fff, 1, 0);
    assertThat(device.calls).filteredOn(call -> call.startsWith("notified")).hasSize(1);
  }

  @Test
  void theDevicesConfigurationIsReadAndWritten() {
    assertThat(driver.function.read(0x2000, 4)).isEqualTo(0x0403_0201);
    assertThat(driver.function.read(0x2004, 8)).isEqualTo(0x0605);
    assertThat(driver.function.read(0x2006, 1)).isZero();
    driver.function.write(0x2002, 2, 0xabcd);
    driver.function.write(0x2004, 4, 1);
    assertThat(device.calls).containsExactly("config 2, 2: 0xabcd");
  }

  @Test
  void aChangedConfigurationInterruptsAndHasAnotherGeneration() {
    driver.start(0);
    long before = driver.get(0x15, 1);
    for (int i = 0; i < 256; i++) {
      device.transport().configChanged(ALWAYS, OTHER_CONFIG);
    }
    assertThat(driver.interrupted).isTrue();
    assertThat(driver.isr()).isEqualTo(2);
    assertThat(driver.function.read(0x2000, 4)).isEqualTo(0x0607_0809);
    assertThat(driver.get(0x15, 1)).isNotEqualTo(before);
    device.transport().configChanged(ALWAYS, new byte[6]);
    assertThat(driver.interrupted).as("again").isTrue();
  }

  @Test
  void whoReadsHalfOfAConfigurationBeforeAChangeAndHalfAfterItSeesThatByItsGeneration() {
    driver.start(0);
    long before = driver.get(0x15, 1);
    assertThat(driver.function.read(0x2000, 2)).isEqualTo(0x0201);
    assertThat(driver.get(0x15, 1)).as("while nothing changes").isEqualTo(before);
    device.transport().configChanged(ALWAYS, OTHER_CONFIG);
    assertThat(driver.function.read(0x2002, 2)).isEqualTo(0x0607);
    assertThat(driver.get(0x15, 1)).isNotEqualTo(before);
  }

  @Test
  void aConfigurationThatChangesBeforeTheDriverIsReadyInterruptsNobodyAndIsThere() {
    device.transport().configChanged(ALWAYS, OTHER_CONFIG);
    assertThat(driver.interrupted).isFalse();
    assertThat(driver.isr()).isZero();
    driver.start(0);
    assertThat(driver.isr()).isZero();
    assertThat(driver.function.read(0x2000, 4)).isEqualTo(0x0607_0809);
  }

  @Test
  void aConfigurationOutlastsAReset() {
    driver.start(0);
    device.transport().configChanged(ALWAYS, OTHER_CONFIG);
    driver.set(0x14, 1, 0);
    assertThat(driver.interrupted).isFalse();
    assertThat(driver.function.read(0x2000, 4)).isEqualTo(0x0607_0809);
  }

  @Test
  void aConfigurationDoesNotGetLonger() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> device.transport().configChanged(ALWAYS, new byte[7]));
  }

  @Test
  void theDeviceHearsOnceInEachLifeThatTheDriverIsReady() {
    driver.negotiate(VERSION_1);
    assertThat(device.calls).doesNotContain("started");
    driver.set(0x14, 1, 0xf);
    driver.set(0x14, 1, 0xf);
    assertThat(device.calls).containsOnlyOnce("started");
    driver.start(0);
    assertThat(device.calls).filteredOn("started"::equals).hasSize(2);
  }

  @Test
  void aDriverThatIsReadyWithoutFeaturesIsNotHeard() {
    driver.set(0x14, 1, 0);
    driver.set(0x14, 1, ACKNOWLEDGE | DRIVER | 4);
    assertThat(device.calls).doesNotContain("started");
  }

  @Test
  void withMessagesEachQueueAndTheConfigurationHaveTheirVector() {
    List<Long> messages = messages();
    driver.start(0);
    driver.set(0x10, 2, 0);
    driver.set(0x16, 2, 0);
    driver.set(0x1a, 2, 2);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.offer(0, 0);
    device.transport().queue(0).complete(device.chains.getFirst(), 0);
    assertThat(messages).containsExactly(102L);
    assertThat(driver.isr()).as("unused").isZero();
    device.transport().configChanged(ALWAYS, OTHER_CONFIG);
    assertThat(messages).containsExactly(102L, 100L);
    assertThat(driver.interrupted).as("pin").isFalse();
  }

  @Test
  void aVectorThatIsNotThereReadsBackAsNone() {
    driver.set(0x10, 2, 3);
    assertThat(driver.get(0x10, 2)).isEqualTo(NO_VECTOR);
    driver.set(0x10, 2, 2);
    assertThat(driver.get(0x10, 2)).isEqualTo(2);
    driver.set(0x1a, 2, 77);
    assertThat(driver.get(0x1a, 2)).isEqualTo(NO_VECTOR);
    driver.set(0x14, 1, 0);
    assertThat(driver.get(0x10, 2)).as("after a reset").isEqualTo(NO_VECTOR);
  }

  @Test
  void withMessagesButNoVectorNothingInterrupts() {
    List<Long> messages = messages();
    driver.start(0);
    driver.describe(0, 0, BUFFERS, 4, WRITE, 0);
    driver.offer(0, 0);
    device.transport().queue(0).complete(device.chains.getFirst(), 0);
    driver.describe(0, 1, BUFFERS, 4, WRITE, 0);
    driver.offer(0, 1);
    device.chains.getLast().breach("on purpose");
    assertThat(messages).isEmpty();
    assertThat(broken()).isTrue();
  }

  /** Enables MSI-X; vector n sends 100 + n to a list. */
  private List<Long> messages() {
    List<Long> messages = new ArrayList<>();
    driver.mmio.attach(
        0x2800_0000L,
        0x1000,
        new MmioDevice() {
          @Override
          public String name() {
            return "controller";
          }

          @Override
          public long read(long offset, int size) {
            return 0;
          }

          @Override
          public void write(long offset, int size, long value) {
            messages.add(value);
          }

          @Override
          public boolean takesMessages() {
            return true;
          }
        });
    int capability = (int) config(0x34, 1);
    while (config(capability, 1) != 0x11) {
      capability = (int) config(capability + 1, 1);
    }
    driver.bridge.write(SLOT + capability + 2, 2, 0x8000);
    MmioDevice table =
        java.util.Objects.requireNonNull(driver.mmio.find(config(0x14, 4), 4)).device();
    for (int vector = 0; vector < 3; vector++) {
      table.write(16L * vector, 8, 0x2800_0000L);
      table.write(16L * vector + 8, 8, 100 + vector);
    }
    return messages;
  }

  @Test
  void everythingIsReachableThroughConfigurationSpace() {
    int at = structure(5);
    driver.bridge.write(SLOT + at + 4, 1, 0);
    driver.bridge.write(SLOT + at + 8, 4, 0x18);
    driver.bridge.write(SLOT + at + 12, 4, 2);
    assertThat(config(at + 16, 2)).isEqualTo(16);
    driver.bridge.write(SLOT + at + 16, 2, 8);
    assertThat(driver.get(0x18, 2)).isEqualTo(8);
    driver.bridge.write(SLOT + at + 8, 4, 0x2002);
    driver.bridge.write(SLOT + at + 16, 4, 0xffff_1234L);
    assertThat(device.calls).containsExactly("config 2, 2: 0x1234");
  }

  @Test
  void theWindowOfConfigurationSpaceEndsWithTheBar() {
    int at = structure(5);
    long[][] accesses = {{0x3ffd, 4}, {0x4000, 4}, {-4, 4}, {0, 3}, {0, 8}, {0, 0}, {2, 4}};
    for (long[] access : accesses) {
      driver.bridge.write(SLOT + at + 8, 4, access[0] & 0xffff_ffffL);
      driver.bridge.write(SLOT + at + 12, 4, access[1]);
      driver.bridge.write(SLOT + at + 16, 4, 0x5555_5555L);
      assertThat(config(at + 16, 4)).isEqualTo(0x5555_5555L);
    }
    driver.bridge.write(SLOT + at + 4, 1, 1);
    driver.bridge.write(SLOT + at + 8, 8, 4L << 32);
    assertThat(config(at + 16, 4)).as("another BAR").isEqualTo(0x5555_5555L);
  }

  @Test
  void aBoardsResetAndTheEndReachTheDevice() {
    driver.start(0);
    device.calls.clear();
    driver.bridge.reset();
    assertThat(driver.status()).isZero();
    assertThat(device.calls).containsExactly("reset");
    driver.bridge.close();
    assertThat(device.calls).containsExactly("reset", "reset", "close");
  }

  @Test
  void aDeviceThatIsNoneIsRefused() {
    HeldDevice wrong =
        new HeldDevice() {
          @Override
          public int type() {
            return 64;
          }
        };
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new VirtioPci("vm", driver.memory, driver.mmio, HostServices.system(), wrong))
        .withMessage("held: type 64 with 2 queues");
  }
}
