// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.pair;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.UsageException;

/**
 * What shall be paired.
 *
 * @param against the other checkout
 * @param rounds how often the suite runs in each checkout; at least 1
 * @param suite the suite's name and options, as both checkouts understand them
 */
record PairOptions(Path against, int rounds, List<String> suite) {
  private static final List<String> SUITES =
      List.of("vcpu", "guests", "ivc", "ring", "linux", "jmh");

  static PairOptions parse(Arguments arguments) {
    Path against =
        Path.of(
            arguments
                .value("--against")
                .orElseThrow(() -> new UsageException("--against DIR is missing")));
    String suite =
        arguments
            .value("--suite")
            .orElseThrow(() -> new UsageException("--suite SUITE is missing"));
    if (!SUITES.contains(suite)) {
      throw new UsageException(
          "suite %s cannot be paired: %s".formatted(suite, String.join(", ", SUITES)));
    }
    if (!Files.isExecutable(Checkout.command(against))) {
      throw new UsageException(
          "--against %s: no checkout of Tombolo, there is no tombolo-bench/run".formatted(against));
    }
    int rounds = arguments.number("--rounds", 1, 10);
    List<String> command = new ArrayList<>();
    command.add(suite);
    command.addAll(arguments.rest());
    return new PairOptions(against.toAbsolutePath().normalize(), rounds, List.copyOf(command));
  }
}
