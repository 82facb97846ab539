// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import tombolo.machine.GpaRange;
import tombolo.machine.Vm;

/**
 * {@code Vm.allocateChannel} and {@code Vm.releaseChannel} of 4 KiB with many such ranges live, in
 * a plain loop after one that isn't counted. In a fresh window there is one gap behind them all. In
 * a fragmented one there were twice as many, of which every second was released. Churn releases one
 * of the live in random order and allocates another.
 */
record AllocationCost(Path root, int live, int operations) implements IvcMeasurement {
  private static final long PAGE = 4096;
  private static final long WINDOW = 1L << 30;

  @Override
  public String name() {
    return "allocate and release";
  }

  @Override
  public void measure(IvcResults results) {
    try (JoinedGuests guests =
        new JoinedGuests(root, List.of(), WINDOW, new JoinedGuests.Guest("idle", ""))) {
      Vm vm = guests.vm(1);
      List<GpaRange> ranges = new ArrayList<>();
      for (int i = 0; i < live; i++) {
        ranges.add(allocate(vm));
      }
      results.add("allocation.fresh", again(vm), "ns/op");
      for (int i = 0; i < live; i++) {
        ranges.add(allocate(vm));
      }
      List<GpaRange> kept = new ArrayList<>();
      for (int i = 0; i < ranges.size(); i++) {
        if (i % 2 == 0) {
          release(vm, ranges.get(i));
        } else {
          kept.add(ranges.get(i));
        }
      }
      results.add("allocation.fragmented", again(vm), "ns/op");
      Collections.shuffle(kept, Random.from(new SplittableRandom(1)));
      results.add("allocation.churn", churn(vm, kept), "ns/op");
    }
  }

  private double again(Vm vm) {
    long start = 0;
    for (int i = -operations; i < operations; i++) {
      if (i == 0) {
        start = System.nanoTime();
      }
      release(vm, allocate(vm));
    }
    return (double) (System.nanoTime() - start) / operations;
  }

  private double churn(Vm vm, List<GpaRange> ranges) {
    long start = 0;
    for (int i = -operations; i < operations; i++) {
      if (i == 0) {
        start = System.nanoTime();
      }
      int which = Math.floorMod(i, ranges.size());
      release(vm, ranges.get(which));
      ranges.set(which, allocate(vm));
    }
    return (double) (System.nanoTime() - start) / operations;
  }

  private static GpaRange allocate(Vm vm) {
    return vm.allocateChannel(PAGE).orElseThrow();
  }

  private static void release(Vm vm, GpaRange range) {
    if (!vm.releaseChannel(range.gpa(), range.size())) {
      throw new BenchmarkException("not released: " + range);
    }
  }
}
