// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.device.RecordedLine;

final class PciHostTest {
  private static final long LOW = 0x4000_0000L;
  private static final long HIGH = 0x4_0000_0000L;

  private final DeviceBus mmio = new DeviceBus();
  private final List<RecordedLine> wires = Stream.generate(RecordedLine::new).limit(4).toList();
  private final PciHost host =
      new PciHost(new PciWindow(LOW, 0x1000_0000), new PciWindow(HIGH, 0x1_0000_0000L), wires);

  /** Registers in BAR 0, and a window of 64 KiB in the 64-bit BAR 2. */
  private final class Fake implements PciFunction {
    final List<String> moves = new ArrayList<>();
    boolean refuses;
    final MmioDevice registers =
        new MmioDevice() {
          @Override
          public String name() {
            return "fake registers";
          }

          @Override
          public long read(long offset, int size) {
            return 0xcafe;
          }

          @Override
          public void write(long offset, int size, long value) {}
        };

    @Override
    public String name() {
      return "fake";
    }

    @Override
    public PciIdentity identity() {
      return new PciIdentity(0x1234, 0x1ac0, 0x050000, 2);
    }

    @Override
    public List<PciBar> bars() {
      PciBar.Target window =
          new PciBar.Target() {
            @Override
            public boolean place(long gpa) {
              if (!refuses) {
                moves.add("place 0x%x".formatted(gpa));
              }
              return !refuses;
            }

            @Override
            public void remove(long gpa) {
              moves.add("remove 0x%x".formatted(gpa));
            }
          };
      return List.of(
          PciBar.registers(0, 0x1000, mmio, registers), new PciBar(2, 0x10000, true, true, window));
    }
  }

  private final Fake fake = new Fake();

  private static long config(int device, int register) {
    return ((long) device << 15) + register;
  }

  private int in(int device, int register) {
    return (int) host.read(config(device, register), 4);
  }

  private void out(int device, int register, int value) {
    host.write(config(device, register), 4, Integer.toUnsignedLong(value));
  }

  private boolean answersAt(long gpa) {
    DeviceBus.Slot slot = mmio.find(gpa, 4);
    return slot != null && slot.device().equals(fake.registers);
  }

  @Test
  void theBridgeItselfIsDeviceZero() {
    assertThat(in(0, 0)).isEqualTo(0x0008_1b36);
    assertThat(in(0, 8) >>> 8).isEqualTo(0x060000);
  }

  @Test
  void whatIsNotThereReadsAllOnesAndIgnoresWrites() {
    host.add(1, fake);
    assertThat(in(2, 0)).isEqualTo(-1);
    assertThat(host.read(config(2, 0), 1)).isEqualTo(0xff);
    assertThat(host.read(config(2, 0), 2)).isEqualTo(0xffff);
    assertThat(host.read(config(2, 0), 8)).isEqualTo(-1L);
    assertThat(in(1, 0x1000)).as("function 1").isEqualTo(-1);
    assertThat((int) host.read(PciHost.BUS_LENGTH + config(1, 0), 4)).as("bus 1").isEqualTo(-1);
    out(2, 4, 0);
    assertThat(answersAt(LOW)).isTrue();
  }

  @Test
  void identityIsReadOnlyAndReadableInPieces() {
    host.add(1, fake);
    out(1, 0, 0);
    assertThat(in(1, 0)).isEqualTo(0x1ac0_1234);
    assertThat(host.read(config(1, 2), 2)).isEqualTo(0x1ac0);
    assertThat(host.read(config(1, 3), 1)).isEqualTo(0x1a);
    assertThat(host.read(config(1, 1), 2)).as("unaligned").isEqualTo(0xc012);
    assertThat(host.read(config(1, 0), 8)).isEqualTo(0x0000_0006_1ac0_1234L);
    assertThat(in(1, 8)).isEqualTo(0x0500_0002);
    assertThat(in(1, 0x0e) & 0xff).as("header type").isZero();
    assertThat(in(1, 0x3c) >> 8).as("interrupt pin").isEqualTo(1);
    assertThat(in(1, 0x100)).as("extended capabilities").isZero();
  }

  @Test
  void barsComeAssignedAndAnswering() {
    host.add(1, fake);
    assertThat(in(1, 0x10)).isEqualTo((int) LOW);
    assertThat(in(1, 0x18)).isEqualTo(0xc);
    assertThat(in(1, 0x1c)).isEqualTo(4);
    assertThat(in(1, 4) & 2).as("memory enabled").isEqualTo(2);
    assertThat(answersAt(LOW)).isTrue();
    assertThat(fake.moves).containsExactly("place 0x400000000");
  }

  @Test
  void aBarTellsItsSizeToAGuestThatWritesOnes() {
    host.add(1, fake);
    out(1, 4, 0);
    out(1, 0x10, -1);
    assertThat(in(1, 0x10)).isEqualTo(0xffff_f000);
    out(1, 0x18, -1);
    out(1, 0x1c, -1);
    assertThat(in(1, 0x18)).isEqualTo(0xffff_000c);
    assertThat(in(1, 0x1c)).isEqualTo(-1);
    assertThat(in(1, 0x14)).as("no BAR").isZero();
    out(1, 0x14, -1);
    assertThat(in(1, 0x14)).isZero();
  }

  @Test
  void sizingWithMemoryEnabledLeavesNothingBehind() {
    host.add(1, fake);
    out(1, 0x10, -1);
    assertThat(answersAt(LOW)).isFalse();
    out(1, 0x10, (int) LOW);
    assertThat(answersAt(LOW)).isTrue();
  }

  @Test
  void aMovedBarAnswersWhereItWasMovedTo() {
    host.add(1, fake);
    out(1, 0x10, (int) LOW + 0x5000);
    assertThat(answersAt(LOW)).isFalse();
    assertThat(answersAt(LOW + 0x5000)).isTrue();
    host.write(config(1, 0x18), 8, HIGH + 0x20000);
    assertThat(fake.moves)
        .containsExactly("place 0x400000000", "remove 0x400000000", "place 0x400020000");
  }

  @Test
  void aBarOutsideTheWindowsAnswersNowhere() {
    host.add(1, fake);
    out(1, 0x10, 0x1000_0000);
    assertThat(answersAt(0x1000_0000)).isFalse();
    out(1, 0x18, 0x8000_0000);
    out(1, 0x1c, 0);
    assertThat(fake.moves).endsWith("remove 0x480000000");
  }

  @Test
  void withMemoryDisabledNothingAnswers() {
    host.add(1, fake);
    out(1, 4, 0);
    assertThat(answersAt(LOW)).isFalse();
    assertThat(fake.moves).containsExactly("place 0x400000000", "remove 0x400000000");
    out(1, 4, 2);
    assertThat(answersAt(LOW)).isTrue();
  }

  @Test
  void aBarOnTopOfAnotherWaitsUntilTheOtherIsGone() {
    Fake second = new Fake();
    host.add(1, fake);
    host.add(2, second);
    assertThat(in(2, 0x10)).isEqualTo((int) LOW + 0x1000);
    out(2, 0x10, (int) LOW);
    assertThat(answersAt(LOW)).isTrue();
    out(1, 0x10, (int) LOW + 0x1000);
    DeviceBus.Slot slot = mmio.find(LOW, 4);
    assertThat(slot).isNotNull().extracting(DeviceBus.Slot::device).isSameAs(second.registers);
    assertThat(answersAt(LOW + 0x1000)).isTrue();
  }

  @Test
  void memoryOnTopOfRegistersWaitsUntilTheyAreGone() {
    host.add(1, fake);
    host.write(config(1, 0x18), 8, LOW);
    assertThat(fake.moves).containsExactly("place 0x400000000", "remove 0x400000000");
    assertThat(answersAt(LOW)).isTrue();
    out(1, 0x10, (int) LOW + 0x20000);
    assertThat(fake.moves).endsWith("place 0x40000000");
    assertThat(answersAt(LOW + 0x20000)).isTrue();
  }

  @Test
  void aTargetThatRefusesIsNotRemovedLater() {
    host.add(1, fake);
    fake.refuses = true;
    out(1, 0x18, 0x20000);
    fake.refuses = false;
    out(1, 4, 0);
    assertThat(fake.moves).containsExactly("place 0x400000000", "remove 0x400000000");
  }

  @Test
  void resetPutsEverythingBack() {
    host.add(1, fake);
    out(1, 0x10, (int) LOW + 0x5000);
    out(1, 4, 0);
    host.reset();
    assertThat(in(1, 0x10)).isEqualTo((int) LOW);
    assertThat(answersAt(LOW)).isTrue();
  }

  @Test
  void pinsAreSwizzledByDeviceNumber() {
    for (int device = 1; device <= 5; device++) {
      InterruptLine pin = host.add(device, new Fake());
      pin.raise();
      assertThat(wires.get(device % 4).level).isTrue();
      pin.lower();
      assertThat(wires).noneMatch(wire -> wire.level);
    }
  }

  @Test
  void aWireIsHighAsLongAsOneOfItsDevicesWantsIt() {
    InterruptLine first = host.add(1, fake);
    InterruptLine fifth = host.add(5, new Fake());
    first.raise();
    fifth.raise();
    first.lower();
    assertThat(wires.get(1).level).isTrue();
    fifth.lower();
    assertThat(wires.get(1).level).isFalse();
  }

  @Test
  void interruptsCanBeDisabledAndTheStatusStillTells() {
    InterruptLine pin = host.add(1, fake);
    assertThat(in(1, 4) >> 19 & 1).isZero();
    pin.raise();
    assertThat(in(1, 4) >> 19 & 1).isEqualTo(1);
    host.write(config(1, 4), 2, 0x406);
    assertThat(wires.get(1).level).isFalse();
    assertThat(in(1, 4) >> 19 & 1).isEqualTo(1);
    host.write(config(1, 4), 2, 0x006);
    assertThat(wires.get(1).level).isTrue();
  }

  @Test
  void aTakenOrMissingSlotAndAFullWindowAreRefused() {
    host.add(1, fake);
    assertThatIllegalArgumentException().isThrownBy(() -> host.add(1, new Fake()));
    assertThatIllegalArgumentException().isThrownBy(() -> host.add(0, new Fake()));
    assertThatIllegalArgumentException().isThrownBy(() -> host.add(32, new Fake()));
    PciHost small = new PciHost(new PciWindow(LOW, 0x800), PciWindow.NONE, wires);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> small.add(1, new Fake()))
        .withMessage("fake: no room for BAR 0 of 0x1000 bytes");
  }
}
