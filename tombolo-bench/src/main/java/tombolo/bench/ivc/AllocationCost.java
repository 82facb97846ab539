// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import tombolo.bench.guest.JoinedGuests;
import tombolo.bench.suite.BenchmarkException;
import tombolo.machine.pci.GpaRoom;
import tombolo.machine.pci.GpaWindow;

/**
 * Allocates and releases rooms of 4 KiB in a VM's window, which is what each channel does and
 * {@code Vm.allocateChannel} on top of it, with many such rooms live. A plain loop after one that
 * isn't counted, as the median of short batches. In a fresh window there is one gap behind them
 * all. In a fragmented one there were twice as many, of which every second was released. Churn
 * releases one of the live in random order and allocates another.
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
      GpaWindow window = guests.endpoint(1).window();
      List<GpaRoom> rooms = new ArrayList<>();
      for (int i = 0; i < live; i++) {
        rooms.add(allocate(window));
      }
      results.add("allocation.fresh", again(window), "ns/op");
      for (int i = 0; i < live; i++) {
        rooms.add(allocate(window));
      }
      List<GpaRoom> kept = new ArrayList<>();
      for (int i = 0; i < rooms.size(); i++) {
        if (i % 2 == 0) {
          release(rooms.get(i));
        } else {
          kept.add(rooms.get(i));
        }
      }
      results.add("allocation.fragmented", again(window), "ns/op");
      Collections.shuffle(kept, Random.from(new SplittableRandom(1)));
      results.add("allocation.churn", churn(window, kept), "ns/op");
    }
  }

  private double again(GpaWindow window) {
    return median(_ -> release(allocate(window)));
  }

  private double churn(GpaWindow window, List<GpaRoom> rooms) {
    return median(
        i -> {
          int which = i % rooms.size();
          release(rooms.get(which));
          rooms.set(which, allocate(window));
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

  private static GpaRoom allocate(GpaWindow window) {
    return window.allocate(PAGE).orElseThrow();
  }

  private static void release(GpaRoom room) {
    if (!room.release()) {
      throw new BenchmarkException("not released: 0x%x".formatted(room.offset()));
    }
  }
}
