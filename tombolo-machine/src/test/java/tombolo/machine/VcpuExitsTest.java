// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.power.GuestFault;
import tombolo.machine.power.StopReason;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;

/** What the VM does about each kind of exit. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VcpuExitsTest {
  private static final VcpuExit POWER_OFF = new VcpuExit.SystemEvent(new StopReason.PowerOff());

  private static final class Recorder implements MmioDevice {
    final List<String> accesses = new ArrayList<>();

    @Override
    public String name() {
      return "recorder";
    }

    @Override
    public long read(long offset, int size) {
      accesses.add("read %d at %d".formatted(size, offset));
      return 99;
    }

    @Override
    public void write(long offset, int size, long value) {
      accesses.add("write %d at %d: %d".formatted(size, offset, value));
    }
  }

  private static List<String> answersTo(VmFixture fixture, VcpuExit... exits)
      throws InterruptedException {
    fixture.vcpu(0).then(exits).then(POWER_OFF);
    fixture.vm.boot();
    assertThat(fixture.awaitStop()).isEqualTo(new StopReason.PowerOff());
    return fixture.vcpu(0).answers;
  }

  @Test
  void loadsAndStoresReachTheDeviceAtItsOffset() throws InterruptedException {
    try (VmFixture fixture = new VmFixture()) {
      Recorder device = new Recorder();
      fixture.vm.mmio().attach(0x10000000, 0x100, device);
      assertThat(
              answersTo(
                  fixture,
                  new VcpuExit.MmioRead(0x10000004, 4),
                  new VcpuExit.MmioWrite(0x100000fc, 4, 7)))
          .containsExactly("read 99");
      assertThat(device.accesses).containsExactly("read 4 at 4", "write 4 at 252: 7");
    }
  }

  @Test
  void anAddressWhereNothingAnswersIsRejectedAndCounted() throws InterruptedException {
    try (VmFixture fixture = new VmFixture()) {
      fixture.vm.mmio().attach(0x10000000, 0x100, new Recorder());
      assertThat(
              answersTo(
                  fixture,
                  new VcpuExit.MmioRead(0x0fffffff, 1),
                  new VcpuExit.MmioWrite(0x10000100, 1, 7),
                  // Its last bytes would be behind the device.
                  new VcpuExit.MmioRead(0x100000fe, 4)))
          .containsExactly("rejected", "rejected", "rejected");
      assertThat(fixture.vm.statistics().unknownAccesses()).isEqualTo(3);
    }
  }

  @Test
  void aStoreToMemoryThatMayOnlyBeReadIsRejectedAndCountedAsSuch() throws InterruptedException {
    try (HostMemory rom = HostMemory.allocate(HostMemory.PAGE_SIZE);
        VmFixture fixture = new VmFixture()) {
      Recorder flash = new Recorder();
      fixture.vm.memory().map(0x20000000, rom.size(), rom, 0, Access.READ);
      fixture.vm.mmio().attach(0x20000100, 0x100, flash);
      assertThat(
              answersTo(
                  fixture,
                  new VcpuExit.MmioWrite(0x20000000, 8, 7),
                  new VcpuExit.MmioWrite(0x20000fff, 1, 7),
                  new VcpuExit.MmioWrite(0x20001000, 1, 7),
                  // Devices come first: that is how flash memory takes commands.
                  new VcpuExit.MmioWrite(0x20000100, 1, 7)))
          .containsExactly("rejected", "rejected", "rejected");
      assertThat(fixture.vm.statistics().readOnlyStores()).isEqualTo(2);
      assertThat(fixture.vm.statistics().unknownAccesses()).isEqualTo(1);
      assertThat(flash.accesses).containsExactly("write 1 at 0: 7");
    }
  }

  @Test
  void portsAreABusOfTheirOwnThatReadsOnesWhereNothingIs() throws InterruptedException {
    try (VmFixture fixture = new VmFixture()) {
      Recorder device = new Recorder();
      fixture.vm.ports().attach(0x3f8, 8, device);
      assertThat(
              answersTo(
                  fixture,
                  new VcpuExit.PortRead(0x3fd, 1),
                  new VcpuExit.PortWrite(0x3f8, 1, 65),
                  new VcpuExit.PortRead(0x80, 1),
                  new VcpuExit.PortWrite(0x80, 1, 1)))
          .containsExactly("read 99", "read -1");
      assertThat(device.accesses).containsExactly("read 1 at 5", "write 1 at 0: 65");
      assertThat(fixture.vm.statistics().unknownAccesses()).isEqualTo(2);
    }
  }

  @Test
  void hypercallsGoToWhoeverRegisteredTheCode() throws InterruptedException {
    HypercallTable table = new HypercallTable().register(5, arguments -> arguments.get(3) + 1);
    try (VmFixture fixture = new VmFixture(config -> config.withHypercalls(table))) {
      fixture.vcpu(0).arguments[3] = 41;
      assertThat(answersTo(fixture, new VcpuExit.Hypercall(5), new VcpuExit.Hypercall(6)))
          .containsExactly("result 42", "result -1");
      assertThat(fixture.vm.statistics().unknownHypercalls()).isEqualTo(1);
    }
  }

  @Test
  void aVcpuThatIsStuckStopsTheVmWithItsReport() throws InterruptedException {
    GuestFault fault =
        new GuestFault(0, 0x80000000L, "illegal instruction", 0, "main+0x4", "gave up");
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(2))) {
      fixture.vcpu(0).then(new VcpuExit.Stuck(fault));
      fixture.vm.boot();
      assertThat(fixture.awaitStop()).isEqualTo(new StopReason.Fault(fault));
    }
  }

  @Test
  void exitsAreCountedByKindAcrossVcpus() throws InterruptedException {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(2))) {
      fixture.vcpu(1).then(new VcpuExit.Hypercall(1), new VcpuExit.Hypercall(1), POWER_OFF);
      fixture.vm.boot();
      fixture.awaitStop();
      VmStatistics statistics = fixture.vm.statistics();
      assertThat(statistics.exits(ExitKind.HYPERCALL)).isEqualTo(2);
      assertThat(statistics.exits(ExitKind.SYSTEM_EVENT)).isEqualTo(1);
      assertThat(statistics.exits()).containsOnlyKeys(ExitKind.values());
      assertThat(statistics.retiredInstructions())
          .isEqualTo(10 * (fixture.vcpu(0).runs() + fixture.vcpu(1).runs()));
    }
  }

  @Test
  void aDeviceThatThrowsStopsItsVmAndNoOther() throws InterruptedException {
    try (VmFixture other = new VmFixture().to(VmState.RUNNING);
        VmFixture fixture = new VmFixture(config -> config.withVcpus(3))) {
      RuntimeException bug = new IllegalArgumentException("off by one");
      StoreCallback broken =
          new StoreCallback(
              () -> {
                throw bug;
              });
      fixture.vm.mmio().attach(0x1000, 8, broken);
      fixture.vcpu(1).then(new VcpuExit.MmioWrite(0x1000, 4, 0));
      fixture.vm.boot();
      assertThat(fixture.awaitStop())
          .isEqualTo(
              new StopReason.InternalFailure(
                  "vCPU 1: device callback: write of 4 bytes at 0x1000 failed", bug));
      assertThat(other.vm.state()).isEqualTo(VmState.RUNNING);
      fixture.vm.boot();
      assertThat(fixture.vm.state()).isEqualTo(VmState.RUNNING);
    }
  }

  @Test
  void anAcceleratorThatThrowsStopsItsVm() throws InterruptedException {
    try (VmFixture fixture = new VmFixture(config -> config.withVcpus(2))) {
      fixture
          .vcpu(0)
          .then(
              () -> {
                throw new AssertionError("impossible");
              });
      fixture.vm.boot();
      assertThat(fixture.awaitStop().describe())
          .contains("vCPU 0: the accelerator failed", "impossible");
    }
  }

  @Test
  void aHypercallHandlerThatThrowsStopsItsVm() throws InterruptedException {
    HypercallTable table =
        new HypercallTable()
            .register(
                1,
                arguments -> {
                  throw new IllegalStateException("oops");
                });
    try (VmFixture fixture = new VmFixture(config -> config.withHypercalls(table))) {
      fixture.vcpu(0).then(new VcpuExit.Hypercall(1));
      fixture.vm.boot();
      assertThat(fixture.awaitStop().describe()).contains("hypercall 0x1 failed", "oops");
    }
  }
}
