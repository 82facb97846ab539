// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import tombolo.bench.guest.JoinedGuests;
import tombolo.bench.suite.BenchmarkException;
import tombolo.ivc.VmChannel;
import tombolo.ivc.VmEndpoint;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.grant.Grant;

/**
 * Measures how long one VM's publish takes, and a snapshot as {@code tombolo ps} takes it, alone
 * and beside a VM that subscribes and leaves in a loop while its seven harts store to memory
 * without an exit: each time that it leaves, it has to wait for all of them.
 */
record Contended(int rounds, Path root) implements IvcMeasurement {
  private static final int HOSTILE = 1;
  private static final int QUIET = 2;
  private static final int HARTS = 7;
  private static final long LARGE = 1 << 20;

  /** Harts that store to their own RAM for ever. */
  private static final JoinedGuests.Guest BUSY =
      new JoinedGuests.Guest("hammer", "base=0x82000000 size=0x1000", HARTS);

  @Override
  public String name() {
    return "publish beside a VM that resubscribes";
  }

  @Override
  public void measure(IvcResults results) throws InterruptedException {
    List<Grant> grants = new ArrayList<>(JoinedGuests.channel("busy", JoinedGuests.HOST, HOSTILE));
    grants.add(Grant.Publish.of(QUIET, 2, 4096, null));
    try (JoinedGuests guests =
        new JoinedGuests(root, grants, BUSY, new JoinedGuests.Guest("idle", ""))) {
      guests.host().publish(JoinedGuests.KEY, Shape.raw(LARGE));
      guests.vm(QUIET).boot();
      measure("alone", guests, results);
      guests.vm(HOSTILE).boot();
      Thread.sleep(1_000); // until all harts are busy
      AtomicBoolean over = new AtomicBoolean();
      FutureTask<Long> resubscribing = new FutureTask<>(() -> resubscribe(guests, over));
      Thread.ofPlatform().start(resubscribing);
      try {
        measure("beside", guests, results);
      } finally {
        over.set(true);
      }
      requireContention(resubscribing, guests.vm(HOSTILE).stopReason().isPresent());
    }
  }

  /** Without the busy guest, the figures would be those of a guest that is alone. */
  private static void requireContention(FutureTask<Long> resubscribing, boolean stopped)
      throws InterruptedException {
    try {
      if (stopped || resubscribing.get() == 0) {
        throw new BenchmarkException("the busy guest has stopped, or has never left the channel");
      }
    } catch (ExecutionException e) {
      throw new BenchmarkException("the busy guest cannot subscribe: " + e.getCause());
    }
  }

  /** Returns how often the guest has left the channel. */
  private static long resubscribe(JoinedGuests guests, AtomicBoolean over) {
    long count = 0;
    VmEndpoint hostile = guests.endpoint(HOSTILE);
    ChannelId busy = new ChannelId(JoinedGuests.HOST, JoinedGuests.KEY);
    while (!over.get()) {
      hostile.unsubscribe(hostile.subscribe(busy));
      count++;
    }
    return count;
  }

  private void measure(String when, JoinedGuests guests, IvcResults results)
      throws InterruptedException {
    VmEndpoint quiet = guests.endpoint(QUIET);
    long[] publish = new long[rounds];
    long[] snapshot = new long[rounds];
    for (int i = -rounds / 10; i < rounds; i++) {
      Thread.sleep(1);
      long start = System.nanoTime();
      VmChannel made = quiet.publish(2, Shape.raw(4096));
      long live = System.nanoTime();
      quiet.unpublish(made);
      long before = System.nanoTime();
      guests.snapshot();
      long seen = System.nanoTime();
      if (i >= 0) { // the first ones warm up
        publish[i] = live - start;
        snapshot[i] = seen - before;
      }
    }
    add("publish", when, publish, results);
    add("snapshot", when, snapshot, results);
  }

  private static void add(String what, String when, long[] nanos, IvcResults results) {
    Arrays.sort(nanos);
    String name = "contended.%s.%s.".formatted(what, when);
    results.add(name + "p50", (double) nanos[nanos.length / 2], "ns/op");
    results.add(name + "p99", (double) nanos[nanos.length * 99 / 100], "ns/op");
  }
}
