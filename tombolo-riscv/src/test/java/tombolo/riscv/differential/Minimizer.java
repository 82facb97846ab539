// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes a program that differs small: takes parts out as long as it still differs. All the ways to
 * take one part out run as one batch, and the shortest that differs is the next program.
 */
final class Minimizer {
  private static final int MOST_CANDIDATES = 120;

  private final Comparison comparison;

  Minimizer(Comparison comparison) {
    // A part taken out may leave a program that never ends: do not wait long for those.
    this.comparison =
        new Comparison(comparison.oracle(), comparison.subject(), Duration.ofSeconds(5));
  }

  Program minimize(Program program) {
    Program smallest = program;
    while (true) {
      Optional<Program> smaller = smaller(smallest);
      if (smaller.isEmpty()) {
        return smallest;
      }
      smallest = smaller.get();
    }
  }

  private Optional<Program> smaller(Program program) {
    List<List<Node>> shorter = shorter(program.nodes());
    shorter.sort(Comparator.comparingInt(nodes -> Assembler.bytes(Assembler.assemble(nodes))));
    for (int from = 0; from < shorter.size(); from += MOST_CANDIDATES) {
      int to = Math.min(from + MOST_CANDIDATES, shorter.size());
      List<Program> candidates = new ArrayList<>();
      for (int i = from; i < to; i++) {
        candidates.add(program.withNodes(shorter.get(i)).withIndex(i));
      }
      Optional<Program> found = firstThatDiffers(candidates);
      if (found.isPresent()) {
        return found.map(candidate -> candidate.withIndex(program.index()));
      }
    }
    return Optional.empty();
  }

  private Optional<Program> firstThatDiffers(List<Program> candidates) {
    List<Program> rest = candidates;
    while (!rest.isEmpty()) {
      try {
        return comparison.run(rest).stream()
            .filter(Comparison.Pair::differs)
            .map(Comparison.Pair::program)
            .findFirst();
      } catch (IllegalStateException brokeTheHarness) {
        // Some candidate does not end on the oracle either. Halve the list to come past it.
        if (rest.size() == 1) {
          return Optional.empty();
        }
        Optional<Program> found = firstThatDiffers(rest.subList(0, rest.size() / 2));
        if (found.isPresent()) {
          return found;
        }
        rest = rest.subList(rest.size() / 2, rest.size());
      }
    }
    return Optional.empty();
  }

  /** Every way to take one part out: runs of nodes, long ones first, and parts of nodes. */
  private static List<List<Node>> shorter(List<Node> nodes) {
    List<List<Node>> results = without(nodes);
    for (int i = 0; i < nodes.size(); i++) {
      for (List<Node> replacement : shorter(nodes.get(i))) {
        List<Node> result = new ArrayList<>(nodes.subList(0, i));
        result.addAll(replacement);
        result.addAll(nodes.subList(i + 1, nodes.size()));
        results.add(result);
      }
    }
    return results;
  }

  private static List<List<Node>> shorter(Node node) {
    return switch (node) {
      case Node.Straight straight ->
          straight.divisible()
              ? without(straight.words()).stream()
                  .filter(words -> !words.isEmpty())
                  .map(words -> List.<Node>of(new Node.Straight(words, true)))
                  .toList()
              : List.of();
      case Node.Loop loop -> {
        List<List<Node>> results =
            inside(loop.body(), body -> new Node.Loop(loop.counter(), loop.times(), body));
        if (loop.times() > 1) {
          results.add(List.of(new Node.Loop(loop.counter(), loop.times() - 1, loop.body())));
        }
        yield results;
      }
      case Node.Skip skip ->
          inside(skip.body(), body -> new Node.Skip(skip.jump(), skip.rs1(), skip.rs2(), body));
      case Node.Call call ->
          inside(call.body(), body -> new Node.Call(call.call(), call.back(), body));
    };
  }

  /** The body alone, or the node with a shorter body. */
  private static List<List<Node>> inside(List<Node> body, Function<List<Node>, Node> around) {
    List<List<Node>> results = new ArrayList<>();
    results.add(body);
    for (List<Node> less : shorter(body)) {
      results.add(List.of(around.apply(less)));
    }
    return results;
  }

  private static <T> List<List<T>> without(List<T> whole) {
    List<List<T>> results = new ArrayList<>();
    for (int length = whole.size(); length > 0; length /= 2) {
      for (int at = 0; at + length <= whole.size(); at += length) {
        List<T> rest = new ArrayList<>(whole.subList(0, at));
        rest.addAll(whole.subList(at + length, whole.size()));
        results.add(rest);
      }
    }
    return results;
  }
}
