// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DeviceBusTest {
  private final DeviceBus bus = new DeviceBus();

  private static MmioDevice device() {
    return new TestFinisher(reason -> {});
  }

  @Test
  void findsTheDeviceThatAnswersAllBytes() {
    MmioDevice device = device();
    bus.attach(0x1000, 0x10, device);
    assertThat(bus.find(0xfff, 1)).isNull();
    assertThat(bus.find(0x1000, 8)).isEqualTo(new DeviceBus.Slot(0x1000, 0x10, device));
    assertThat(bus.find(0x1008, 8)).isNotNull();
    assertThat(bus.find(0x1009, 8)).isNull();
    assertThat(bus.find(0x1010, 1)).isNull();
    assertThat(bus.find(-1, 1)).isNull();
    assertThat(bus.find(Long.MIN_VALUE, 8)).isNull();
    assertThat(bus.find(Long.MAX_VALUE, 8)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"0xff8, 9", "0x100f, 1", "0x1000, 16", "0x0, 0x2000", "0x1004, 4"})
  void refusesOverlaps(String base, String length) {
    bus.attach(0x1000, 0x10, device());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bus.attach(Long.decode(base), Long.decode(length), device()))
        .withMessageContaining("overlaps test finisher at 0x1000");
    assertThat(bus.tryAttach(Long.decode(base), Long.decode(length), device())).isFalse();
  }

  @Test
  void neighboursTouch() {
    bus.attach(0x1000, 0x10, device());
    bus.attach(0x1010, 0x10, device());
    assertThat(bus.tryAttach(0xff0, 0x10, device())).isTrue();
    assertThat(bus.find(0x100c, 8)).as("an access to two devices").isNull();
  }

  @Test
  void refusesRangesThatAreNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> bus.attach(-1, 1, device()));
    assertThatIllegalArgumentException().isThrownBy(() -> bus.attach(0, 0, device()));
    assertThatIllegalArgumentException().isThrownBy(() -> bus.attach(Long.MAX_VALUE, 1, device()));
  }

  @Test
  void aDetachedDeviceDoesNotAnswer() {
    bus.attach(0x1000, 0x10, device());
    assertThat(bus.detach(0x1000)).isTrue();
    assertThat(bus.detach(0x1000)).isFalse();
    assertThat(bus.find(0x1000, 1)).isNull();
  }

  /** Compares the bus with an array that has an entry for each address. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void agreesWithASimpleModel(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] owner = new long[512];
    java.util.Arrays.fill(owner, -1);
    for (int i = 0; i < 5_000; i++) {
      int base = random.nextInt(480);
      int length = random.nextInt(1, 32);
      if (random.nextBoolean()) {
        boolean free =
            java.util.stream.IntStream.range(base, base + length).allMatch(a -> owner[a] < 0);
        assertThat(bus.tryAttach(base, length, device())).isEqualTo(free);
        if (free) {
          java.util.Arrays.fill(owner, base, base + length, base);
        }
      } else if (bus.detach(base)) {
        for (int a = base; a < owner.length && owner[a] == base; a++) {
          owner[a] = -1;
        }
      }
      int address = random.nextInt(500);
      int size = 1 << random.nextInt(4);
      boolean whole = owner[address] >= 0 && owner[address] == owner[address + size - 1];
      DeviceBus.Slot slot = bus.find(address, size);
      assertThat(slot != null).isEqualTo(whole);
      assertThat(slot == null ? -1 : slot.base()).isEqualTo(whole ? owner[address] : -1);
    }
  }
}
