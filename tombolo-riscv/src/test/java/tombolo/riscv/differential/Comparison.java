// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs on two targets, at the same time, and compares what the harness printed. Used by
 * one thread.
 *
 * @param oracle what is right
 * @param subject what is tested
 * @param deadline for one batch on one target
 */
record Comparison(Target oracle, Target subject, Duration deadline) {

  /**
   * A program and its outcomes.
   *
   * @param subject null if it never came to its end there
   * @param lastLine what the subject printed last
   */
  record Pair(Program program, Outcome oracle, @Nullable Outcome subject, String lastLine) {

    boolean differs() {
      return subject == null || subject.hash() != oracle.hash();
    }

    /** The words of state that differ, by name; for outcomes of {@link Comparison#verbose}. */
    List<String> differences() {
      Map<String, Long> left = oracle.state();
      Map<String, Long> right = subject == null ? Map.of() : subject.state();
      if (right.isEmpty()) {
        return List.of("it does not end: " + lastLine);
      }
      Map<String, Long> names = new TreeMap<>(left);
      names.putAll(right);
      List<String> ordered = new ArrayList<>(left.keySet());
      names.keySet().stream().filter(name -> !left.containsKey(name)).forEach(ordered::add);
      return ordered.stream()
          .filter(name -> !Objects.equals(left.get(name), right.get(name)))
          .map(name -> "%-40s %16s %16s".formatted(name, hex(left, name), hex(right, name)))
          .toList();
    }

    /** A word of memory that was not printed is zero, a trap that was not has not happened. */
    private static String hex(Map<String, Long> state, String name) {
      Long word = state.get(name);
      return word != null ? Long.toHexString(word) : name.startsWith("memory") ? "0" : "-";
    }
  }

  /** Runs all programs, whose indexes are different. In the order of the programs. */
  List<Pair> run(List<Program> programs) {
    List<Pair> pairs = new ArrayList<>();
    List<Program> rest = programs;
    while (!rest.isEmpty()) {
      List<Pair> some = runUntilStuck(rest, false);
      pairs.addAll(some);
      rest = rest.subList(some.size(), rest.size());
    }
    return pairs;
  }

  /** Runs one program and takes its whole final state. */
  Pair verbose(Program program) {
    return runUntilStuck(List.of(program), true).getFirst();
  }

  /** At least the first program; no further than to one that does not end on the subject. */
  private List<Pair> runUntilStuck(List<Program> programs, boolean verbose) {
    byte[] image = Batch.image(programs, verbose);
    CompletableFuture<String> other =
        CompletableFuture.supplyAsync(() -> subject.run(image, deadline));
    Map<Integer, Outcome> right = Outcome.parse(oracle.run(image, deadline));
    String console = other.join();
    String lastLine = console.lines().reduce("", (before, line) -> line);
    Map<Integer, Outcome> wrong = Outcome.parse(console);
    List<Pair> pairs = new ArrayList<>();
    for (Program program : programs) {
      Outcome expected = right.get(program.index());
      if (expected == null) {
        if (pairs.isEmpty()) {
          throw new IllegalStateException(
              "program " + program.index() + " does not end on " + oracle.name());
        }
        return pairs;
      }
      Outcome actual = wrong.get(program.index());
      pairs.add(new Pair(program, expected, actual, lastLine));
      if (actual == null) {
        return pairs;
      }
    }
    return pairs;
  }
}
