// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Size;
import tombolo.bench.ring.fork.Effort;
import tombolo.bench.ring.fork.Fork;
import tombolo.bench.ring.fork.Forks;
import tombolo.bench.ring.fork.Took;
import tombolo.bench.ring.fork.Turn;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Rotation;

/**
 * Both ends in JVMs that have one contender in them. The JVMs of all contenders live side by side
 * and take short slices in rotation; while one has its slice, the others wait for input.
 */
enum ForkSetting implements Setting {
  THREADS("two threads of one process"),
  PROCESSES("two processes");

  private static final int ROUNDS_A_PROGRESS = 10;

  private final String description;

  ForkSetting(String description) {
    this.description = description;
  }

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public boolean takes(Contender contender, Size size) {
    return contender.takesPart(this == PROCESSES, size);
  }

  @Override
  public void measure(
      List<Contender> contenders,
      Size size,
      Effort effort,
      int slices,
      ResultTable results,
      Report report)
      throws InterruptedException {
    List<Forks> forks = new ArrayList<>();
    try {
      for (Contender contender : contenders) {
        report.progress("  %s: warming up".formatted(contender.label()));
        forks.add(new Forks(contender, size, effort));
        warmUp(forks.getLast().start(parts(contender)), contender, effort);
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

  private List<Fork.Part> parts(Contender contender) {
    return this == THREADS || contender == Contender.MEMCPY
        ? List.of(Fork.Part.BOTH)
        : List.of(Fork.Part.RECEIVE, Fork.Part.SEND);
  }
}
