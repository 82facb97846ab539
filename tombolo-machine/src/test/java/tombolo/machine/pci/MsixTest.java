// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.device.RecordedLine;

final class MsixTest {
  private static final long WINDOW = 0x4000_0000L;
  private static final long CONTROLLER = 0x2800_0000L;
  private static final int ENABLE = 0x8000;
  private static final int FUNCTION_MASK = 0x4000;
  private static final int SLOT = 1 << 15;

  private final DeviceBus mmio = new DeviceBus();
  private final List<RecordedLine> wires = Stream.generate(RecordedLine::new).limit(4).toList();
  private final PciHost host =
      new PciHost(new PciWindow(WINDOW, 0x1000_0000), PciWindow.NONE, wires);
  private final Msix msix = new Msix(3, 1, mmio);
  private final List<String> messages = new ArrayList<>();
  private InterruptLine pin = new RecordedLine();

  /** Records what is stored to it. */
  private MmioDevice page(String name, boolean takesMessages) {
    return new MmioDevice() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public long read(long offset, int size) {
        return 0;
      }

      @Override
      public void write(long offset, int size, long value) {
        messages.add("%s: %d bytes at 0x%x: 0x%x".formatted(name, size, offset, value));
      }

      @Override
      public boolean takesMessages() {
        return takesMessages;
      }
    };
  }

  @BeforeEach
  void plugIn() {
    mmio.attach(CONTROLLER, 0x1000, page("controller", true));
    pin =
        host.add(
            1,
            new PciFunction() {
              @Override
              public String name() {
                return "fake";
              }

              @Override
              public PciIdentity identity() {
                return new PciIdentity(0x1234, 0x5678, 0xff0000, 1);
              }

              @Override
              public List<PciBar> bars() {
                return List.of();
              }

              @Override
              public Msix msix() {
                return msix;
              }
            });
  }

  private void control(int value) {
    host.write(SLOT + 0x42, 2, value);
  }

  private void table(int at, int size, long value) {
    DeviceBus.Slot slot = mmio.find(WINDOW + at, size);
    assertThat(slot).isNotNull();
    slot.device().write(at, size, value);
  }

  private long table(int at, int size) {
    DeviceBus.Slot slot = mmio.find(WINDOW + at, size);
    assertThat(slot).isNotNull();
    return slot.device().read(at, size);
  }

  /** Points a vector at the controller's page and unmasks it. */
  private void aim(int vector, int data) {
    table(16 * vector, 8, CONTROLLER);
    table(16 * vector + 8, 4, data);
    table(16 * vector + 12, 4, 0);
  }

  @Test
  void theCapabilitySaysHowManyVectorsAndWhere() {
    assertThat(host.read(SLOT + 0x06, 2) & 0x10).as("capability list").isEqualTo(0x10);
    assertThat(host.read(SLOT + 0x34, 1)).isEqualTo(0x40);
    assertThat(host.read(SLOT + 0x40, 2)).as("id, and no next one").isEqualTo(0x11);
    assertThat(host.read(SLOT + 0x42, 2)).as("table size - 1").isEqualTo(2);
    assertThat(host.read(SLOT + 0x44, 4)).as("table: BAR 1, 0").isEqualTo(1);
    assertThat(host.read(SLOT + 0x48, 4)).as("pending bits: BAR 1, 0x800").isEqualTo(0x801);
    assertThat(host.read(SLOT + 0x14, 4)).as("BAR 1").isEqualTo(WINDOW);
  }

  @Test
  void onlyEnableAndFunctionMaskCanBeWritten() {
    control(0xffff);
    assertThat(host.read(SLOT + 0x42, 2)).isEqualTo(ENABLE | FUNCTION_MASK | 2);
    host.write(SLOT + 0x44, 8, 0);
    assertThat(host.read(SLOT + 0x44, 8)).isEqualTo((0x801L << 32) | 1);
  }

  @Test
  void vectorsAreMaskedAtPowerOn() {
    for (int vector = 0; vector < 3; vector++) {
      assertThat(table(16 * vector + 12, 4)).isEqualTo(1);
    }
    table(12, 4, 0xffff_ffffL);
    assertThat(table(12, 4)).as("only the mask bit").isEqualTo(1);
  }

  @Test
  void aSignalIsOneStoreOf32Bits() {
    control(ENABLE);
    aim(1, 0x1234_5678);
    msix.signal(1);
    assertThat(messages).containsExactly("controller: 4 bytes at 0x0: 0x12345678");
    assertThat(msix.sent()).isEqualTo(1);
    assertThat(table(0x800, 8)).as("pending").isZero();
  }

  @Test
  void nothingIsSentUntilTheGuestEnablesIt() {
    aim(0, 7);
    msix.signal(0);
    control(ENABLE);
    assertThat(messages).isEmpty();
    assertThat(table(0x800, 8)).isZero();
  }

  @Test
  void aMaskedVectorIsPendingAndSentOnceWhenItIsUnmasked() {
    control(ENABLE);
    aim(2, 9);
    table(16 * 2 + 12, 4, 1);
    msix.signal(2);
    msix.signal(2);
    assertThat(messages).isEmpty();
    assertThat(table(0x800, 4)).isEqualTo(4);
    table(16 * 2 + 12, 4, 0);
    assertThat(messages).containsExactly("controller: 4 bytes at 0x0: 0x9");
    assertThat(table(0x800, 4)).isZero();
  }

  @Test
  void theFunctionMaskHoldsAllVectorsBack() {
    control(ENABLE | FUNCTION_MASK);
    aim(0, 1);
    aim(1, 2);
    msix.signal(1);
    msix.signal(0);
    assertThat(messages).isEmpty();
    assertThat(table(0x800, 8)).isEqualTo(3);
    control(ENABLE);
    assertThat(messages).hasSize(2);
  }

  @Test
  void aFunctionThatIsNoBusMasterSendsNothingUntilItIs() {
    control(ENABLE);
    aim(0, 1);
    host.write(SLOT + 4, 2, 2);
    msix.signal(0);
    assertThat(messages).isEmpty();
    host.write(SLOT + 4, 2, 6);
    assertThat(messages).hasSize(1);
  }

  @Test
  void theAddressAtTheTimeOfUnmaskingCounts() {
    control(ENABLE);
    aim(0, 1);
    table(12, 4, 1);
    msix.signal(0);
    table(0, 4, CONTROLLER + 0x10);
    table(8, 8, 5); // data, and the mask bit cleared, in one store
    assertThat(messages).containsExactly("controller: 4 bytes at 0x10: 0x5");
  }

  @Test
  void messagesReachNobodyButAnInterruptController() {
    mmio.attach(0x1000_0000L, 0x1000, page("uart", false));
    control(ENABLE);
    aim(0, 1);
    for (long gpa : new long[] {0x1000_0000L, WINDOW, 0x8000_0000L, -16L, Long.MAX_VALUE}) {
      table(0, 8, gpa);
      msix.signal(0);
    }
    assertThat(messages).isEmpty();
    assertThat(msix.dropped()).isEqualTo(5);
    assertThat(msix.sent()).isZero();
  }

  @Test
  void theLowBitsOfTheAddressAreIgnored() {
    control(ENABLE);
    aim(0, 1);
    table(0, 4, CONTROLLER + 7);
    msix.signal(0);
    assertThat(messages).containsExactly("controller: 4 bytes at 0x4: 0x1");
  }

  @Test
  void enabledMessagesCutThePinOff() {
    pin.raise();
    assertThat(wires.get(1).level).isTrue();
    control(ENABLE);
    assertThat(wires.get(1).level).isFalse();
    control(0);
    assertThat(wires.get(1).level).isTrue();
  }

  @Test
  void accessesThatTheSpecificationLeavesUndefinedDoNothing() {
    table(0, 1, 0xff);
    table(2, 4, -1);
    table(4, 8, -1);
    table(0x800, 8, -1);
    table(0x30, 8, -1);
    for (int at = 0; at < 0x30; at += 4) {
      assertThat(table(at, 4)).isEqualTo(at % 16 == 12 ? 1 : 0);
      assertThat(table(at, 2)).isZero();
    }
    assertThat(table(0x800, 8)).isZero();
    assertThat(table(0xff8, 8)).isZero();
    assertThat(table(4, 8)).as("unaligned").isZero();
  }

  @Test
  void resetMasksEverythingAndForgets() {
    control(ENABLE | FUNCTION_MASK);
    aim(0, 1);
    msix.signal(0);
    host.reset();
    assertThat(host.read(SLOT + 0x42, 2)).isEqualTo(2);
    assertThat(table(0, 8)).isZero();
    assertThat(table(12, 4)).isEqualTo(1);
    assertThat(table(0x800, 8)).isZero();
    assertThat(messages).isEmpty();
    assertThat(msix.enabled()).isFalse();
  }

  @Test
  void thereAre1To128Vectors() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Msix(0, 1, mmio));
    assertThatIllegalArgumentException().isThrownBy(() -> new Msix(129, 1, mmio));
    assertThat(new Msix(128, 1, mmio).vectors()).isEqualTo(128);
  }
}
