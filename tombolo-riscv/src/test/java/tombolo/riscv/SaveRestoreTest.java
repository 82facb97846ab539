// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.machine.VmState;
import tombolo.machine.state.StateException;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.riscv.interrupt.InterruptController;

/**
 * A guest that is saved at a random instruction and goes on in another VM ends as if nothing had
 * happened. The undisturbed run is suspended and resumed at the same moments, for that takes time.
 *
 * <p>{@code -Dtombolo.saves=20000} saves more often, {@code -Dtombolo.seed=} at other moments.
 */
@DisplayName("A VM that is saved and restored")
class SaveRestoreTest {
  private static final int SAVES = Integer.getInteger("tombolo.saves", 1_100);
  private static final long SEED = Long.getLong("tombolo.seed", 1);
  private static final long MOST_STEPS = 5_000_000;

  /** How many times one run is saved: each of its VMs hands it to the next one. */
  private static final int SAVES_A_RUN = 50;

  @ParameterizedTest
  @DisplayName("ends as the undisturbed one does")
  @CsvSource({
    "selftest, 1, PLIC, 4",
    "selftest, 2, PLIC, 4",
    "litmus, 2, PLIC, 4",
    "aia, 2, AIA, 4",
    "ticker, 1, PLIC, 4",
    "echo, 1, PLIC, 4"
  })
  void endsAsTheUndisturbedOne(
      String name, int harts, InterruptController controller, int shareOfSaves) {
    GuestRun guest =
        GuestRun.of(name).vcpus(harts).memory(16 << 20).interrupts(controller).append("n=20");
    int saves = 0;
    for (int run = 0; saves * shareOfSaves < SAVES; run++) {
      long seed = SEED * 1_000_003L + run;
      long steps = stepsOf(guest, seed);
      long[] moments =
          new SplittableRandom(seed).longs(SAVES_A_RUN, 1, steps).sorted().distinct().toArray();
      String undisturbed = run(guest, seed, moments, false);
      String saved = run(guest, seed, moments, true);
      assertThat(saved).as("%s, seed %d, %s", name, seed, moments).isEqualTo(undisturbed);
      saves += moments.length;
    }
  }

  private static SteppedVm begin(GuestRun guest, long seed) {
    SteppedVm stepped = new SteppedVm(guest, seed);
    stepped.console.type("a word\nquit\n");
    stepped.vm.boot();
    return stepped;
  }

  private static long stepsOf(GuestRun guest, long seed) {
    try (SteppedVm stepped = begin(guest, seed)) {
      assertThat(stepped.step(MOST_STEPS)).as("%s ends", guest.name()).isTrue();
      return stepped.host.steps();
    }
  }

  /** Runs a guest and returns what it printed, and its end. */
  private static String run(GuestRun guest, long seed, long[] moments, boolean saves) {
    StringBuilder text = new StringBuilder();
    SteppedVm stepped = begin(guest, seed);
    try {
      for (long moment : moments) {
        while (stepped.host.steps() < moment && stepped.vm.state() != VmState.STOPPED) {
          stepped.host.step();
        }
        if (stepped.vm.state() == VmState.STOPPED) {
          break;
        }
        stepped.vm.suspend();
        if (saves) {
          stepped = handOver(stepped, text);
        }
        stepped.vm.resume();
      }
      assertThat(stepped.step(MOST_STEPS)).isTrue();
      return text + stepped.console.text() + stepped.end() + stepped.host.steps();
    } finally {
      stepped.close();
    }
  }

  private static SteppedVm handOver(SteppedVm from, StringBuilder printed) {
    byte[] saved = from.save();
    assertThat(from.save()).as("saving changes nothing").isEqualTo(saved);
    SteppedVm to = from.restored(saved);
    assertThat(to.save()).as("what was restored is what was saved").isEqualTo(saved);
    printed.append(from.console.text());
    for (int next; (next = from.console.read()) >= 0; ) {
      to.console.type(String.valueOf((char) next)); // typed, and not read by the guest yet
    }
    from.close();
    return to;
  }

  @Test
  @DisplayName("is suspended before, and loaded when it is restored")
  void states() {
    GuestRun guest = GuestRun.of("hello").memory(16 << 20);
    try (SteppedVm stepped = new SteppedVm(guest, 1)) {
      assertThatIllegalStateException()
          .isThrownBy(stepped::save)
          .withMessageContaining("suspended");
      stepped.vm.boot();
      assertThatIllegalStateException()
          .isThrownBy(stepped::save)
          .withMessageContaining("suspended");
      stepped.vm.suspend();
      byte[] saved = stepped.save();
      assertThatIllegalStateException()
          .isThrownBy(() -> stepped.vm.restore(new StateReader(new ByteArrayInputStream(saved))))
          .withMessageContaining("loaded");
      try (SteppedVm fresh = stepped.restored(saved)) {
        assertThat(fresh.vm.state()).isEqualTo(VmState.SUSPENDED);
        fresh.vm.stop();
        assertThat(fresh.vm.state()).isEqualTo(VmState.STOPPED);
        fresh.vm.boot();
        assertThat(fresh.step(MOST_STEPS)).isTrue();
        assertThat(fresh.console.text()).startsWith("Hello from");
      }
    }
  }

  @Test
  @DisplayName("refuses what is cut off or changed, and stays usable")
  void refusesWhatIsBroken() {
    GuestRun guest = GuestRun.of("hello").memory(16 << 20).vcpus(2);
    try (SteppedVm stepped = new SteppedVm(guest, 1)) {
      stepped.vm.boot();
      stepped.vm.suspend();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      stepped.vm.save(new StateWriter(bytes));
      byte[] saved = bytes.toByteArray();
      SplittableRandom random = new SplittableRandom(SEED);
      for (int i = 0; i < 20; i++) {
        byte[] cut = Arrays.copyOf(saved, random.nextInt(saved.length));
        try (SteppedVm fresh = new SteppedVm(guest, 2)) {
          assertThatThrownBy(() -> fresh.vm.restore(new StateReader(new ByteArrayInputStream(cut))))
              .isInstanceOf(StateException.class);
          assertThat(fresh.vm.state()).isEqualTo(VmState.STOPPED);
          fresh.vm.boot();
          assertThat(fresh.step(MOST_STEPS)).isTrue();
        }
      }
      try (SteppedVm larger = new SteppedVm(guest.memory(32 << 20), 2)) {
        assertThatThrownBy(
                () -> larger.vm.restore(new StateReader(new ByteArrayInputStream(saved))))
            .isInstanceOf(StateException.class)
            .hasMessageContaining("bytes of RAM, but this VM has");
      }
    }
  }
}
