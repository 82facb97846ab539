// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;

/** A VM on a {@link FakeBoard}, whose changes of state a test can wait for. */
final class VmFixture implements AutoCloseable {
  static final Duration DEADLINE = Duration.ofSeconds(20);

  final BufferConsole console = new BufferConsole(HostServices.system());
  final FakeBoard.FakeAccelerator accelerator = new FakeBoard.FakeAccelerator();
  final Vm vm;
  private final BlockingQueue<VmState> changes = new LinkedBlockingQueue<>();

  VmFixture() {
    this(config -> config);
  }

  VmFixture(UnaryOperator<VmConfig> change) {
    VmConfig config =
        VmConfig.of("alice", FakeBoard.NO_IMAGE, console, HostServices.system())
            .withMemory(1 << 16);
    vm = Vm.create(change.apply(config), accelerator);
    vm.addListener(changes::add);
  }

  FakeBoard board() {
    return accelerator.board();
  }

  ScriptedVcpu vcpu(int index) {
    return board().vcpu(index);
  }

  /** Brings a fresh VM to one of the states in which it can stay. */
  VmFixture to(VmState state) {
    switch (state) {
      case LOADED -> {}
      case RUNNING -> vm.boot();
      case SUSPENDED -> {
        vm.boot();
        vm.suspend();
      }
      case STOPPED -> {
        vm.boot();
        vm.stop();
      }
      default -> throw new IllegalArgumentException("nothing stays " + state);
    }
    assertThat(vm.state()).isEqualTo(state);
    return this;
  }

  StopReason awaitStop() throws InterruptedException {
    return vm.awaitStop(DEADLINE).orElseThrow(() -> new AssertionError("did not stop"));
  }

  /** The changes of state until this one comes, that one included. */
  List<VmState> changesUntil(VmState state) throws InterruptedException {
    List<VmState> seen = new ArrayList<>();
    while (seen.isEmpty() || seen.getLast() != state) {
      VmState next = changes.poll(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("never became " + state + ", only " + seen);
      }
      seen.add(next);
    }
    return seen;
  }

  @Override
  public void close() {
    vm.close();
  }
}
