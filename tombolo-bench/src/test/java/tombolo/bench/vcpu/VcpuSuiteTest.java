// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;

/** Runs the suite with tiny programs. They show that it works, and nothing about speed. */
class VcpuSuiteTest {
  // Tests run in the module's directory.
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir private Path directory;

  @Test
  void withoutQemuItSaysSoAndComparesNothing() throws InterruptedException {
    String out = runSieve(Optional.empty());

    assertThat(out).contains("no qemu-riscv64 on the PATH");
    assertThat(out).contains("figure vcpu.sieve ").doesNotContain("qemu-ratio");
  }

  @Test
  void aPeerThatComputesSomethingElseIsNoPeer() throws IOException {
    QemuUser liar = peer("echo 'sieve checksum 1234'; echo ok");

    assertThatThrownBy(() -> runSieve(Optional.of(liar)))
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining("sieve on QEMU: checksum 1234, but ");
  }

  @Test
  void aGuestThatFailsItsOwnCheckIsNotMeasured() throws IOException {
    QemuUser broken = peer("echo 'sieve checksum 1234'; echo FAILED");

    assertThatThrownBy(() -> runSieve(Optional.of(broken)))
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining("sieve on QEMU: not ok");
  }

  @Test
  void aPeerThatFailsIsReported() throws IOException {
    QemuUser failing = peer("echo 'what a pity'; exit 3");

    assertThatThrownBy(() -> runSieve(Optional.of(failing)))
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining("exit status 3")
        .hasMessageContaining("what a pity");
  }

  private static String runSieve(Optional<QemuUser> qemu) throws InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Report report = new Report(out, new PrintStream(PrintStream.nullOutputStream()));
    VcpuOptions options = new VcpuOptions(List.of(GuestProgram.named("sieve")), 1, true, false, 0);
    new VcpuSuite(options, qemu, ROOT, report).run();
    report.close();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private QemuUser peer(String script) throws IOException {
    Path file =
        Files.createFile(
            directory.resolve("qemu-riscv64"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return new QemuUser(Files.writeString(file, "#!/bin/sh\n" + script + "\n"));
  }
}
