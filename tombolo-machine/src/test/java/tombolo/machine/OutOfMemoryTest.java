// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.console.StreamConsole;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.machine.virtio.VirtioDevice;
import tombolo.machine.virtio.VirtioPci;
import tombolo.machine.virtio.VirtioTransport;
import tombolo.machine.virtio.Virtqueue;

@DisplayName("An error in a VM's vCPU, device or worker ends that VM, and")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OutOfMemoryTest {
  /** What a JVM throws that has no memory left, or no stack. */
  enum Thrown {
    MEMORY {
      @Override
      Error make() {
        return new OutOfMemoryError("on purpose");
      }
    },
    STACK {
      @Override
      Error make() {
        return new StackOverflowError("on purpose");
      }
    },
    /** Whoever wants to tell of it runs out of memory again. */
    MEMORY_AGAIN {
      @Override
      Error make() {
        return new OutOfMemoryError() {
          private static final long serialVersionUID = 1L;

          @Override
          public String getMessage() {
            throw new OutOfMemoryError("again");
          }

          @Override
          public String toString() {
            throw new OutOfMemoryError("again");
          }
        };
      }
    };

    abstract Error make();
  }

  private static void assertFailed(StopReason reason, Error cause) {
    assertThat(reason)
        .isInstanceOfSatisfying(
            StopReason.InternalFailure.class,
            failure -> assertThat(failure.cause()).isSameAs(cause));
  }

  /** The VM has stopped as any other, and can do all that a stopped VM can. */
  private static void assertClean(VmFixture fixture) throws InterruptedException {
    fixture.awaitStop();
    assertThat(fixture.vm.state()).isEqualTo(VmState.STOPPED);
    fixture.vm.stop();
    assertThatIllegalStateException().isThrownBy(fixture.vm::suspend);
    fixture.vm.boot();
    fixture.vm.suspend();
    fixture.vm.resume();
    fixture.vm.stop();
    assertThat(fixture.awaitStop()).isInstanceOf(StopReason.HostRequest.class);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("nothing else where a vCPU throws it")
  void ofAVcpu(Thrown thrown) throws InterruptedException {
    Error error = thrown.make();
    try (VmFixture other = new VmFixture().to(VmState.RUNNING);
        VmFixture fixture = new VmFixture(config -> config.withVcpus(3)).to(VmState.RUNNING)) {
      fixture
          .vcpu(1)
          .then(
              () -> {
                throw error;
              });
      assertFailed(fixture.awaitStop(), error);
      assertClean(fixture);
      assertThat(other.vm.state()).isEqualTo(VmState.RUNNING);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("nothing else where a device throws it at a vCPU")
  void ofADevice(Thrown thrown) throws InterruptedException {
    Error error = thrown.make();
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(2))) {
      fixture
          .vm
          .mmio()
          .attach(
              0x1000_0000,
              8,
              new MmioDevice() {
                @Override
                public String name() {
                  return "full";
                }

                @Override
                public long read(long offset, int size) {
                  throw error;
                }

                @Override
                public void write(long offset, int size, long value) {
                  throw error;
                }
              });
      fixture.vcpu(0).then(new VcpuExit.MmioRead(0x1000_0000, 4));
      fixture.vm.boot();
      assertFailed(fixture.awaitStop(), error);
      assertClean(fixture);
    }
  }

  @Test
  @DisplayName("the run comes to its end, although what is done at the end fails, too")
  void alsoWhereTheEndFails() throws InterruptedException {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(2))) {
      List<String> done = new CopyOnWriteArrayList<>();
      AtomicBoolean full = new AtomicBoolean(true);
      fixture.vm.addListener(
          _ -> {
            throw Thrown.MEMORY_AGAIN.make();
          });
      fixture.vm.addListener(
          state -> {
            if (state == VmState.STOPPED) {
              done.add("told");
            }
          });
      fixture.vm.onRunEnd(
          () -> {
            if (full.getAndSet(false)) {
              throw Thrown.MEMORY_AGAIN.make();
            }
            done.add("given back");
          });
      Error error = Thrown.MEMORY_AGAIN.make();
      fixture
          .vcpu(0)
          .then(
              () -> {
                throw error;
              });
      fixture.vm.boot();
      assertFailed(fixture.awaitStop(), error);
      fixture.vm.stop();
      assertThat(done).as("once more, when there was memory").contains("given back", "told");
      assertClean(fixture);
    }
  }

  @Test
  @DisplayName("whoever waits for the VM to be suspended or reset waits no longer")
  void endsWhatIsWaitedFor() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(2)).to(VmState.RUNNING)) {
      fixture
          .vcpu(1)
          .then(
              () -> {
                inside.countDown();
                awaitQuietly(go);
                throw new OutOfMemoryError("on purpose");
              });
      assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
      Thread later =
          Thread.ofPlatform()
              .start(
                  () -> {
                    // The other vCPU stops at the gate first, so that the suspension is under way.
                    while (fixture.vcpu(0).runs() == 0) {
                      Thread.onSpinWait();
                    }
                    go.countDown();
                  });
      assertThatIllegalStateException().isThrownBy(fixture.vm::suspend);
      later.join();
      assertClean(fixture);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A device whose work fails once. */
  private static final class Failing implements VirtioDevice {
    private final CountDownLatch served = new CountDownLatch(2);
    private volatile Error error;
    private volatile VirtioTransport transport;

    @SuppressWarnings("NullAway") // attached before it is used
    Failing(Error error) {
      this.error = error;
    }

    void serve() {
      transport.serveLater(transport.queue(0));
    }

    @Override
    public String name() {
      return "failing";
    }

    @Override
    public int type() {
      return 42;
    }

    @Override
    public int queues() {
      return 1;
    }

    @Override
    public void attach(VirtioTransport given) {
      transport = given;
    }

    @Override
    public void notified(Virtqueue queue) {}

    @Override
    @SuppressWarnings("NullAway") // null: it works from now on
    public void serve(Virtqueue queue) {
      served.countDown();
      Error now = error;
      error = null;
      if (now != null) {
        throw now;
      }
    }

    @Override
    public void reset() {}
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("nothing else where a device's worker throws it, which serves the next run")
  void ofADevicesWorker(Thrown thrown) throws InterruptedException {
    Error error = thrown.make();
    try (VmFixture fixture = new VmFixture()) {
      Failing device = new Failing(error);
      VirtioPci.plugIn(fixture.vm, 3, device);
      fixture.to(VmState.RUNNING);
      device.serve();
      assertFailed(fixture.awaitStop(), error);
      fixture.vm.stop();
      fixture.vm.boot();
      device.serve();
      assertThat(device.served.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(fixture.vm.state()).isEqualTo(VmState.RUNNING);
      fixture.vm.stop();
      assertClean(fixture);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("nothing else where the writer of a console throws it, which writes on afterwards")
  void ofAConsole(Thrown thrown) throws InterruptedException {
    Error error = thrown.make();
    AtomicBoolean fails = new AtomicBoolean(true);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int octet) {
            if (fails.getAndSet(false)) {
              throw error;
            }
            printed.write(octet);
          }
        };
    try (StreamConsole console = new StreamConsole("alice", out, HostServices.system());
        Vm vm =
            Vm.create(
                VmConfig.of("alice", FakeBoard.NO_IMAGE, console, HostServices.system())
                    .withMemory(1 << 16),
                new FakeBoard.FakeAccelerator())) {
      vm.boot();
      console.write((byte) 'x');
      assertFailed(vm.awaitStop(VmFixture.DEADLINE).orElseThrow(), error);
      console.flush();
      vm.boot();
      console.write((byte) 'y');
      console.flush();
      assertThat(printed).hasToString("y");
      assertThat(console.dropped()).isEqualTo(1);
      assertThat(vm.state()).isEqualTo(VmState.RUNNING);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {StateMonitor.MOST_UNTOLD / 2, 10 * StateMonitor.MOST_UNTOLD})
  @DisplayName("a slow listener of a guest that resets itself costs a bounded memory")
  void untoldChangesAreBounded(int changes) {
    StateMonitor monitor = new StateMonitor(HostServices.system().scheduler());
    List<VmState> told = new CopyOnWriteArrayList<>();
    monitor.listen(told::add);
    monitor.lock();
    for (int i = 0; i < changes; i++) {
      monitor.change(i % 2 == 0 ? VmState.LOADED : VmState.RUNNING);
    }
    monitor.change(VmState.STOPPED);
    monitor.unlock();
    monitor.tell();
    assertThat(told).hasSize(Math.min(changes + 1, StateMonitor.MOST_UNTOLD));
    assertThat(told.getLast()).isEqualTo(VmState.STOPPED);
  }
}
