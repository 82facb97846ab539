// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;
import tombolo.machine.power.StopReason;
import tombolo.memory.HostMemory;

/**
 * A VM whose state several threads change at once. Every wait has a deadline: a hang is a failure.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VmConcurrencyTest {
  private static final int SEQUENCES = 250;
  private static final int THREADS = 4;
  private static final int CALLS = 6;

  /** With each of four seeds, which makes 1,000 sequences. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomCallsOfSeveralThreadsNeitherHangNorLeaveAnythingBehind(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    for (int sequence = 0; sequence < SEQUENCES; sequence++) {
      VmFixture fixture = new VmFixture(c -> c.withVcpus(3).withGuestReset(GuestReset.REBOOT));
      List<FutureTask<Void>> callers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        long callerSeed = random.nextLong();
        FutureTask<Void> caller =
            new FutureTask<>(() -> callAtRandom(fixture, new SplittableRandom(callerSeed)), null);
        callers.add(caller);
        Thread.ofPlatform().name("caller" + i).daemon().start(caller);
      }
      for (FutureTask<Void> caller : callers) {
        await(caller, fixture, seed, sequence);
      }
      fixture.close();
      assertThat(fixture.vm.state()).isEqualTo(VmState.STOPPED);
      assertThat(fixture.board().closes).hasValue(1);
      assertThat(fixture.board().scripted).noneMatch(vcpu -> vcpu.sharedByTwoThreads);
      assertThat(fixture.board().loadedWhileRunning).isFalse();
    }
    assertThat(VcpuThreadCount.now()).isZero();
  }

  private static void callAtRandom(VmFixture fixture, SplittableRandom random) {
    for (int i = 0; i < CALLS; i++) {
      try {
        switch (random.nextInt(9)) {
          case 0, 1 -> fixture.vm.boot();
          case 2 -> fixture.vm.suspend();
          case 3 -> fixture.vm.resume();
          case 4 -> fixture.vm.reset();
          case 5 -> fixture.vm.stop();
          case 6 ->
              fixture
                  .vcpu(random.nextInt(3))
                  .then(new VcpuExit.SystemEvent(new StopReason.ResetRequested()));
          case 7 -> fixture.board().context.power().request(new StopReason.PowerOff());
          default -> {
            if (random.nextInt(8) == 0) {
              fixture.vm.close();
            }
          }
        }
      } catch (IllegalStateException refused) {
        // Another thread was quicker; that is a legal answer.
        assertThat(refused).hasMessageStartingWith("alice is ");
      }
    }
  }

  private static void await(FutureTask<Void> caller, VmFixture fixture, long seed, int sequence)
      throws InterruptedException, ExecutionException {
    try {
      caller.get(20, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      StringBuilder stacks = new StringBuilder();
      Thread.getAllStackTraces()
          .forEach(
              (thread, stack) ->
                  stacks.append(thread).append(List.of(stack)).append(System.lineSeparator()));
      throw new AssertionError(
          "hangs in seed %d, sequence %d, state %s%n%s"
              .formatted(seed, sequence, fixture.vm.state(), stacks),
          e);
    }
  }

  @Test
  void aKickIsNeverLost() {
    try (VmFixture fixture = new VmFixture(c -> c.withVcpus(2)).to(VmState.RUNNING)) {
      // Each of these needs every vCPU to come out of run(), into which it is about to go back.
      for (int i = 0; i < 2_000; i++) {
        fixture.vm.suspend();
        fixture.vm.resume();
      }
      assertThat(fixture.vm.state()).isEqualTo(VmState.RUNNING);
    }
  }

  @Test
  void stopEndsASuspendThatWaitsForABusyDevice() throws Exception {
    try (VmFixture fixture = new VmFixture()) {
      CountDownLatch inDevice = new CountDownLatch(1);
      CountDownLatch leaveDevice = new CountDownLatch(1);
      StoreCallback busy =
          new StoreCallback(
              () -> {
                inDevice.countDown();
                try {
                  leaveDevice.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      fixture.vm.mmio().attach(0x1000, 8, busy);
      fixture.vcpu(0).then(new VcpuExit.MmioWrite(0x1000, 4, 0));
      fixture.vm.boot();
      inDevice.await();
      FutureTask<Void> suspender = new FutureTask<>(fixture.vm::suspend, null);
      Thread thread = Thread.ofPlatform().daemon().start(suspender);
      while (thread.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      fixture.vm.stop();
      assertThat(fixture.vm.state()).isEqualTo(VmState.STOPPED);
      assertThatThrownBy(() -> suspender.get(20, TimeUnit.SECONDS))
          .hasMessageContaining("alice is stop");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aResetWaitsForEveryVcpuBeforeItLoads(boolean afterASuspension) throws InterruptedException {
    try (VmFixture fixture = new VmFixture(c -> c.withVcpus(2).withGuestReset(GuestReset.REBOOT))) {
      if (afterASuspension) {
        fixture.vm.boot();
        fixture.vm.suspend();
      }
      CountDownLatch inGuest = new CountDownLatch(1);
      CountDownLatch leaveGuest = new CountDownLatch(1);
      fixture
          .vcpu(0)
          .then(
              () -> {
                inGuest.countDown();
                try {
                  leaveGuest.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                return new VcpuExit.Kicked();
              });
      if (afterASuspension) {
        fixture.vm.resume();
      } else {
        fixture.vm.boot();
      }
      inGuest.await();
      fixture.vcpu(1).then(new VcpuExit.SystemEvent(new StopReason.ResetRequested()));
      fixture.changesUntil(VmState.STOPPING);
      // The other vCPU is at the gate, or on its way; this one is still in guest code.
      assertThat(fixture.vm.awaitStop(Duration.ofMillis(50))).isEmpty();
      assertThat(fixture.board().loads).hasValue(1);
      leaveGuest.countDown();
      fixture.changesUntil(VmState.RUNNING);
      assertThat(fixture.board().loads).hasValue(2);
      assertThat(fixture.board().loadedWhileRunning).isFalse();
    }
  }

  @Test
  void aBootDuringAGuestsResetWaitsAndIsRefused() throws Exception {
    try (VmFixture fixture = new VmFixture(c -> c.withGuestReset(GuestReset.REBOOT))) {
      CountDownLatch loading = new CountDownLatch(1);
      CountDownLatch load = new CountDownLatch(1);
      fixture.board().onLoad =
          board -> {
            loading.countDown();
            try {
              load.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          };
      fixture.vcpu(0).then(new VcpuExit.SystemEvent(new StopReason.ResetRequested()));
      fixture.vm.boot();
      loading.await();
      FutureTask<Void> booter = new FutureTask<>(fixture.vm::boot, null);
      Thread thread = Thread.ofPlatform().daemon().start(booter);
      while (thread.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      load.countDown();
      assertThatThrownBy(() -> booter.get(20, TimeUnit.SECONDS))
          .hasMessageContaining("alice is running; only a VM that is loaded or stopped");
      assertThat(fixture.board().loads).hasValue(2);
    }
  }

  @Test
  void aResetAskedForBeforeTheThreadsAreThereHappens() throws InterruptedException {
    VmFixture[] made = new VmFixture[1];
    Scheduler askingFirst =
        new Scheduler() {
          private boolean asked;

          @Override
          public Task task(String name, Idle idle, Worker worker) {
            Task task = Scheduler.system().task(name, idle, worker);
            return new AskingTask(task) {
              @Override
              public void start() {
                if (!asked) {
                  asked = true;
                  made[0].board().context.power().request(new StopReason.ResetRequested());
                }
                task.start();
              }
            };
          }

          @Override
          public void park(long nanos) {
            Scheduler.system().park(nanos);
          }

          @Override
          public void unpark(Thread thread) {
            Scheduler.system().unpark(thread);
          }
        };
    try (VmFixture fixture =
        new VmFixture(
            c ->
                c.withHost(new HostServices(Clock.system(), askingFirst, RandomSource.seeded(1)))
                    .withGuestReset(GuestReset.REBOOT))) {
      made[0] = fixture;
      fixture.vm.boot();
      fixture.changesUntil(VmState.LOADED);
      fixture.changesUntil(VmState.RUNNING);
      assertThat(fixture.board().loads).hasValue(2);
    }
  }

  /** A task of the system's scheduler that does something first when it is started. */
  private abstract static class AskingTask implements Task {
    private final Task task;

    AskingTask(Task task) {
      this.task = task;
    }

    @Override
    public void wake() {
      task.wake();
    }

    @Override
    public void pause() {
      task.pause();
    }

    @Override
    public void resume() {
      task.resume();
    }

    @Override
    public void interrupt() {
      task.interrupt();
    }

    @Override
    public boolean hasEnded() {
      return task.hasEnded();
    }

    @Override
    public void awaitEnd() {
      task.awaitEnd();
    }
  }

  @Test
  void twoVmsThatStopEachOtherBothStop() throws Exception {
    try (VmFixture bob = new VmFixture();
        VmFixture alice = new VmFixture()) {
      CountDownLatch both = new CountDownLatch(2);
      bob.vm.mmio().attach(0x1000, 8, new StoreCallback(() -> stopOnceBothAreHere(both, alice)));
      alice.vm.mmio().attach(0x1000, 8, new StoreCallback(() -> stopOnceBothAreHere(both, bob)));
      alice.vcpu(0).then(new VcpuExit.MmioWrite(0x1000, 4, 0));
      bob.vcpu(0).then(new VcpuExit.MmioWrite(0x1000, 4, 0));
      alice.vm.boot();
      bob.vm.boot();
      assertThat(List.of(alice.awaitStop(), bob.awaitStop()))
          .allMatch(StopReason.HostRequest.class::isInstance);
    }
  }

  private static void stopOnceBothAreHere(CountDownLatch both, VmFixture other) {
    both.countDown();
    try {
      both.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    other.vm.stop();
  }

  @Test
  void manyVmsLeaveNoThreadAndNoMemoryBehind() {
    long before = HostMemory.liveCount();
    for (int i = 0; i < 500; i++) {
      VmFixture fixture = new VmFixture(c -> c.withVcpus(2));
      fixture.vm.boot();
      if (i % 2 == 0) {
        fixture.vm.stop();
      }
      fixture.close();
    }
    assertThat(VcpuThreadCount.now()).isZero();
    assertThat(HostMemory.liveCount()).isEqualTo(before);
  }

  @Test
  void listenersHearEveryChangeInOrder() throws InterruptedException {
    try (VmFixture fixture = new VmFixture(c -> c.withVcpus(2)).to(VmState.RUNNING)) {
      fixture.changesUntil(VmState.RUNNING);
      for (int i = 0; i < 100; i++) {
        fixture.vm.suspend();
        fixture.vm.resume();
        assertThat(fixture.changesUntil(VmState.RUNNING))
            .containsExactly(VmState.SUSPENDED, VmState.RUNNING);
      }
    }
  }
}
