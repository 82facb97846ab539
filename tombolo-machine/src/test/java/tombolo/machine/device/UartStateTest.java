// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.state.SavedState;

/** The state of a serial port, at random moments of a guest that does anything with it. */
final class UartStateTest {
  /** A port with its console and its line. */
  private static final class Port {
    final BufferConsole console = new BufferConsole(HostServices.system());
    final RecordedLine line = new RecordedLine();
    final Uart16550 uart = new Uart16550(console, line);

    /** Does something, and says what a guest sees of it. */
    long step(Random random) {
      int register = random.nextInt(8);
      switch (random.nextInt(4)) {
        case 0 -> console.type(new byte[] {(byte) random.nextInt(256)});
        case 1 -> uart.write(register, 1, random.nextInt(256));
        case 2 -> uart.write(register, 1, 1 << random.nextInt(8));
        default -> {
          return uart.read(register, 1);
        }
      }
      return -1;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aRestoredPortGoesOnLikeTheOther(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      Port port = new Port();
      for (int i = random.nextInt(100); i > 0; i--) {
        port.step(random);
      }
      byte[] state = SavedState.of(port.uart);
      Port restored = new Port();
      restored.uart.write(1, 1, 0x0f); // anything that was there before is gone
      SavedState.restore(state, restored.uart);
      assertThat(SavedState.of(restored.uart)).isEqualTo(state);
      assertThat(restored.line.level).isEqualTo(port.line.level);
      ByteArrayOutputStream typed = new ByteArrayOutputStream();
      for (int octet = port.console.read(); octet >= 0; octet = port.console.read()) {
        typed.write(octet);
      }
      restored.console.type(typed.toByteArray());
      port.console.type(typed.toByteArray());
      int printed = port.console.bytes().length;
      long next = random.nextLong();
      Random first = new Random(next);
      Random second = new Random(next);
      for (int i = 0; i < 50; i++) {
        assertThat(restored.step(first)).isEqualTo(port.step(second));
        assertThat(restored.line.level).isEqualTo(port.line.level);
      }
      byte[] all = port.console.bytes();
      assertThat(restored.console.bytes()).isEqualTo(Arrays.copyOfRange(all, printed, all.length));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void otherBytesAreRefused(long seed) {
    Port port = new Port();
    Random random = new Random(seed);
    port.uart.write(2, 1, 0xc1);
    port.console.type("typed ahead");
    for (int i = 0; i < 30; i++) {
      port.step(random);
    }
    SavedState.assertOnlyWholeStateIsTaken(SavedState.of(port.uart), () -> new Port().uart, seed);
  }
}
