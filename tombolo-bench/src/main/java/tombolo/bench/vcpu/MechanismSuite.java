// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.vcpu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tombolo.bench.guest.Engine;
import tombolo.bench.guest.TomboloMachine;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/**
 * Suite {@code guests}: guests that repeat one mechanism and report its cost by their own clock.
 * They run in a whole VM, so an MMIO exit includes the dispatch to the device.
 */
public final class MechanismSuite {
  /**
   * @param name the name of the file, without {@code .elf}
   * @param quick options for a run that only shows that it works
   */
  private record Guest(String name, String quick) {}

  private static final List<Guest> GUESTS =
      List.of(
          new Guest("mmio-loop", "n=1000"),
          new Guest("trap-loop", "n=1000"),
          new Guest("tlb-miss", "pages=1024 rounds=1"));

  private static final Pattern COST = Pattern.compile(", (\\d+) ns each");

  private final Engine engine;
  private final int runs;
  private final boolean quick;
  private final Path root;
  private final Report report;

  private MechanismSuite(Engine engine, int runs, boolean quick, Path root, Report report) {
    this.engine = engine;
    this.runs = runs;
    this.quick = quick;
    this.root = root;
    this.report = report;
  }

  /**
   * Reads the suite's arguments.
   *
   * @param root the repository
   */
  public static MechanismSuite parse(Arguments arguments, Path root, Report report) {
    boolean quick = arguments.flag("--quick");
    Engine engine = Engine.parse(arguments);
    int runs = arguments.number("--runs", 1, quick ? 1 : 7);
    arguments.requireNoMore();
    return new MechanismSuite(engine, runs, quick, root, report);
  }

  /** Measures, and reports. */
  public void run() throws InterruptedException {
    for (Guest guest : GUESTS) {
      List<Double> costs = new ArrayList<>();
      for (int run = 0; run <= runs; run++) {
        report.progress("%s: run %d of %d".formatted(guest.name, run, runs));
        double cost = cost(guest);
        if (run > 0) { // the first one warms up
          costs.add(cost);
        }
      }
      Samples samples = new Samples(costs);
      report.line("%-15s %s ns".formatted(guest.name, samples));
      report.figure("guest." + guest.name, samples.median(), "ns/op");
    }
  }

  private double cost(Guest guest) throws InterruptedException {
    Path elf = root.resolve("guests/bin").resolve(guest.name + ".elf");
    String text = TomboloMachine.run(engine, elf, quick ? guest.quick : "").text();
    Matcher cost = COST.matcher(text);
    if (!cost.find()) {
      throw new BenchmarkException("%s printed no cost: %s".formatted(guest.name, text.strip()));
    }
    return Double.parseDouble(cost.group(1));
  }
}
