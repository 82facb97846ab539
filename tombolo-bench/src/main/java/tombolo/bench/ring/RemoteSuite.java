// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import tombolo.bench.remote.Namespaces;
import tombolo.bench.remote.RemoteGuests;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Size;
import tombolo.bench.ring.fork.Effort;
import tombolo.bench.ring.fork.Fork;
import tombolo.bench.ring.fork.Forks;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/**
 * Suite {@code remote}: messages from one host to another, by a ring that a bridge continues there
 * and by plain Aeron over UDP. The hosts are two network namespaces of this machine. Both
 * contenders live side by side and take short slices in turn.
 */
public final class RemoteSuite {
  /** Each run of the guests has new JVMs, which compile the interpreter first. */
  private static final int GUESTS_WARM_UP_MICROS = 20_000_000;

  /**
   * Aeron carries 35,000 messages of 1 KiB a second here; of more, p50 would be that of a queue.
   */
  private static final int SCHEDULE = 10_000;

  private final List<Size> sizes;
  private final int runs;
  private final int slices;
  private final boolean quick;
  private final Report report;

  private RemoteSuite(List<Size> sizes, int runs, int slices, boolean quick, Report report) {
    this.sizes = sizes;
    this.runs = runs;
    this.slices = slices;
    this.quick = quick;
    this.report = report;
  }

  /** Reads the suite's arguments. */
  public static RemoteSuite parse(Arguments arguments, Report report) {
    boolean quick = arguments.flag("--quick");
    int runs = arguments.number("--runs", 1, quick ? 1 : 3);
    int slices = arguments.number("--slices", 1, quick ? 1 : 100);
    List<Size> sizes =
        arguments
            .value("--sizes")
            .map(names -> Stream.of(names.split(",", -1)).map(Size::named).toList())
            .orElse(List.of(Size.BYTES_96, Size.KIB_1));
    arguments.requireNoMore();
    return new RemoteSuite(sizes, runs, slices, quick, report);
  }

  /** Measures, and reports. */
  public void run() throws InterruptedException {
    if (quick) {
      report.line("--quick: these runs are too short to say anything about speed");
    }
    try (Namespaces hosts = Namespaces.open()) {
      Hosts setting = new Hosts(hosts);
      RemoteGuests guests = new RemoteGuests(hosts, root());
      List<ResultTable> tables = new ArrayList<>();
      Map<Size, List<RemoteGuests.Result>> ofGuests = new EnumMap<>(Size.class);
      for (Size size : sizes) {
        tables.add(new ResultTable(setting, size));
        ofGuests.put(size, new ArrayList<>());
      }
      for (int run = 1; run <= runs; run++) {
        for (ResultTable table : tables) {
          report.progress(
              "messages of %s: run %d of %d".formatted(table.size().label(), run, runs));
          Effort effort = (quick ? Effort.QUICK : Effort.FULL).withMostRate(SCHEDULE);
          setting.measure(Contender.REMOTE, table.size(), effort, slices, table, report);
          report.progress("guests, messages of %s".formatted(table.size().label()));
          Objects.requireNonNull(ofGuests.get(table.size()))
              .add(
                  guests.measure(
                      table.size().bytes(),
                      TwoGuests.schedule(
                          table.size(), effort, quick ? 100_000 : GUESTS_WARM_UP_MICROS)));
        }
      }
      for (ResultTable table : tables) {
        print(table);
        print(table, Objects.requireNonNull(ofGuests.get(table.size())));
      }
    }
  }

  private static Path root() {
    return Path.of(System.getProperty("tombolo.root", "."));
  }

  private void print(ResultTable table) {
    new RingResults(table, report).print();
    Row ours = Objects.requireNonNull(table.rows().get(Contender.BRIDGE));
    Row theirs = Objects.requireNonNull(table.rows().get(Contender.AERON_UDP));
    Samples rates = Slice.ratios(ours.rates(), theirs.rates());
    Samples p50s = Slice.ratios(ours.p50s(), theirs.p50s());
    report.figure(table.name() + ".aeron-ratio", rates.median(), "x");
    report.figure(table.name() + ".aeron-p50-ratio", p50s.median(), "x");
  }

  /** Compares guests with what Aeron did in the same run, because guests take no turns. */
  private void print(ResultTable table, List<RemoteGuests.Result> guests) {
    Row aeron = Objects.requireNonNull(table.rows().get(Contender.AERON_UDP));
    Samples rates = Samples.of(guests, RemoteGuests.Result::rate);
    Samples p50s = Samples.of(guests, RemoteGuests.Result::p50);
    double rate = Slice.samples(aeron.rates()).median();
    double p50 = Slice.samples(aeron.p50s()).median();
    String name = table.name() + ".guests";
    report.line(
        "guest to guest: %,.0f messages a second, p50 %,.0f ns"
            .formatted(rates.median(), p50s.median()));
    report.figures(name, rates, "1/s");
    report.figures(name + ".p50", p50s, "ns");
    report.figure(name + "-aeron-ratio", rates.median() / rate, "x");
    report.figure(name + "-aeron-p50-ratio", p50s.median() / p50, "x");
  }

  /** The sender in one namespace, the receiver in the other. */
  private record Hosts(Namespaces namespaces) implements Setting {
    @Override
    public String label() {
      return "remote";
    }

    @Override
    public String prefix() {
      return label();
    }

    @Override
    public String description() {
      return "two network namespaces";
    }

    @Override
    public boolean takes(Contender contender, Size size) {
      return Contender.REMOTE.contains(contender) && size != Size.KIB_64;
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
      ForkTurns.measure(
          contenders,
          contender ->
              new Forks(contender, size, effort, this::where)
                  .start(List.of(Fork.Part.RECEIVE, Fork.Part.SEND)),
          effort,
          slices,
          results,
          report);
    }

    private List<String> where(Fork.Part part) {
      return part == Fork.Part.SEND ? namespaces.east() : namespaces.west();
    }
  }
}
