// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import tombolo.bench.guest.Timed;
import tombolo.bench.suite.Report;

/** What the figures are made of. */
class VcpuReportTest {
  @Test
  void theSystemModeIsComparedByTheWorkAloneAndTheUserModeByAllOfTheRun() {
    GuestRun ours = run(1_000, 800);
    GuestRun user = run(500, 0);
    GuestRun system = run(90_000, 200);

    VcpuResult result =
        result(
            "sieve",
            List.of(ours),
            Map.of(QemuMode.USER, List.of(user), QemuMode.SYSTEM, List.of(system)));

    assertThat(figures("vcpu.", List.of(QemuMode.USER, QemuMode.SYSTEM), result))
        .contains("figure vcpu.sieve.qemu-ratio 0.500 x")
        .contains("figure vcpu.sieve.qemu-system-ratio 0.250 x");
  }

  @Test
  void theMeanIsTheGeometricOneOfTheIntegerProgramsMedians() {
    assertThat(
            figures(
                "vcpu.",
                List.of(QemuMode.SYSTEM),
                result("sieve", 400, 100, 200, 400), // 0.25, 0.5, 1
                result("crc32", 400, 600, 800, 1_000), // 1.5, 2, 2.5
                result("floating-point", 400, 40_000, 40_000, 40_000)))
        .contains("figure vcpu.sieve.qemu-system-ratio.q1 0.375 x")
        .contains("figure vcpu.sieve.qemu-system-ratio.q3 0.750 x")
        .contains("figure vcpu.integer-geomean.qemu-system-ratio 1.000 x")
        .contains("figure vcpu.integer-geomean.qemu-system-ratio.q1 0.810 x") // of 0.375, 1.75
        .contains("figure vcpu.integer-geomean.qemu-system-ratio.q3 1.299 x"); // of 0.75, 2.25
  }

  @Test
  void figuresOfOneCoreHaveNamesOfTheirOwn() {
    assertThat(figures("vcpu.one-core.", List.of(QemuMode.SYSTEM), result("sieve", 400, 200)))
        .isNotEmpty()
        .allMatch(line -> line.startsWith("figure vcpu.one-core."));
  }

  private static List<String> figures(String prefix, List<QemuMode> modes, VcpuResult... results) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Report report = new Report(out, new PrintStream(PrintStream.nullOutputStream()));
    new VcpuReport(List.of(results), modes, prefix).figures(report);
    report.close();
    return bytes.toString(StandardCharsets.UTF_8).lines().filter(l -> l.startsWith("fig")).toList();
  }

  /** A program whose work always takes the same time on Tombolo, and these times on QEMU. */
  private static VcpuResult result(String program, long ours, long... theirs) {
    return result(
        program,
        LongStream.of(theirs).mapToObj(_ -> run(ours, ours)).toList(),
        Map.of(
            QemuMode.SYSTEM, LongStream.of(theirs).mapToObj(nanos -> run(nanos, nanos)).toList()));
  }

  private static VcpuResult result(
      String program, List<GuestRun> ours, Map<QemuMode, List<GuestRun>> theirs) {
    return new VcpuResult(GuestProgram.named(program), 1, ours, theirs, Optional.empty());
  }

  private static GuestRun run(long wallNanos, long workNanos) {
    return new GuestRun(new Timed("", wallNanos, wallNanos), new GuestOutput("1234", 1, workNanos));
  }
}
