// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.guest;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import tombolo.bench.suite.BenchmarkException;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.KernelImage;
import tombolo.machine.power.StopReason;

/** Runs a guest in a VM of this process, with one vCPU. */
public final class TomboloMachine {
  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final long RAM_BASE = 0x8000_0000L;

  private TomboloMachine() {}

  /**
   * Runs a guest to its end. The time is that of the vCPU's thread, from its start to its end. It
   * includes the guest's own start, but neither the making of the VM nor the JIT compiler's
   * threads.
   *
   * @param engine executes its code
   * @throws BenchmarkException if it does not power off well
   */
  public static Timed run(Engine engine, Path elf, String commandLine) throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    Meter meter = new Meter();
    KernelImage kernel = KernelImage.read(elf, ElfMachine.RISCV, RAM_BASE);
    VmConfig config =
        VmConfig.of(
                "bench", new BootImage(kernel, null, commandLine), console, HostServices.system())
            .withHost(new HostServices(Clock.system(), meter, RandomSource.system()));
    Optional<StopReason> reason;
    try (Vm vm = Vm.create(config, engine.accelerator())) {
      vm.boot();
      reason = vm.awaitStop(DEADLINE);
    }
    if (!(reason.orElse(null) instanceof StopReason.PowerOff)) {
      throw new BenchmarkException(
          "%s on Tombolo: %s; it printed: %s"
              .formatted(
                  elf.getFileName(),
                  reason.map(StopReason::describe).orElse("no end within " + DEADLINE),
                  console.text().strip()));
    }
    return new Timed(console.text(), meter.wallNanos, meter.cpuNanos);
  }

  /**
   * Times the VM's vCPU, which the system's scheduler steps on one thread. Devices have workers,
   * too, which are not timed. The fields are read after the VM was closed, which waits for the vCPU
   * to end.
   */
  private static final class Meter implements Scheduler {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private boolean begun;
    private long wall;
    private long cpu;
    private long wallNanos;
    private long cpuNanos;

    @Override
    public Task task(String name, Idle idle, Worker worker) {
      return Scheduler.system()
          .task(name, idle, name.endsWith("/vcpu0") ? () -> time(worker) : worker);
    }

    private long time(Worker worker) {
      if (!begun) {
        begun = true;
        wall = System.nanoTime();
        cpu = THREADS.getCurrentThreadCpuTime();
      }
      long until = worker.step();
      if (until == Worker.DONE) {
        cpuNanos = THREADS.getCurrentThreadCpuTime() - cpu;
        wallNanos = System.nanoTime() - wall;
      }
      return until;
    }

    @Override
    public void park(long nanos) {
      Scheduler.system().park(nanos);
    }

    @Override
    public void unpark(Thread thread) {
      Scheduler.system().unpark(thread);
    }
  }
}
