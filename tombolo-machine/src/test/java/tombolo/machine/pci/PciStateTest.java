// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.device.RecordedLine;
import tombolo.machine.state.SavedState;
import tombolo.machine.state.StateException;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/** The state of a bridge with its functions, whose BARs a guest puts anywhere. */
final class PciStateTest {
  private static final long LOW = 0x4000_0000L;

  /** So small that BARs are in each other's way. */
  private static final long WINDOW = 0x8000;

  private static final int FUNCTIONS = 3;
  private static final long MESSAGES = 0x2000_0000L;

  /** A bridge with functions that raise pins and send messages. */
  private static final class Machine {
    final DeviceBus mmio = new DeviceBus();
    final List<RecordedLine> wires = Stream.generate(RecordedLine::new).limit(4).toList();
    final PciHost bridge = new PciHost(new PciWindow(LOW, WINDOW), PciWindow.NONE, wires);
    final List<Function> functions = new ArrayList<>();
    final List<Long> messages = new ArrayList<>();

    Machine() {
      mmio.attach(MESSAGES, 0x1000, new Sink(messages));
      for (int i = 1; i <= FUNCTIONS; i++) {
        Function function = new Function(mmio, i);
        function.pin = bridge.add(i, function);
        functions.add(function);
      }
    }

    void step(Random random) {
      int index = random.nextInt(FUNCTIONS);
      Function function = functions.get(index);
      long config = (long) (index + 1) << 15;
      switch (random.nextInt(8)) {
        case 0 ->
            bridge.write(config + 0x10 + 4L * random.nextInt(2), 4, LOW + random.nextInt(0x9000));
        case 1 -> bridge.write(config + 4, 2, random.nextInt(4) == 0 ? random.nextInt() : 6);
        case 2 -> bridge.write(config + random.nextInt(0x100), 1, random.nextInt(256));
        case 3 -> function.set(random.nextBoolean());
        case 4 -> function.msix.signal(random.nextInt(4));
        case 5 -> bridge.write(config + 0x42, 2, random.nextInt(4) << 14); // MSI-X control
        default -> {
          DeviceBus.Slot slot = mmio.find(LOW + 4096L * random.nextInt(8), 4);
          if (slot != null) {
            int at = 4 * random.nextInt(16);
            long value = at % 16 == 0 ? MESSAGES : at % 16 == 4 ? 0 : random.nextInt(1 << 20);
            slot.device().write(at, 4, value);
          }
        }
      }
    }

    /** All that a guest, or an interrupt controller, sees. */
    List<Object> seen() {
      List<Object> seen = new ArrayList<>();
      for (long at = 0;
          at < (FUNCTIONS + 1L) << 15;
          at += (at & 0x7fff) < 0x100 ? 4 : 0x8000 - 0x104) {
        seen.add(bridge.read(at & ~3L, 4));
      }
      for (long gpa = LOW - 0x1000; gpa < LOW + WINDOW + 0x1000; gpa += 0x800) {
        DeviceBus.Slot slot = mmio.find(gpa, 4);
        seen.add(slot == null ? "nobody" : slot.device().name() + " " + (gpa - slot.base()));
        seen.add(slot == null ? 0 : slot.device().read(gpa - slot.base(), 4));
      }
      wires.forEach(wire -> seen.add(wire.level));
      return seen;
    }
  }

  /** Where messages go. */
  private record Sink(List<Long> messages) implements MmioDevice {
    @Override
    public String name() {
      return "sink";
    }

    @Override
    public long read(long offset, int size) {
      return 0;
    }

    @Override
    public void write(long offset, int size, long value) {
      messages.add(offset << 32 | value);
    }

    @Override
    public boolean takesMessages() {
      return true;
    }
  }

  private static final class Function implements PciFunction, MmioDevice {
    private final DeviceBus mmio;
    private final int number;
    final Msix msix;
    @Nullable InterruptLine pin;
    private boolean raised;

    Function(DeviceBus mmio, int number) {
      this.mmio = mmio;
      this.number = number;
      this.msix = new Msix(4, 1, mmio);
    }

    void set(boolean level) {
      raised = level;
      Objects.requireNonNull(pin).set(level);
    }

    @Override
    public String name() {
      return "function" + number;
    }

    @Override
    public PciIdentity identity() {
      return new PciIdentity(0x1234, number, 0, 0);
    }

    @Override
    public List<PciBar> bars() {
      return List.of(PciBar.registers(0, 0x1000, mmio, this));
    }

    @Override
    public Msix msix() {
      return msix;
    }

    @Override
    public long read(long offset, int size) {
      return raised ? 1 : 0;
    }

    @Override
    public void write(long offset, int size, long value) {}

    @Override
    public void save(StateWriter out) {
      out.flag(raised);
    }

    @Override
    public void restore(StateReader in) {
      set(in.flag());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aRestoredBridgeGoesOnLikeTheOther(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      Machine machine = new Machine();
      for (int i = random.nextInt(200); i > 0; i--) {
        machine.step(random);
      }
      byte[] state = SavedState.of(machine.bridge);
      Machine restored = new Machine();
      for (int i = 0; i < 20; i++) {
        restored.step(random); // anything that was there before is gone
      }
      restored.messages.clear();
      restored.wires.forEach(wire -> wire.level = random.nextBoolean());
      SavedState.restore(state, restored.bridge);
      assertThat(restored.messages).as("sent by restoring").isEmpty();
      assertThat(restored.seen()).isEqualTo(machine.seen());

      machine.messages.clear();
      long next = random.nextLong();
      Random first = new Random(next);
      Random second = new Random(next);
      for (int i = 0; i < 100; i++) {
        restored.step(first);
        machine.step(second);
      }
      assertThat(restored.seen()).isEqualTo(machine.seen());
      assertThat(restored.messages).isEqualTo(machine.messages);
    }
  }

  @Test
  void otherBytesAreRefused() {
    Machine machine = new Machine();
    Random random = new Random(7);
    for (int i = 0; i < 100; i++) {
      machine.step(random);
    }
    SavedState.assertOnlyWholeStateIsTaken(
        SavedState.of(machine.bridge), () -> new Machine().bridge, 7);
  }

  @Test
  void aBridgeThatWasRefusedSomethingWorksAfterAReset() {
    byte[] state = SavedState.of(new Machine().bridge);
    Machine machine = new Machine();
    state[state.length / 2] ^= 1;
    assertThatThrownBy(() -> SavedState.restore(state, machine.bridge))
        .isInstanceOf(StateException.class);
    machine.bridge.reset();
    machine.functions.forEach(function -> function.set(false));
    assertThat(machine.seen()).isEqualTo(new Machine().seen());
  }

  @Test
  void anotherBoardsStateIsRefused() {
    PciHost empty =
        new PciHost(
            new PciWindow(LOW, WINDOW),
            PciWindow.NONE,
            Stream.generate(RecordedLine::new).limit(4).toList());
    byte[] state = SavedState.of(new Machine().bridge);
    assertThatThrownBy(() -> SavedState.restore(state, empty))
        .isInstanceOf(StateException.class)
        .hasMessage("saved state: slot 00:01.0 is empty there or here");
  }
}
