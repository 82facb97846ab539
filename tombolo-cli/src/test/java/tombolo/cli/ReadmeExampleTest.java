// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tombolo.machine.Scheduler;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.device.StreamConsole;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.KernelImage;
import tombolo.riscv.RiscvAccelerator;

/** The Java example of README.md: here it compiles and runs, and there it has the same lines. */
class ReadmeExampleTest {
  private static void example(Path file, PrintStream out) throws InterruptedException {
    // README begins
    KernelImage kernel = KernelImage.read(file, ElfMachine.RISCV, RiscvAccelerator.RAM_BASE);
    BootImage image = new BootImage(kernel, null, "");
    try (StreamConsole console = new StreamConsole("hello", out, Scheduler.system());
        Vm vm = Vm.create(VmConfig.of("hello", image, console), new RiscvAccelerator())) {
      vm.boot();
      vm.awaitStop(Duration.ofSeconds(10));
      console.flush();
      vm.stopReason().ifPresent(reason -> out.println(reason.describe()));
    }
    // README ends
  }

  @Test
  void itBootsAGuestAndPrintsItsConsole() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    example(Path.of(Guests.guest("hello")), new PrintStream(printed, true, UTF_8));

    assertThat(printed.toString(UTF_8).lines())
        .containsExactly("Hello from Tombolo: hart 0, 1 hart(s), 64 MiB", "the guest powered off");
  }

  @Test
  void theReadmeHasTheseLines() throws Exception {
    Path repository = Guests.repository();
    String here =
        Files.readString(
            repository.resolve("tombolo-cli/src/test/java/tombolo/cli/ReadmeExampleTest.java"));
    String begin = "// README begins\n";
    String code =
        here.substring(
            here.indexOf(begin) + begin.length(), here.indexOf("    // README" + " ends"));

    assertThat(Files.readString(repository.resolve("README.md"))).contains("\n" + code);
  }
}
