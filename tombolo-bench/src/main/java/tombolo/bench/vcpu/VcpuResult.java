// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tombolo.bench.guest.Timed;
import tombolo.bench.suite.Samples;

/**
 * The measurements of one program.
 *
 * @param instructions the number of instructions that its work takes, as the guest counted them on
 *     Tombolo; QEMU executes the same ones
 * @param ours the runs on Tombolo
 * @param theirs the runs on QEMU, each right after the run of Tombolo with the same index; none if
 *     there is no QEMU
 * @param cold the MIPS of one run in a fresh JVM, its start included, if that was asked for
 */
record VcpuResult(
    GuestProgram program,
    long instructions,
    List<Timed> ours,
    List<Timed> theirs,
    Optional<Double> cold) {
  Samples mips() {
    return Samples.of(ours, run -> run.mips(instructions));
  }

  Samples cpuMips() {
    return Samples.of(ours, run -> run.cpuMips(instructions));
  }

  Optional<Samples> qemuMips() {
    return theirs.isEmpty()
        ? Optional.empty()
        : Optional.of(Samples.of(theirs, run -> run.mips(instructions)));
  }

  Optional<Samples> qemuCpuMips() {
    return theirs.isEmpty()
        ? Optional.empty()
        : Optional.of(Samples.of(theirs, run -> run.cpuMips(instructions)));
  }

  /** Returns Tombolo's speed in QEMU's, pair by pair: 1 is as fast, more is faster. */
  Optional<Samples> ratio() {
    return theirs.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Samples.of(
                IntStream.range(0, theirs.size()).boxed().toList(),
                pair -> (double) theirs.get(pair).wallNanos() / ours.get(pair).wallNanos()));
  }
}
