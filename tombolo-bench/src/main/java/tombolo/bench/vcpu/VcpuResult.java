// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tombolo.bench.suite.Samples;

/**
 * The measurements of one program.
 *
 * @param instructions the number of instructions that its work takes, as the guest counted them on
 *     Tombolo; QEMU executes the same ones
 * @param ours the runs on Tombolo
 * @param theirs the runs of each mode of QEMU that is there, each right after the run of Tombolo
 *     with the same index
 * @param cold the MIPS of one run in a fresh JVM, its start included, if that was asked for
 */
record VcpuResult(
    GuestProgram program,
    long instructions,
    List<GuestRun> ours,
    Map<QemuMode, List<GuestRun>> theirs,
    Optional<Double> cold) {
  Samples mips() {
    return Samples.of(ours, run -> run.timed().mips(instructions));
  }

  Samples cpuMips() {
    return Samples.of(ours, run -> run.timed().cpuMips(instructions));
  }

  /** Returns the MIPS of a mode that is there, by the time by which it is compared. */
  Samples mips(QemuMode mode) {
    return Samples.of(runs(mode), run -> instructions * 1e3 / mode.nanos(run));
  }

  /** Returns the MIPS of a mode that is there, by its processes' whole processor time. */
  Samples cpuMips(QemuMode mode) {
    return Samples.of(runs(mode), run -> run.timed().cpuMips(instructions));
  }

  /** Returns Tombolo's speed in that of a mode, pair by pair: 1 is as fast, more is faster. */
  Samples ratio(QemuMode mode) {
    return Samples.ofRatios(nanos(mode, runs(mode)), nanos(mode, ours));
  }

  private List<GuestRun> runs(QemuMode mode) {
    return theirs.getOrDefault(mode, List.of());
  }

  private static List<Double> nanos(QemuMode mode, List<GuestRun> runs) {
    return runs.stream().map(run -> (double) mode.nanos(run)).toList();
  }
}
