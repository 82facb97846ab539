// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.memory.HostMemory;

/** Thousands of VMs come and go, and nothing of them stays. */
@EnabledOnOs(OS.LINUX) // looks into /proc
class LeakTest {
  private static final int VMS = Integer.getInteger("tombolo.leak.vms", 10_000);
  private static final int WARM_UP = 500;
  private static final long RAM = 4 << 20;

  private static final GuestRun ENDS = new MachineCode().powerOff().guest("ends").memory(RAM);
  private static final GuestRun LOOPS = new MachineCode().jump(0).guest("loops").memory(RAM);
  private static final GuestRun SLEEPS =
      new MachineCode().word(MachineCode.WFI).jump(-4).guest("sleeps").memory(RAM);

  @Test
  void tenThousandVmsLeaveNothingBehind() throws Exception {
    for (int i = 0; i < WARM_UP; i++) {
      live(i);
    }
    long memories = HostMemory.liveCount();
    long bytes = HostMemory.liveBytes();
    long addressSpace = addressSpaceKiB();
    long descriptors = descriptors();

    for (int i = 0; i < VMS; i++) {
      live(i);
    }
    assertThat(HostMemory.liveCount()).isEqualTo(memories);
    assertThat(HostMemory.liveBytes()).isEqualTo(bytes);
    assertThat(vcpuThreads()).isZero();
    // The JVM itself needs some more or less from time to time; leaks would come to 40 GB, and to
    // thousands of descriptors.
    assertThat(addressSpaceKiB() - addressSpace).isLessThan(VMS * (RAM >> 10) / 20);
    assertThat(descriptors() - descriptors).isLessThan(20);
  }

  /** One life: a guest that ends by itself, is stopped, or is closed as it runs. */
  private static void live(int number) throws InterruptedException {
    GuestRun guest =
        switch (number & 3) {
          case 0 -> LOOPS;
          case 1 -> SLEEPS;
          default -> ENDS;
        };
    BufferConsole console = new BufferConsole(HostServices.system());
    try (Vm vm = guest.vcpus(1 + (number >> 2) % 2).create(console)) {
      vm.boot();
      if ((number & 3) > 1) {
        assertThat(GuestRun.awaitStop(vm, console)).isEqualTo(new StopReason.PowerOff());
      } else if (number % 3 == 0) {
        vm.stop();
      }
    }
  }

  private static long vcpuThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("(ends|loops|sleeps)/vcpu\\d"))
        .count();
  }

  private static long addressSpaceKiB() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmSize:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
