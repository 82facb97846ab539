// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.power.StopReason;

@DisplayName("What is to be done at the end of a run is done")
@Timeout(60)
final class RunEndTest {
  /** The VM's state at each time that it was done. */
  private final List<VmState> done = new CopyOnWriteArrayList<>();

  private VmFixture fixture() {
    return fixture(GuestReset.STOP);
  }

  private VmFixture fixture(GuestReset onReset) {
    VmFixture fixture = new VmFixture(config -> config.withVcpus(2).withGuestReset(onReset));
    fixture.vm.onRunEnd(
        () -> {
          assertThat(fixture.board().scripted).noneMatch(ScriptedVcpu::inRun);
          done.add(fixture.vm.state());
        });
    return fixture;
  }

  @Test
  void beforeTheStateIsStopped() {
    try (VmFixture fixture = fixture().to(VmState.RUNNING)) {
      assertThat(done).isEmpty();
      fixture.vm.stop();
      assertThat(done).containsExactly(VmState.STOPPING);
    }
  }

  @Test
  void ofASuspendedVm() {
    try (VmFixture fixture = fixture().to(VmState.SUSPENDED)) {
      assertThat(done).as("a suspended run has not ended").isEmpty();
      fixture.vm.stop();
      assertThat(done).containsExactly(VmState.STOPPING);
    }
  }

  @Test
  void whenTheGuestTurnsThePowerOff() throws InterruptedException {
    try (VmFixture fixture = fixture()) {
      fixture.vcpu(1).then(new VcpuExit.SystemEvent(new StopReason.PowerOff()));
      fixture.vm.boot();
      fixture.awaitStop();
      assertThat(done).containsExactly(VmState.STOPPING);
    }
  }

  @Test
  void whenAVcpuFails() throws InterruptedException {
    try (VmFixture fixture = fixture()) {
      fixture
          .vcpu(0)
          .then(
              () -> {
                throw new IllegalStateException("a defect of the accelerator");
              });
      fixture.vm.boot();
      assertThat(fixture.awaitStop()).isInstanceOf(StopReason.InternalFailure.class);
      assertThat(done).containsExactly(VmState.STOPPING);
    }
  }

  @Test
  void beforeAResetLoadsTheImageAnew() {
    try (VmFixture fixture = fixture().to(VmState.RUNNING)) {
      List<Integer> doneBeforeLoad = new ArrayList<>();
      fixture.board().onLoad = _ -> doneBeforeLoad.add(done.size());
      fixture.vm.reset();
      assertThat(done).hasSize(1);
      assertThat(doneBeforeLoad).containsExactly(1);
      assertThat(fixture.vm.state()).isEqualTo(VmState.RUNNING);
    }
  }

  @Test
  void whenTheGuestResetsItself() throws InterruptedException {
    try (VmFixture fixture = fixture(GuestReset.REBOOT)) {
      fixture.vcpu(0).then(new VcpuExit.SystemEvent(new StopReason.ResetRequested()));
      fixture.vm.boot();
      fixture.changesUntil(VmState.LOADING);
      fixture.changesUntil(VmState.RUNNING);
      assertThat(done).hasSize(1);
    }
  }

  @Test
  void beforeTheNextBoot() {
    try (VmFixture fixture = fixture().to(VmState.STOPPED)) {
      done.clear();
      fixture.vm.boot();
      assertThat(done).as("what came after the stop goes, too").hasSize(1);
    }
  }

  @Test
  void whenAVmIsStoppedThatNeverRan() {
    try (VmFixture fixture = fixture()) {
      fixture.vm.stop();
      assertThat(done).hasSize(1).doesNotContain(VmState.STOPPED);
    }
  }

  @Test
  void whenTheVmIsClosed() {
    try (VmFixture fixture = fixture().to(VmState.RUNNING)) {
      fixture.vm.close();
      assertThat(done).as("the end of the run, and what came after it").isNotEmpty();
      int times = done.size();
      fixture.vm.close();
      assertThat(done).hasSize(times);
    }
  }

  @Test
  void alsoBehindOneThatFails() {
    List<String> order = new ArrayList<>();
    try (VmFixture fixture = new VmFixture()) {
      fixture.vm.onRunEnd(
          () -> {
            order.add("first");
            throw new IllegalStateException("a defect");
          });
      fixture.vm.onRunEnd(() -> order.add("second"));
      fixture.vm.boot();
      fixture.vm.stop();
      assertThat(fixture.vm.state()).isEqualTo(VmState.STOPPED);
      assertThat(order).containsExactly("first", "second");
    }
  }

  @Test
  void andMayAskForNoOtherState() {
    try (VmFixture fixture = new VmFixture()) {
      List<Throwable> refused = new ArrayList<>();
      fixture.vm.onRunEnd(
          () -> {
            try {
              fixture.vm.boot();
            } catch (IllegalStateException e) {
              refused.add(e);
            }
          });
      fixture.vm.boot();
      fixture.vm.stop();
      assertThat(refused).isNotEmpty();
      assertThat(fixture.vm.state()).isEqualTo(VmState.STOPPED);
    }
  }
}
