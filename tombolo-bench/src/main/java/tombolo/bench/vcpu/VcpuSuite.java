// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tombolo.bench.guest.Timed;
import tombolo.bench.guest.TomboloMachine;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/**
 * Suite {@code vcpu}: how fast a vCPU runs guest programs, compared with {@code qemu-riscv64} on
 * the same files.
 *
 * <p>The two take turns, so that both see the same machine. The suite reports the median of the
 * pairs' ratios. All checksums of a program must agree.
 */
public final class VcpuSuite {
  private static final String ROW = "%-15s %14s  %-18s %7s  %-20s %7s %7s %6s";

  private final VcpuOptions options;
  private final Optional<QemuUser> qemu;
  private final Path root;
  private final Report report;

  VcpuSuite(VcpuOptions options, Optional<QemuUser> qemu, Path root, Report report) {
    this.options = options;
    this.qemu = qemu;
    this.root = root;
    this.report = report;
  }

  /**
   * Reads the suite's arguments, and looks for {@code qemu-riscv64} on the PATH.
   *
   * @param root the repository
   */
  public static VcpuSuite parse(Arguments arguments, Path root, Report report) {
    return new VcpuSuite(VcpuOptions.parse(arguments), QemuUser.find(), root, report);
  }

  /** Measures, and reports. */
  public void run() throws InterruptedException {
    if (qemu.isEmpty()) {
      report.line(
          "no qemu-riscv64 on the PATH, so no comparison; on Debian: apt-get install qemu-user");
    }
    if (options.quick()) {
      report.line("--quick: these runs are too short to say anything about speed");
    }
    if (options.cold() || options.firstOutputRuns() > 0) {
      // This run does not count, because it may build. If the command fails, it fails at once.
      report.progress("./tombolo boot: trying");
      bootHello();
    }
    List<VcpuResult> results = new ArrayList<>();
    for (GuestProgram program : options.programs()) {
      results.add(measure(program));
    }
    print(results);
    figures(results);
    if (options.firstOutputRuns() > 0) {
      firstOutput();
    }
  }

  private VcpuResult measure(GuestProgram program) throws InterruptedException {
    Path file = program.file(root);
    String argument = options.argumentOf(program);
    report.progress("%s %s: warming up".formatted(program.name(), argument));
    GuestOutput expected =
        GuestOutput.parse(
            program.name() + " on Tombolo", TomboloMachine.run(file, argument).text());

    List<Timed> ours = new ArrayList<>();
    List<Timed> theirs = new ArrayList<>();
    for (int run = 1; run <= options.runs(); run++) {
      report.progress(
          "%s %s: run %d of %d".formatted(program.name(), argument, run, options.runs()));
      ours.add(checked(program, "Tombolo", TomboloMachine.run(file, argument), expected));
      if (qemu.isPresent()) {
        theirs.add(checked(program, "QEMU", qemu.get().run(file, argument), expected));
      }
    }
    Optional<Double> cold =
        options.cold() ? Optional.of(cold(program, expected)) : Optional.empty();
    return new VcpuResult(program, expected.instructions(), ours, theirs, cold);
  }

  private static Timed checked(
      GuestProgram program, String where, Timed timed, GuestOutput expected) {
    String what = program.name() + " on " + where;
    String checksum = GuestOutput.parse(what, timed.text()).checksum();
    if (!checksum.equals(expected.checksum())) {
      throw new BenchmarkException(
          "%s: checksum %s, but %s on Tombolo before"
              .formatted(what, checksum, expected.checksum()));
    }
    return timed;
  }

  /** Returns the MIPS of the whole command: launcher, start of the JVM, warm-up, guest. */
  private double cold(GuestProgram program, GuestOutput expected) throws InterruptedException {
    report.progress("%s: cold".formatted(program.name()));
    BootCommand.Result result =
        new BootCommand(root).run(program.file(root), options.argumentOf(program));
    Timed timed = new Timed(result.text(), result.endNanos(), result.endNanos());
    return checked(program, "./tombolo boot", timed, expected).mips(expected.instructions());
  }

  private void print(List<VcpuResult> results) {
    report.line(
        ROW.formatted(
                "program",
                "instructions",
                "Tombolo MIPS",
                "by CPU",
                "QEMU MIPS",
                "by CPU",
                "ratio",
                options.cold() ? "cold" : "")
            .stripTrailing());
    for (VcpuResult result : results) {
      report.line(
          ROW.formatted(
                  result.program().name(),
                  String.format(Locale.ROOT, "%,d", result.instructions()),
                  result.mips(),
                  whole(result.cpuMips().median()),
                  result.qemuMips().map(Samples::toString).orElse("-"),
                  result.qemuCpuMips().map(samples -> whole(samples.median())).orElse("-"),
                  result
                      .ratio()
                      .map(samples -> String.format(Locale.ROOT, "%.3f", samples.median()))
                      .orElse("-"),
                  result.cold().map(VcpuSuite::whole).orElse(""))
              .stripTrailing());
    }
  }

  private static String whole(double number) {
    return String.format(Locale.ROOT, "%.0f", number);
  }

  private void figures(List<VcpuResult> results) {
    for (VcpuResult result : results) {
      String name = "vcpu." + result.program().name();
      report.figure(name, result.mips().median(), "MIPS");
      report.figure(name + ".cpu", result.cpuMips().median(), "MIPS");
      result.ratio().ifPresent(ratio -> report.figure(name + ".qemu-ratio", ratio.median(), "x"));
      result.cold().ifPresent(mips -> report.figure(name + ".cold", mips, "MIPS"));
    }
    List<VcpuResult> integer =
        results.stream().filter(result -> result.program().integer()).toList();
    if (!integer.isEmpty()) {
      double median = Samples.of(integer, result -> result.mips().median()).median();
      report.figure("vcpu.integer-median", median, "MIPS");
    }
  }

  private void firstOutput() throws InterruptedException {
    List<BootCommand.Result> runs = new ArrayList<>();
    for (int run = 1; run <= options.firstOutputRuns(); run++) {
      report.progress("first output: run %d of %d".formatted(run, options.firstOutputRuns()));
      runs.add(bootHello());
    }
    Samples millis = Samples.of(runs, result -> result.firstByteNanos() / 1e6);
    report.line("first output of ./tombolo boot guests/bin/hello.elf: " + millis + " ms");
    report.figure("vcpu.first-output", millis.median(), "ms");
  }

  private BootCommand.Result bootHello() throws InterruptedException {
    return new BootCommand(root).run(root.resolve("guests/bin/hello.elf"), "");
  }
}
