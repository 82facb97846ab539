// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.util.List;
import java.util.stream.Stream;
import tombolo.bench.guest.Engine;
import tombolo.bench.suite.Arguments;

/**
 * The options of suite {@code vcpu}.
 *
 * @param programs the programs to run, in this order
 * @param engine what executes them on Tombolo
 * @param runs how often each is measured, after one run that only warms up; at least 1
 * @param quick whether programs do only few rounds, which says nothing about speed
 * @param oneCore whether Tombolo and QEMU have one processor between them
 * @param cold whether each is also run by {@code ./tombolo boot}, in a fresh JVM
 * @param firstOutputRuns how often the time to a guest's first output is measured; may be 0
 */
record VcpuOptions(
    List<GuestProgram> programs,
    Engine engine,
    int runs,
    boolean quick,
    boolean oneCore,
    boolean cold,
    int firstOutputRuns) {
  static VcpuOptions parse(Arguments arguments) {
    boolean quick = arguments.flag("--quick");
    boolean oneCore = arguments.flag("--one-core");
    boolean cold = arguments.flag("--cold");
    Engine engine = Engine.parse(arguments);
    int runs = arguments.number("--runs", 1, quick ? 1 : 7);
    int firstOutputRuns = arguments.number("--first-output", 0, quick ? 1 : 11);
    List<GuestProgram> programs =
        arguments
            .value("--programs")
            .map(names -> Stream.of(names.split(",")).map(GuestProgram::named).toList())
            .orElse(GuestProgram.ALL);
    arguments.requireNoMore();
    return new VcpuOptions(programs, engine, runs, quick, oneCore, cold, firstOutputRuns);
  }

  /** Returns the argument that tells a program how much to do. */
  String argumentOf(GuestProgram program) {
    return "n=" + (quick ? program.quickRounds() : program.rounds());
  }

  /** Returns what the names of all figures begin with. */
  String figurePrefix() {
    return oneCore ? "vcpu.one-core." : "vcpu.";
  }
}
