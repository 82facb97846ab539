// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tombolo.bench.guest.Timed;
import tombolo.bench.guest.TomboloMachine;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/**
 * Suite {@code vcpu}: how fast a vCPU runs guest programs, compared with {@code qemu-riscv64} and
 * {@code qemu-system-riscv64} on the same files.
 *
 * <p>All of them take turns, so that they see the same machine. The suite reports the median of the
 * pairs' ratios. All checksums of a program must agree.
 */
public final class VcpuSuite {
  private final VcpuOptions options;
  private final List<Qemu> peers;
  private final Path root;
  private final Report report;

  /**
   * @param peers at most one for each mode
   */
  VcpuSuite(VcpuOptions options, List<Qemu> peers, Path root, Report report) {
    this.options = options;
    this.peers = peers;
    this.root = root;
    this.report = report;
  }

  /**
   * Reads the suite's arguments, and looks for QEMU on the PATH.
   *
   * @param root the repository
   */
  public static VcpuSuite parse(Arguments arguments, Path root, Report report) {
    List<Qemu> peers = Stream.of(QemuMode.values()).flatMap(m -> Qemu.find(m).stream()).toList();
    return new VcpuSuite(VcpuOptions.parse(arguments), peers, root, report);
  }

  /** Measures, and reports. */
  public void run() throws InterruptedException {
    List<QemuMode> modes = peers.stream().map(Qemu::mode).toList();
    for (QemuMode mode : QemuMode.values()) {
      if (!modes.contains(mode)) {
        report.line(
            "no %s on the PATH, so no comparison with it; on Debian: apt-get install %s"
                .formatted(mode.program(), mode.debianPackages()));
      }
    }
    if (options.quick()) {
      report.line("--quick: these runs are too short to say anything about speed");
    }
    if (options.oneCore()) {
      OneCore core = OneCore.choose();
      core.hold(ProcessHandle.current().pid());
      report.line("--one-core: all run on processor %d".formatted(core.processor()));
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
    report.line(sides());
    VcpuReport measured = new VcpuReport(results, modes, options.figurePrefix());
    measured.table(report);
    measured.figures(report);
    if (options.firstOutputRuns() > 0) {
      firstOutput();
    }
  }

  /** Names those that were measured, because other versions give other numbers. */
  private String sides() throws InterruptedException {
    StringBuilder sides = new StringBuilder("Tombolo's ").append(options.engine().label());
    for (Qemu peer : peers) {
      sides.append(", ").append(peer.describe());
    }
    return sides.toString();
  }

  private VcpuResult measure(GuestProgram program) throws InterruptedException {
    Path file = program.file(root);
    String argument = options.argumentOf(program);
    report.progress("%s %s: warming up".formatted(program.name(), argument));
    GuestOutput expected =
        GuestOutput.parse(program.name() + " on Tombolo", runHere(program).text());

    List<GuestRun> ours = new ArrayList<>();
    Map<QemuMode, List<GuestRun>> theirs = new EnumMap<>(QemuMode.class);
    for (int run = 1; run <= options.runs(); run++) {
      report.progress(
          "%s %s: run %d of %d".formatted(program.name(), argument, run, options.runs()));
      ours.add(checked(program, "Tombolo", runHere(program), expected));
      for (Qemu peer : peers) {
        theirs
            .computeIfAbsent(peer.mode(), _ -> new ArrayList<>())
            .add(checked(program, peer.mode().program(), peer.run(file, argument), expected));
      }
    }
    Optional<Double> cold =
        options.cold() ? Optional.of(cold(program, expected)) : Optional.empty();
    return new VcpuResult(program, expected.instructions(), ours, theirs, cold);
  }

  private Timed runHere(GuestProgram program) throws InterruptedException {
    return TomboloMachine.run(options.engine(), program.file(root), options.argumentOf(program));
  }

  private static GuestRun checked(
      GuestProgram program, String where, Timed timed, GuestOutput expected) {
    String what = program.name() + " on " + where;
    GuestOutput output = GuestOutput.parse(what, timed.text());
    if (!output.checksum().equals(expected.checksum())) {
      throw new BenchmarkException(
          "%s: checksum %s, but %s on Tombolo before"
              .formatted(what, output.checksum(), expected.checksum()));
    }
    return new GuestRun(timed, output);
  }

  /** Returns the MIPS of the whole command: launcher, start of the JVM, warm-up, guest. */
  private double cold(GuestProgram program, GuestOutput expected) throws InterruptedException {
    report.progress("%s: cold".formatted(program.name()));
    BootCommand.Result result =
        new BootCommand(root).run(program.file(root), options.argumentOf(program));
    Timed timed = new Timed(result.text(), result.endNanos(), result.endNanos());
    return checked(program, "./tombolo boot", timed, expected)
        .timed()
        .mips(expected.instructions());
  }

  private void firstOutput() throws InterruptedException {
    List<BootCommand.Result> runs = new ArrayList<>();
    for (int run = 1; run <= options.firstOutputRuns(); run++) {
      report.progress("first output: run %d of %d".formatted(run, options.firstOutputRuns()));
      runs.add(bootHello());
    }
    Samples millis = Samples.of(runs, result -> result.firstByteNanos() / 1e6);
    report.line("first output of ./tombolo boot guests/bin/hello.elf: " + millis + " ms");
    report.figure(options.figurePrefix() + "first-output", millis.median(), "ms");
  }

  private BootCommand.Result bootHello() throws InterruptedException {
    return new BootCommand(root).run(root.resolve("guests/bin/hello.elf"), "");
  }
}
