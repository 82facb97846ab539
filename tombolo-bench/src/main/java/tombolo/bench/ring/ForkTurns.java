// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.fork.Effort;
import tombolo.bench.ring.fork.Forks;
import tombolo.bench.ring.fork.Took;
import tombolo.bench.ring.fork.Turn;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Rotation;

/**
 * The turns of contenders that have JVMs of their own. The JVMs of all contenders live side by side
 * and take short slices in rotation; while one has its slice, the others wait for input.
 */
final class ForkTurns {
  private static final int ROUNDS_A_PROGRESS = 10;

  private ForkTurns() {}

  /**
   * Starts all contenders, has them take their turns, and ends them.
   *
   * @param start starts the JVMs of a contender
   */
  static void measure(
      List<Contender> contenders,
      Function<Contender, Forks> start,
      Effort effort,
      int slices,
      ResultTable results,
      Report report)
      throws InterruptedException {
    List<Forks> forks = new ArrayList<>();
    try {
      for (Contender contender : contenders) {
        report.progress("  %s: warming up".formatted(contender.label()));
        forks.add(start.apply(contender));
        warmUp(forks.getLast(), contender, effort);
      }
      Rotation rotation = new Rotation(contenders.size());
      int rounds = slices == 1 ? 1 : rotation.roundUp(slices);
      for (int round = 0; round < rounds; round++) {
        if (round % ROUNDS_A_PROGRESS == 0) {
          report.progress("  slice %d of %d of each".formatted(round + 1, rounds));
        }
        for (int which : rotation.order(round)) {
          Contender contender = contenders.get(which);
          Took rate = forks.get(which).take(Turn.STREAM);
          results.row(contender).rates().add(Slice.of(contender, rate));
        }
        for (int which : rotation.order(round)) {
          Contender contender = contenders.get(which);
          if (contender.hasLatency()) {
            Took p50 = forks.get(which).take(Turn.TIMED);
            results.row(contender).p50s().add(Slice.of(contender, p50));
          }
        }
      }
      for (int i = 0; i < contenders.size(); i++) {
        if (contenders.get(i).hasLatency()) {
          List<Double> tail = forks.get(i).take(Turn.SUMMARY).numbers();
          results.row(contenders.get(i)).p99s().add(tail.getFirst());
          results.row(contenders.get(i)).p999s().add(tail.getLast());
        }
      }
    } finally {
      forks.forEach(Forks::close);
    }
  }

  private static void warmUp(Forks forks, Contender contender, Effort effort)
      throws InterruptedException {
    for (int i = 0; i < effort.warmUps(); i++) {
      forks.take(Turn.STREAM);
      if (contender.hasLatency()) {
        forks.take(Turn.TIMED);
      }
    }
    forks.take(Turn.FORGET);
  }
}
