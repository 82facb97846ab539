// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.riscv.GuestRun;

/** A guest that waits burns no CPU of the host. */
class IdleTest {
  private static final Duration A_WHILE = Duration.ofSeconds(1);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** CPU time that the threads of a VM's vCPUs have used, whatever else the machine does. */
  private static long cpuNanos(Vm vm) {
    return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith(vm.name() + "/vcpu"))
        .mapToLong(thread -> THREADS.getThreadCpuTime(thread.getThreadId()))
        .sum();
  }

  @ParameterizedTest
  @CsvSource({"idle, idle: asleep", "echo, quit or Ctrl-D ends"})
  void aSleepingGuestUsesNoCpu(String guest, String ready) throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    try (Vm vm = GuestRun.of(guest).vcpus(4).create(console)) {
      vm.boot();
      assertThat(console.await(ready, GuestRun.DEADLINE)).isTrue();
      long instructions = vm.statistics().retiredInstructions();
      long before = cpuNanos(vm);
      assertThat(vm.awaitStop(A_WHILE)).as("it waits for ever").isEmpty();
      long used = cpuNanos(vm) - before;
      assertThat(before).as("the threads were found").isPositive();
      assertThat(used).isLessThan(A_WHILE.toNanos() / 50);
      // From printing to its wfi, and not more.
      assertThat(vm.statistics().retiredInstructions() - instructions).isLessThan(20_000);
    }
  }
}
