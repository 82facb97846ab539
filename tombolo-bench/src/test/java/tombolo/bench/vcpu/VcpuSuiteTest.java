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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.bench.guest.Engine;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.testing.RequiredTool;

/** Runs the suite with tiny programs. They show that it works, and nothing about speed. */
class VcpuSuiteTest {
  // Tests run in the module's directory.
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir private Path directory;

  @Test
  void withoutQemuItSaysSoAndComparesNothing() throws InterruptedException {
    String out = runSieve();

    assertThat(out).contains("no qemu-riscv64 on the PATH", "no qemu-system-riscv64 on the PATH");
    assertThat(out).contains("figure vcpu.sieve ").doesNotContain("-ratio");
  }

  @Test
  void bothModesRunTheSameFileAndAreNamedWithTheirVersions() throws InterruptedException {
    RequiredTool.require("qemu-riscv64");
    RequiredTool.require("qemu-system-riscv64");

    String out =
        runSieve(Qemu.find(QemuMode.USER).orElseThrow(), Qemu.find(QemuMode.SYSTEM).orElseThrow());

    assertThat(out)
        .containsPattern("Tombolo's interpreter, qemu-riscv64 \\d\\S+, qemu-system-riscv64 \\d")
        .contains("figure vcpu.sieve.qemu-ratio ", "figure vcpu.sieve.qemu-system-ratio ");
  }

  @Test
  void aPeerThatComputesSomethingElseIsNoPeer() throws IOException {
    Qemu liar = peer(QemuMode.USER, "echo 'sieve checksum 1234'; echo ok");

    assertThatThrownBy(() -> runSieve(liar))
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining("sieve on qemu-riscv64: checksum 1234, but ");
  }

  @Test
  void aGuestThatFailsItsOwnCheckIsNotMeasured() throws IOException {
    Qemu broken = peer(QemuMode.SYSTEM, "echo 'sieve checksum 1234'; echo FAILED");

    assertThatThrownBy(() -> runSieve(broken))
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining("sieve on qemu-system-riscv64: not ok");
  }

  @Test
  void aPeerThatFailsIsReported() throws IOException {
    Qemu failing = peer(QemuMode.USER, "echo 'what a pity'; exit 3");

    assertThatThrownBy(() -> runSieve(failing))
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining("exit status 3")
        .hasMessageContaining("what a pity");
  }

  private static String runSieve(Qemu... peers) throws InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Report report = new Report(out, new PrintStream(PrintStream.nullOutputStream()));
    VcpuOptions options =
        new VcpuOptions(
            List.of(GuestProgram.named("sieve")), Engine.INTERPRETER, 1, true, false, false, 0);
    new VcpuSuite(options, List.of(peers), ROOT, report).run();
    report.close();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private Qemu peer(QemuMode mode, String script) throws IOException {
    Path file =
        Files.createFile(
            directory.resolve(mode.program()),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return new Qemu(mode, Files.writeString(file, "#!/bin/sh\n" + script + "\n"));
  }
}
