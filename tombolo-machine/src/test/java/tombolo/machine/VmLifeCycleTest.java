// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.ImageException;
import tombolo.machine.power.StopReason;
import tombolo.memory.HostMemory;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VmLifeCycleTest {
  @Test
  void isLoadedOnceCreated() {
    try (VmFixture fixture = new VmFixture()) {
      assertThat(fixture.vm.state()).isEqualTo(VmState.LOADED);
      assertThat(fixture.board().loads).hasValue(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "boot,    LOADED,    RUNNING",
    "boot,    STOPPED,   RUNNING",
    "suspend, RUNNING,   SUSPENDED",
    "resume,  SUSPENDED, RUNNING",
    "reset,   RUNNING,   RUNNING",
    "reset,   SUSPENDED, RUNNING",
    "stop,    LOADED,    STOPPED",
    "stop,    RUNNING,   STOPPED",
    "stop,    SUSPENDED, STOPPED",
    "stop,    STOPPED,   STOPPED",
    "close,   LOADED,    STOPPED",
    "close,   RUNNING,   STOPPED",
    "close,   SUSPENDED, STOPPED",
    "close,   STOPPED,   STOPPED",
  })
  void legalTransition(String call, VmState from, VmState to) {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(3)).to(from)) {
      call(fixture.vm, call);
      assertThat(fixture.vm.state()).isEqualTo(to);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "boot,    RUNNING,   loaded or stopped",
    "boot,    SUSPENDED, loaded or stopped",
    "suspend, LOADED,    running",
    "suspend, SUSPENDED, running",
    "suspend, STOPPED,   running",
    "resume,  LOADED,    suspended",
    "resume,  RUNNING,   suspended",
    "resume,  STOPPED,   suspended",
    "reset,   LOADED,    running or suspended",
    "reset,   STOPPED,   running or suspended",
  })
  void illegalTransitionIsRefusedAndChangesNothing(String call, VmState from, String needed) {
    try (VmFixture fixture = new VmFixture().to(from)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> call(fixture.vm, call))
          .withMessageContaining("alice is " + from.name().toLowerCase(Locale.ROOT))
          .withMessageContaining("only a VM that is " + needed);
      assertThat(fixture.vm.state()).isEqualTo(from);
    }
  }

  @ParameterizedTest
  @CsvSource({"boot", "suspend", "resume", "reset"})
  void aClosedVmDoesNothingMore(String call) {
    VmFixture fixture = new VmFixture().to(VmState.RUNNING);
    fixture.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> call(fixture.vm, call))
        .withMessageContaining("alice is closed");
    fixture.vm.stop();
    fixture.vm.close();
    assertThat(fixture.board().closes).hasValue(1);
  }

  private static void call(Vm vm, String call) {
    switch (call) {
      case "boot" -> vm.boot();
      case "suspend" -> vm.suspend();
      case "resume" -> vm.resume();
      case "reset" -> vm.reset();
      case "stop" -> vm.stop();
      case "close" -> vm.close();
      default -> throw new IllegalArgumentException(call);
    }
  }

  @Test
  void suspendReturnsWhenEveryVcpuIsOutsideGuestCode() throws InterruptedException {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(4)).to(VmState.RUNNING)) {
      fixture.vm.suspend();
      long[] runs = fixture.board().scripted.stream().mapToLong(ScriptedVcpu::runs).toArray();
      assertThat(fixture.board().scripted).noneMatch(ScriptedVcpu::inRun);
      // Kicks and interrupts of a parked thread must not start it.
      fixture.board().scripted.forEach(ScriptedVcpu::kick);
      assertThat(fixture.vm.awaitStop(Duration.ofMillis(50))).isEmpty();
      assertThat(fixture.board().scripted.stream().mapToLong(ScriptedVcpu::runs))
          .containsExactly(runs[0], runs[1], runs[2], runs[3]);
    }
  }

  @ParameterizedTest
  @CsvSource({"boot, LOADED", "boot, STOPPED", "resume, SUSPENDED", "reset, SUSPENDED"})
  void everyVcpuRunsAfter(String call, VmState from) throws InterruptedException {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(3)).to(from)) {
      CountDownLatch steps = new CountDownLatch(3);
      call(fixture.vm, call);
      for (ScriptedVcpu vcpu : fixture.board().scripted) {
        vcpu.then(
            () -> {
              steps.countDown();
              return new VcpuExit.Kicked();
            });
      }
      assertThat(steps.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void bootAfterStopLoadsAnewWithZeroedRam() throws InterruptedException {
    try (VmFixture fixture = new VmFixture()) {
      fixture.vm.boot();
      fixture.vm.memory().writeLong(0x8000, 42);
      fixture.vm.stop();
      fixture.vm.boot();
      assertThat(fixture.board().loads).hasValue(2);
      assertThat(fixture.vm.memory().readLong(0x8000)).isZero();
      assertThat(fixture.changesUntil(VmState.LOADING))
          .containsExactly(VmState.RUNNING, VmState.STOPPING, VmState.STOPPED, VmState.LOADING);
      assertThat(fixture.changesUntil(VmState.RUNNING))
          .containsExactly(VmState.LOADED, VmState.RUNNING);
    }
  }

  @Test
  void resetLoadsAnewWithZeroedRamOnTheSameThreads() throws InterruptedException {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(2)).to(VmState.RUNNING)) {
      fixture.changesUntil(VmState.RUNNING);
      fixture.vm.memory().writeLong(0x10, 42);
      fixture.vm.reset();
      assertThat(fixture.vm.memory().readLong(0x10)).isZero();
      assertThat(fixture.board().loads).hasValue(2);
      assertThat(fixture.changesUntil(VmState.RUNNING))
          .containsExactly(VmState.STOPPING, VmState.LOADING, VmState.LOADED, VmState.RUNNING);
    }
  }

  @Test
  void aGuestsResetStopsTheVmUnlessItsOwnerWantsAReboot() throws InterruptedException {
    try (VmFixture fixture = new VmFixture()) {
      fixture.vcpu(0).then(new VcpuExit.SystemEvent(new StopReason.ResetRequested()));
      fixture.vm.boot();
      assertThat(fixture.awaitStop()).isEqualTo(new StopReason.ResetRequested());
    }
  }

  @Test
  void aGuestsResetReboots() throws InterruptedException {
    try (VmFixture fixture = new VmFixture(c -> c.withVcpus(3).withGuestReset(GuestReset.REBOOT))) {
      fixture.vcpu(1).then(new VcpuExit.SystemEvent(new StopReason.ResetRequested()));
      fixture.board().onLoad =
          board -> board.vcpu(2).then(new VcpuExit.SystemEvent(new StopReason.PowerOff()));
      fixture.vm.boot();
      assertThat(fixture.awaitStop()).isEqualTo(new StopReason.PowerOff());
      assertThat(fixture.board().loads).hasValue(2);
    }
  }

  @Test
  void aResetThatFailsStopsTheVm() throws InterruptedException {
    try (VmFixture fixture = new VmFixture(c -> c.withGuestReset(GuestReset.REBOOT))) {
      fixture.board().onLoad =
          board -> {
            throw new ImageException("no longer fits");
          };
      fixture.vcpu(0).then(new VcpuExit.SystemEvent(new StopReason.ResetRequested()));
      fixture.vm.boot();
      assertThat(fixture.awaitStop().describe()).contains("reset failed", "no longer fits");
    }
  }

  @Test
  void theFirstReasonWins() throws InterruptedException {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(2))) {
      fixture
          .vcpu(0)
          .then(
              () -> {
                fixture.board().context.power().request(new StopReason.GuestFailure(7));
                fixture.board().context.power().request(new StopReason.PowerOff());
                return new VcpuExit.SystemEvent(new StopReason.GuestFailure(8));
              });
      fixture.vm.boot();
      assertThat(fixture.awaitStop()).isEqualTo(new StopReason.GuestFailure(7));
      fixture.vm.stop("too late");
      assertThat(fixture.vm.stopReason()).contains(new StopReason.GuestFailure(7));
    }
  }

  @Test
  void stopSaysWhy() throws InterruptedException {
    try (VmFixture fixture = new VmFixture().to(VmState.RUNNING)) {
      assertThat(fixture.vm.stopReason()).isEmpty();
      fixture.vm.stop("Ctrl-C");
      assertThat(fixture.awaitStop()).isEqualTo(new StopReason.HostRequest("Ctrl-C"));
    }
  }

  @Test
  void awaitStopGivesUpAtItsDeadline() throws InterruptedException {
    try (VmFixture fixture = new VmFixture().to(VmState.RUNNING)) {
      assertThat(fixture.vm.awaitStop(Duration.ofMillis(1))).isEmpty();
    }
  }

  @Test
  void awaitStopSeesARunThatOtherThreadsBootAgainAtOnce() throws Exception {
    try (VmFixture fixture = new VmFixture().to(VmState.RUNNING)) {
      CountDownLatch waiting = new CountDownLatch(1);
      FutureTask<StopReason> waiter =
          new FutureTask<>(
              () -> {
                waiting.countDown();
                return fixture.awaitStop();
              });
      Thread thread = Thread.ofPlatform().start(waiter);
      waiting.await();
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      fixture.vm.stop("first");
      fixture.vm.boot();
      assertThat(waiter.get()).isEqualTo(new StopReason.HostRequest("first"));
    }
  }

  @Test
  void aVcpuThreadCanStopItsVmButNotWaitForIt() throws InterruptedException {
    try (VmFixture fixture = new VmFixture()) {
      fixture.vm.mmio().attach(0x100000, 8, new StoreCallback(fixture.vm::stop));
      fixture.vcpu(0).then(new VcpuExit.MmioWrite(0x100000, 4, 0));
      fixture.vm.boot();
      assertThat(fixture.awaitStop()).isInstanceOf(StopReason.HostRequest.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"boot", "suspend", "resume", "reset", "close"})
  void whatWaitsForVcpusIsRefusedOnVcpuWorkers(String call) throws InterruptedException {
    try (VmFixture other = new VmFixture();
        VmFixture fixture = new VmFixture()) {
      fixture.vm.mmio().attach(0x100000, 8, new StoreCallback(() -> call(other.vm, call)));
      fixture.vcpu(0).then(new VcpuExit.MmioWrite(0x100000, 4, 0));
      fixture.vm.boot();
      assertThat(fixture.awaitStop().describe()).contains("by a vCPU of alice");
    }
  }

  @Test
  void stopInterruptsADeviceThatWaitsForever() throws InterruptedException {
    try (VmFixture fixture = new VmFixture()) {
      CountDownLatch inDevice = new CountDownLatch(1);
      StoreCallback stuck =
          new StoreCallback(
              () -> {
                inDevice.countDown();
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      fixture.vm.mmio().attach(0x100000, 8, stuck);
      fixture.vcpu(0).then(new VcpuExit.MmioWrite(0x100000, 4, 0));
      fixture.vm.boot();
      inDevice.await();
      fixture.vm.stop();
      assertThat(fixture.vm.state()).isEqualTo(VmState.STOPPED);
    }
  }

  @Test
  void closeGivesMemoryBackAndClosesTheBoardOnce() {
    long before = HostMemory.liveBytes();
    VmFixture fixture = new VmFixture().to(VmState.SUSPENDED);
    assertThat(HostMemory.liveBytes()).isGreaterThan(before);
    fixture.close();
    fixture.close();
    assertThat(HostMemory.liveBytes()).isEqualTo(before);
    assertThat(fixture.board().closes).hasValue(1);
  }

  @Test
  void aVmThatCanNotBeMadeLeavesNothingBehind() {
    long before = HostMemory.liveBytes();
    FakeBoard.FakeAccelerator accelerator =
        new FakeBoard.FakeAccelerator() {
          @Override
          public Board createBoard(BoardModel model, BoardContext context) {
            FakeBoard board = (FakeBoard) super.createBoard(model, context);
            board.onLoad =
                b -> {
                  throw new ImageException("too large");
                };
            return board;
          }
        };
    VmConfig config =
        VmConfig.of("alice", FakeBoard.NO_IMAGE, new NullConsole(), HostServices.system());
    assertThatThrownBy(() -> Vm.create(config, accelerator)).isInstanceOf(ImageException.class);
    assertThat(accelerator.board().closes).hasValue(1);
    assertThat(HostMemory.liveBytes()).isEqualTo(before);
  }

  @Test
  void theAcceleratorsLimitOfVcpusHolds() {
    VmConfig config =
        VmConfig.of("alice", FakeBoard.NO_IMAGE, new NullConsole(), HostServices.system())
            .withVcpus(9);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Vm.create(config, new FakeBoard.FakeAccelerator()))
        .withMessage("alice: 9 vCPUs: accelerator fake has at most 8");
  }

  @ParameterizedTest
  @EnumSource(
      value = VmState.class,
      names = {"LOADED", "RUNNING", "SUSPENDED", "STOPPED"})
  void noThreadIsLeftAfterClose(VmState state) {
    VmFixture fixture = new VmFixture(c -> c.withVcpus(4)).to(state);
    fixture.close();
    assertThat(VcpuThreadCount.now()).isZero();
  }
}
