// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.Vm;
import tombolo.machine.VmState;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.riscv.interrupt.InterruptController;

/** The guests do what guests/README.md says of them. */
class GuestsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8})
  void helloFindsItsHartsAndItsMemory(int harts) throws InterruptedException {
    GuestRun.Outcome hello = GuestRun.of("hello").vcpus(harts).memory(48 << 20).run();
    assertThat(hello.lines())
        .containsExactly("Hello from Tombolo: hart 0, %d hart(s), 48 MiB".formatted(harts));
    assertThat(hello.reason()).isEqualTo(new StopReason.PowerOff());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 255, 65535})
  void anExitCodeBecomesTheStopReason(int code) throws InterruptedException {
    assertThat(GuestRun.of("exit-code").append("code=" + code).run().reason())
        .isEqualTo(new StopReason.GuestFailure(code));
  }

  @Test
  void exitCodeZeroIsAPowerOff() throws InterruptedException {
    assertThat(GuestRun.of("exit-code").append("code=0").run().reason())
        .isEqualTo(new StopReason.PowerOff());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void theSelfTestPassesWhollyAndSkipsNothing(int harts) throws InterruptedException {
    GuestRun.Outcome selftest = GuestRun.of("selftest").vcpus(harts).run();
    // With one hart it leaves out, without a word, what needs two.
    assertThat(selftest.lines()).filteredOn(line -> line.startsWith("ok ")).hasSizeGreaterThan(90);
    assertThat(selftest.lines())
        .noneMatch(line -> line.startsWith("FAIL") || line.startsWith("skip"));
    assertThat(selftest.reason()).isEqualTo(new StopReason.PowerOff());
  }

  @Test
  void theGuestsLibrarySpeaksBothVersionsOfAxVisorsRegion() throws InterruptedException {
    GuestRun.Outcome selftest = GuestRun.of("axvisor-selftest").run();
    assertThat(selftest.lines())
        .filteredOn(line -> line.startsWith("ok v2-"))
        .hasSizeGreaterThan(15);
    assertThat(selftest.lines()).noneMatch(line -> line.startsWith("FAIL"));
    assertThat(selftest.reason()).isEqualTo(new StopReason.PowerOff());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void theAdvancedInterruptArchitectureIsThereForTheGuestThatAsksForIt(int harts)
      throws InterruptedException {
    GuestRun.Outcome aia =
        GuestRun.of("aia").vcpus(harts).interrupts(InterruptController.AIA).run();
    assertThat(aia.lines()).filteredOn(line -> line.startsWith("ok ")).hasSizeGreaterThan(28);
    assertThat(aia.lines()).noneMatch(line -> line.startsWith("FAIL") || line.startsWith("skip"));
    assertThat(aia.reason()).isEqualTo(new StopReason.PowerOff());
  }

  @Test
  void typedCharactersReachTheGuestByInterrupts() throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    try (Vm vm = GuestRun.of("echo").create(console)) {
      vm.boot();
      assertThat(console.await("quit or Ctrl-D ends\n", GuestRun.DEADLINE)).isTrue();
      for (String word :
          List.of("island", "sand bar", "a line of 33 letters, longer than a FIFO")) {
        console.type(word + "\n");
        assertThat(console.await(word.toUpperCase(Locale.ROOT) + "\n", GuestRun.DEADLINE))
            .as(word)
            .isTrue();
      }
      console.type("quit\n");
      assertThat(GuestRun.awaitStop(vm, console)).isEqualTo(new StopReason.PowerOff());
    }
    assertThat(console.text()).endsWith("echo: bye\n");
  }

  @Test
  void whatWasTypedBeforeTheGuestListensIsNotLost() throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    console.type("early\nquit\n");
    try (Vm vm = GuestRun.of("echo").create(console)) {
      vm.boot();
      assertThat(GuestRun.awaitStop(vm, console)).isEqualTo(new StopReason.PowerOff());
    }
    assertThat(console.text()).contains("EARLY\n");
  }

  @Test
  void timerInterruptsWakeASleepingGuest() throws InterruptedException {
    GuestRun.Outcome ticker = GuestRun.of("ticker").append("n=50 hz=1000").run();
    assertThat(ticker.lines().getFirst()).isEqualTo("ticker: 50 ticks at 1000 Hz");
    // One that was late is followed by the next one at once, so there may be a few more.
    assertThat(ticker.lines().getLast()).matches("ticker: \\d{2,} ticks in \\d{2,} ms");
    assertThat(ticker.reason()).isEqualTo(new StopReason.PowerOff());
  }

  @Test
  void aGuestGoesOnAfterItWasSuspended() throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    try (Vm vm = GuestRun.of("ticker").append("n=200 hz=1000").create(console)) {
      vm.boot();
      assertThat(console.await("ticks at", GuestRun.DEADLINE)).isTrue();
      vm.suspend();
      assertThat(vm.state()).isEqualTo(VmState.SUSPENDED);
      vm.resume();
      assertThat(GuestRun.awaitStop(vm, console)).isEqualTo(new StopReason.PowerOff());
    }
  }

  @Test
  void aStoppedVmBootsAgain() throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    try (Vm vm = GuestRun.of("hello").vcpus(2).create(console)) {
      for (int i = 0; i < 3; i++) {
        vm.boot();
        assertThat(GuestRun.awaitStop(vm, console)).isEqualTo(new StopReason.PowerOff());
      }
    }
    assertThat(console.text().lines()).hasSize(3).allMatch(line -> line.startsWith("Hello from"));
  }

  @Test
  void anIdleGuestIsStoppedAtOnce() throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    try (Vm vm = GuestRun.of("idle").vcpus(8).create(console)) {
      vm.boot();
      assertThat(console.await("idle: asleep\n", GuestRun.DEADLINE)).isTrue();
      vm.stop("enough");
      assertThat(vm.stopReason()).contains(new StopReason.HostRequest("enough"));
    }
  }
}
