// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Rotation;

/**
 * Doorbells of all ways, round trips of two guests, and what else wakes somebody up, side by side:
 * all live at the same time and take short slices in rotation. Round trips a second are compared
 * within a round.
 *
 * @param slices how many each contender has, at least; 1 for a try that means nothing
 */
record Doorbells(int slices, Path root) implements IvcMeasurement {
  private static final long SLICE_NANOS = 20_000_000;
  private static final int WARM_UPS = 10;
  private static final int ATTEMPTS = 100;
  private static final String OWN = "doorbell.round-trips";

  /**
   * A contender, and what of it is reported.
   *
   * @param rates the figure of its events a second; empty for none
   * @param times the first part of the figures of their times; empty for none
   * @param all the times of all slices
   */
  private record Lane(SliceContender contender, String rates, String times, List<Double> all) {
    Lane(SliceContender contender, String rates, String times) {
      this(contender, rates, times, new ArrayList<>());
    }
  }

  @Override
  public String name() {
    return "doorbells";
  }

  @Override
  public void measure(IvcResults results) throws InterruptedException, IOException {
    List<Lane> lanes = new ArrayList<>();
    try {
      open(lanes);
      boolean quick = slices == 1;
      for (Lane lane : lanes) {
        for (int i = 0; i < (quick ? 1 : WARM_UPS); i++) {
          run(lane);
        }
      }
      Rotation rotation = new Rotation(lanes.size());
      for (int round = 0; round < (quick ? 1 : rotation.roundUp(slices)); round++) {
        EventTimes[] measured = new EventTimes[lanes.size()];
        for (int which : rotation.order(round)) {
          measured[which] = run(lanes.get(which));
        }
        add(lanes, measured, results);
      }
      for (Lane lane : lanes) {
        if (!lane.times.isEmpty()) {
          results.add(lane.times + ".p99", percentile(lane.all, 99), "us");
        }
      }
    } finally {
      for (Lane lane : lanes) {
        lane.contender.close();
      }
    }
  }

  private void open(List<Lane> lanes) throws InterruptedException, IOException {
    for (DoorbellWay way : DoorbellWay.ALL) {
      lanes.add(new Lane(DoorbellLatency.open(way, root), "", "doorbell." + way.name()));
    }
    lanes.add(new Lane(GuestPingPong.open(root), OWN, ""));
    for (StreamPingPong peer : List.of(StreamPingPong.unixSocket(), StreamPingPong.pipe())) {
      String name = "host." + peer.name();
      lanes.add(new Lane(peer, name + ".round-trips", name + ".round-trip"));
    }
  }

  /** Runs a slice; another one if nothing happened in it, as all guests may have had to wait. */
  private static EventTimes run(Lane lane) throws InterruptedException, IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      EventTimes measured = lane.contender.run(SLICE_NANOS);
      if (measured.perSecond() > 0) {
        return measured;
      }
    }
    throw new BenchmarkException(lane.contender.name() + ": nothing happens");
  }

  private static void add(List<Lane> lanes, EventTimes[] measured, IvcResults results) {
    double own = 0;
    for (int i = 0; i < measured.length; i++) {
      Lane lane = lanes.get(i);
      if (!lane.rates.isEmpty()) {
        results.add(lane.rates, measured[i].perSecond(), "1/s");
      }
      if (!lane.times.isEmpty()) {
        results.add(lane.times + ".p50", percentile(measured[i].micros(), 50), "us");
        lane.all.addAll(measured[i].micros());
      }
      if (lane.rates.equals(OWN)) {
        own = measured[i].perSecond();
      } else if (!lane.rates.isEmpty()) {
        String ratio = OWN + ".vs-" + lane.contender.name();
        results.addRatio(ratio, own / measured[i].perSecond());
      }
    }
  }

  private static double percentile(List<Double> micros, int percent) {
    List<Double> ascending = micros.stream().sorted().toList();
    return ascending.get((int) (ascending.size() * (long) percent / 100));
  }
}
