// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import tombolo.machine.GuestReset;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.VmStatistics;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.KernelImage;
import tombolo.machine.power.StopReason;
import tombolo.riscv.hart.CodeBudget;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.interrupt.InterruptController;

/** A guest to be run on a VM of its own: {@code GuestRun.of("hello").vcpus(4).run()}. Immutable. */
public record GuestRun(
    String name,
    KernelImage kernel,
    int vcpus,
    long memory,
    String append,
    GuestReset onReset,
    InterruptController interrupts) {
  /**
   * Far more than any guest needs that ends at all, on a machine that is busy with other things.
   */
  public static final Duration DEADLINE = Duration.ofMinutes(2);

  /** Words that guests and tests leave for each other begin here (guests/lib/board.h). */
  public static final long SHARED_WORDS = 0x8100_0000L;

  /** How a guest's run ended. */
  public record Outcome(StopReason reason, String text, VmStatistics statistics) {
    List<String> lines() {
      return text.lines().toList();
    }
  }

  /** A guest of {@code guests/bin}, by its file's name. */
  public static GuestRun of(String name) {
    return of(name, ElfImage.parse(bytes(name), ElfMachine.RISCV, name));
  }

  /** A guest that a test has made. */
  public static GuestRun of(String name, KernelImage kernel) {
    return new GuestRun(
        name, kernel, 1, VmConfig.DEFAULT_MEMORY, "", GuestReset.STOP, InterruptController.PLIC);
  }

  public static byte[] bytes(String name) {
    return KernelImage.readFile(file(name));
  }

  /** The ELF file of a guest. */
  public static Path file(String name) {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve("guests/bin"))) {
      directory = directory.getParent();
      if (directory == null) {
        throw new AssertionError("no guests/bin above the working directory");
      }
    }
    return directory.resolve("guests/bin").resolve(name + ".elf");
  }

  public GuestRun vcpus(int number) {
    return new GuestRun(name, kernel, number, memory, append, onReset, interrupts);
  }

  public GuestRun memory(long bytes) {
    return new GuestRun(name, kernel, vcpus, bytes, append, onReset, interrupts);
  }

  /** With a command line. */
  public GuestRun append(String words) {
    return new GuestRun(name, kernel, vcpus, memory, words, onReset, interrupts);
  }

  public GuestRun onReset(GuestReset answer) {
    return new GuestRun(name, kernel, vcpus, memory, append, answer, interrupts);
  }

  /** On a board with this interrupt controller. */
  public GuestRun interrupts(InterruptController controller) {
    return new GuestRun(name, kernel, vcpus, memory, append, onReset, controller);
  }

  /** A VM that is loaded and not booted yet; the caller closes it. */
  public Vm create(BufferConsole console) {
    return create(console, HostServices.system(), TestedEngine.make());
  }

  /** As {@link #create(BufferConsole)}, on another host and another engine. */
  public Vm create(BufferConsole console, HostServices host, Engine engine) {
    return create(console, host, engine, CodeBudget.ofProcess());
  }

  /** As {@link #create(BufferConsole)}, with another budget for decoded code. */
  public Vm create(BufferConsole console, HostServices host, Engine engine, CodeBudget budget) {
    return create(console, host, new RiscvAccelerator(interrupts, engine, budget));
  }

  private Vm create(BufferConsole console, HostServices host, RiscvAccelerator accelerator) {
    VmConfig config =
        VmConfig.of(name, new BootImage(kernel, null, append), console, host)
            .withVcpus(vcpus)
            .withMemory(memory)
            .withGuestReset(onReset);
    return Vm.create(config, accelerator);
  }

  /** Runs it to its end. */
  public Outcome run() throws InterruptedException {
    return run(DEADLINE);
  }

  public Outcome run(Duration deadline) throws InterruptedException {
    return run(deadline, new RiscvAccelerator(interrupts, TestedEngine.make()));
  }

  /** As {@link #run()}, with vectors of another length in bytes. */
  public Outcome runWithVectors(int length) throws InterruptedException {
    RiscvAccelerator accelerator = new RiscvAccelerator(interrupts, TestedEngine.make());
    return run(DEADLINE, accelerator.withVectorLength(length));
  }

  private Outcome run(Duration deadline, RiscvAccelerator accelerator) throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    try (Vm vm = create(console, HostServices.system(), accelerator)) {
      vm.boot();
      StopReason reason = awaitStop(vm, console, deadline);
      return new Outcome(reason, console.text(), vm.statistics());
    }
  }

  public static StopReason awaitStop(Vm vm, BufferConsole console) throws InterruptedException {
    return awaitStop(vm, console, DEADLINE);
  }

  private static StopReason awaitStop(Vm vm, BufferConsole console, Duration deadline)
      throws InterruptedException {
    return vm.awaitStop(deadline)
        .orElseThrow(
            () -> new AssertionError(vm.name() + " does not end; it said:\n" + console.text()));
  }
}
