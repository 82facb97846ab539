// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.nio.file.Path;
import java.util.List;
import tombolo.bench.suite.UsageException;

/**
 * A program of {@code guests/bench}: one file that boots on a board and runs as a Linux program.
 *
 * @param name the name of the file, without {@code .elf}
 * @param integer whether it counts into the median of the integer programs
 * @param rounds the argument for a run of about a second, a few hundred million instructions
 * @param quickRounds the argument for a run that only shows that it works
 */
record GuestProgram(String name, boolean integer, long rounds, long quickRounds) {
  static final List<GuestProgram> ALL =
      List.of(
          new GuestProgram("coremark-like", true, 12_000, 100),
          new GuestProgram("sieve", true, 100, 1),
          new GuestProgram("crc32", true, 800, 5),
          new GuestProgram("quicksort", true, 56, 1),
          new GuestProgram("matrix", true, 60, 1),
          new GuestProgram("memcopy", true, 25, 1),
          new GuestProgram("floating-point", false, 400_000, 2_000));

  static GuestProgram named(String name) {
    return ALL.stream()
        .filter(program -> program.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "no program %s: %s"
                        .formatted(
                            name,
                            String.join(", ", ALL.stream().map(GuestProgram::name).toList()))));
  }

  Path file(Path root) {
    return root.resolve("guests/bin/bench").resolve(name + ".elf");
  }
}
