// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import tombolo.machine.GpaRange;
import tombolo.machine.Vm;

/**
 * {@code Vm.allocateChannel} and {@code Vm.releaseChannel} of 4 KiB with many such ranges live, in
 * a plain loop after one that isn't counted, as the median of short batches. In a fresh window
 * there is one gap behind them all. In a fragmented one there were twice as many, of which every
 * second was released. Churn releases one of the live in random order and allocates another.
 */
record AllocationCost(Path root, int live, int operations) implements IvcMeasurement {
  private static final long PAGE = 4096;
  private static final int BATCH = 500;
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
    return median(_ -> release(vm, allocate(vm)));
  }

  private double churn(Vm vm, List<GpaRange> ranges) {
    return median(
        i -> {
          int which = i % ranges.size();
          release(vm, ranges.get(which));
          ranges.set(which, allocate(vm));
        });
  }

  /**
   * Nanoseconds an operation: the median of batches, which are so short that few of them are
   * interrupted by somebody who wants the processor, too.
   */
  private double median(IntConsumer operation) {
    double[] nanos = new double[operations / BATCH];
    for (int i = -nanos.length; i < nanos.length; i++) {
      long start = System.nanoTime();
      for (int j = 0; j < BATCH; j++) {
        operation.accept((i + nanos.length) * BATCH + j);
      }
      if (i >= 0) { // as many before warm up
        nanos[i] = (double) (System.nanoTime() - start) / BATCH;
      }
    }
    Arrays.sort(nanos);
    return nanos[nanos.length / 2];
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
