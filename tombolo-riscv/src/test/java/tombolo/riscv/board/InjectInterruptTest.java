// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.riscv.GuestRun;
import tombolo.riscv.interrupt.InterruptController;

/** What the host injects into a running guest ({@code pulse}), whose harts sleep in WFI. */
class InjectInterruptTest {
  private static final int ROUNDS = 200;
  private static final long POLL_NANOS = 20_000;

  private final BufferConsole console = new BufferConsole(HostServices.system());

  private Vm pulse(InterruptController controller, int harts) {
    return GuestRun.of("pulse").vcpus(harts).interrupts(controller).create(console);
  }

  private void awaitListening() throws InterruptedException {
    assertThat(console.await("wait for interrupt 36\n", GuestRun.DEADLINE)).isTrue();
  }

  private static void inject(Vm vm, long harts) {
    vm.injectInterrupt(harts, vm.boardModel().spareInterrupt());
  }

  private static long claims(Vm vm, int hart) {
    return vm.memory().getAcquireLong(GuestRun.SHARED_WORDS + 0x100 + 8L * hart);
  }

  private static long emptyTraps(Vm vm, int hart) {
    return vm.memory().getAcquireLong(GuestRun.SHARED_WORDS + 0x200 + 8L * hart);
  }

  /** What the PLIC says of the IVC interrupt, or the interrupt files of the harts. */
  private static boolean pending(Vm vm) {
    int source = vm.boardModel().spareInterrupt();
    DeviceBus.Slot plic = vm.mmio().find(BoardLayout.PLIC_BASE, 4);
    if (plic != null) {
      return (plic.device().read(0x1000 + source / 32 * 4L, 4) >> source % 32 & 1) != 0;
    }
    return ((RiscvBoard) vm.board())
        .vcpus().stream()
            .map(vcpu -> Objects.requireNonNull(vcpu.interruptFile))
            .anyMatch(file -> (file.access(0x80, -1, 0) >>> source & 1) != 0);
  }

  private void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + GuestRun.DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s", console.text()).isLessThan(deadline);
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void end(Vm vm, int harts) throws InterruptedException {
    vm.memory().setReleaseLong(GuestRun.SHARED_WORDS, 1);
    for (int hart = 0; hart < harts; hart++) {
      inject(vm, 1L << hart);
    }
    assertThat(GuestRun.awaitStop(vm, console)).isEqualTo(new StopReason.PowerOff());
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheHartThatIsNamedTakesIt(InterruptController controller) throws InterruptedException {
    try (Vm vm = pulse(controller, 2)) {
      vm.boot();
      awaitListening();
      for (int i = 1; i <= ROUNDS; i++) {
        long wanted = i;
        inject(vm, 0b10);
        await(() -> claims(vm, 1) == wanted);
      }
      assertThat(claims(vm, 0)).isZero();
      assertThat(emptyTraps(vm, 0)).as("hart 0 was not even interrupted").isZero();
      assertThat(emptyTraps(vm, 1)).isZero();
      inject(vm, 0b01);
      await(() -> claims(vm, 0) == 1);
      assertThat(claims(vm, 1)).isEqualTo(ROUNDS);
      end(vm, 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneOfSeveralTakesIt(InterruptController controller) throws InterruptedException {
    try (Vm vm = pulse(controller, 4)) {
      vm.boot();
      awaitListening();
      for (int i = 1; i <= ROUNDS; i++) {
        long wanted = i;
        inject(vm, vm.allVcpus());
        await(() -> claims(vm, 0) + claims(vm, 1) + claims(vm, 2) + claims(vm, 3) == wanted);
      }
      end(vm, 4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSuspendedGuestTakesItOnceItGoesOn(InterruptController controller)
      throws InterruptedException {
    try (Vm vm = pulse(controller, 2)) {
      vm.boot();
      awaitListening();
      vm.suspend();
      inject(vm, 0b10);
      inject(vm, 0b10);
      assertThat(claims(vm, 1)).isZero();
      vm.resume();
      await(() -> claims(vm, 1) == 1);
      assertThat(pending(vm)).as("two pulses before the claim were one").isFalse();
      end(vm, 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLoadedGuestTakesItOnceItListens(InterruptController controller)
      throws InterruptedException {
    try (Vm vm = pulse(controller, 1)) {
      inject(vm, 1);
      vm.boot();
      await(() -> claims(vm, 0) == 1);
      awaitListening();
      end(vm, 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResetForgetsIt(InterruptController controller) throws InterruptedException {
    try (Vm vm = pulse(controller, 1)) {
      vm.boot();
      awaitListening();
      vm.suspend();
      inject(vm, 1);
      assertThat(pending(vm)).isTrue();
      vm.reset();
      assertThat(pending(vm) || claims(vm, 0) != 0).isFalse();
      await(() -> console.text().lines().count() == 2);
      inject(vm, 1);
      await(() -> claims(vm, 0) == 1);
      end(vm, 1);
    }
  }
}
