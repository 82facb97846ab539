// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/**
 * Measures how fast bytes go from a process of one Linux guest to a process of another one. The
 * sender reads zeros from a pipe, and the receiver writes into a pipe. At the far end of that pipe
 * blocks are counted. The receiving guest reads its clock, to a hundredth of a second, when the
 * first block has come and when there are no more. The ways take turns.
 */
final class Transfer implements LinuxMeasurement {
  /** The most seconds that one transfer may take, boots included. */
  private static final int PATIENCE_SECONDS = 1200;

  /** A way for bytes from guest to guest. */
  interface Way {
    /** Returns the name in figures. */
    String label();

    /** Sends so many MiB once, and returns what the receiving guest has printed. */
    String send(int mebibytes, int patienceSeconds) throws InterruptedException;
  }

  /** The number of blocks of 64 KiB, which {@code dd} counts, in a MiB. */
  private static final int BLOCKS_IN_MEBIBYTE = 16;

  /**
   * The commands that a receiving guest runs behind the program that receives. {@code dd} does not
   * look at the bytes. {@code wc} would, and that takes ten times as long as the transfer.
   */
  static final String COUNT =
      """
      {
        dd bs=64k iflag=fullblock count=1 of=/dev/null 2>/dev/null
        begin=$(cut -d ' ' -f 1 /proc/uptime)
        dd bs=64k iflag=fullblock of=/dev/null 2>/count
        end=$(cut -d ' ' -f 1 /proc/uptime)
        echo "counted $(tail -n 1 /count) from $begin to $end"
      }\
      """;

  /** Returns the command that a sending guest runs before the program that sends. */
  static String zeros(int mebibytes) {
    return "dd bs=64k count=%d if=/dev/zero 2>/dev/null".formatted(mebibytes * BLOCKS_IN_MEBIBYTE);
  }

  /** The line in which the receiving guest reports what {@link #COUNT} has seen. */
  private static final Pattern COUNTED =
      Pattern.compile("counted (\\d+\\+\\d+) records out from ([0-9.]+) to ([0-9.]+)");

  private final int mebibytes;
  private final Map<Way, List<Double>> rates = new LinkedHashMap<>();

  Transfer(int mebibytes, List<Way> ways) {
    this.mebibytes = mebibytes;
    ways.forEach(way -> rates.put(way, new ArrayList<>()));
  }

  @Override
  public String name() {
    return "transfer of %d MiB".formatted(mebibytes);
  }

  @Override
  public void measure() throws InterruptedException {
    for (Map.Entry<Way, List<Double>> entry : rates.entrySet()) {
      entry.getValue().add(rate(entry.getKey()));
    }
  }

  private double rate(Way way) throws InterruptedException {
    Matcher counted = COUNTED.matcher(way.send(mebibytes, PATIENCE_SECONDS));
    if (!counted.find()) {
      throw new BenchmarkException(way.label() + ": the receiving guest printed no times");
    }
    int blocks = mebibytes * BLOCKS_IN_MEBIBYTE - 1; // all but the first one
    if (!counted.group(1).equals(blocks + "+0")) {
      throw new BenchmarkException(
          "%s: %s blocks came, not %d".formatted(way.label(), counted.group(1), blocks));
    }
    double seconds = Double.parseDouble(counted.group(3)) - Double.parseDouble(counted.group(2));
    return (double) blocks / BLOCKS_IN_MEBIBYTE / Math.max(seconds, 0.01);
  }

  @Override
  public void forget() {
    rates.values().forEach(List::clear);
  }

  @Override
  public void print(Report report) {
    report.line("");
    report.line(name() + " from guest to guest:");
    rates.forEach(
        (way, seen) -> {
          Samples samples = new Samples(seen);
          report.line(
              String.format(
                  Locale.ROOT,
                  "  %-14s %7.1f MiB/s [%.1f–%.1f]",
                  way.label(),
                  samples.median(),
                  samples.min(),
                  samples.max()));
          report.figure("linux.transfer." + way.label(), samples.median(), "MiB/s");
        });
  }
}
