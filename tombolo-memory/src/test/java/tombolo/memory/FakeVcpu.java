// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A vCPU as {@link GuestMemory} sees it: a thread that caches one region and stores through it, in
 * slices of guest code, without looking it up again. It drops its cache on request between two
 * slices, and only there.
 *
 * <p>{@code inGuest} and {@code asked} form a store-load handshake; both are volatile. The vCPU
 * says that it is inside before it looks for a request. The unmapping thread makes its request
 * before it looks whether the vCPU is inside. So at least one of them sees the other.
 */
final class FakeVcpu implements TranslationCache, AutoCloseable {
  /** Stores in a slice of guest code: long enough that nobody can miss the vCPU being inside. */
  private static final int SLICE = 2_000;

  private final GuestMemory guest;
  private final long gpa;
  private final Thread thread;
  private final AtomicLong asked = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private volatile boolean inGuest;
  private volatile boolean stop;
  private volatile long dropped;

  /** Number of slices that have ended. */
  final AtomicLong slices = new AtomicLong();

  /** Number of slices that have ended and stored something. */
  final AtomicLong storingSlices = new AtomicLong();

  /** The vCPU's TLB, which has one entry. */
  private @Nullable MemoryRegion cached;

  /** Creates a vCPU that stores to every word of the page at this address once started. */
  FakeVcpu(GuestMemory guest, long gpa, String name) {
    this.guest = guest;
    this.gpa = gpa;
    this.thread = Thread.ofPlatform().name(name).unstarted(this::run);
  }

  FakeVcpu start() {
    thread.start();
    return this;
  }

  private void run() {
    try {
      while (!stop) {
        inGuest = true;
        long now = asked.get();
        if (now != dropped) {
          cached = null;
          dropped = now;
        }
        boolean stored = slice();
        inGuest = false;
        slices.incrementAndGet();
        if (stored) {
          storingSlices.incrementAndGet();
        }
      }
    } catch (RuntimeException | Error thrown) {
      failure.set(thrown);
    } finally {
      inGuest = false;
    }
  }

  private boolean slice() {
    boolean stored = false;
    for (int i = 0; i < SLICE; i++) {
      MemoryRegion region = cached;
      if (region == null) {
        region = guest.regionAt(gpa);
        cached = region;
      }
      if (region != null) {
        long offset = region.hostOffsetOf(gpa) + (i * 8L) % HostMemory.PAGE_SIZE;
        region.host().segment().set(JAVA_LONG, offset, -1);
        stored = true;
      }
    }
    return stored;
  }

  @Override
  public void requestDrop(long from, long size) {
    asked.incrementAndGet();
  }

  @Override
  public void awaitDropped() {
    long wanted = asked.get();
    // A vCPU that is outside sees the request before its next access.
    Deadline.await("vCPU drops", () -> !inGuest || dropped >= wanted);
  }

  /** Ends the thread and rethrows its exception, if any. */
  @Override
  public void close() {
    stop = true;
    Deadline.join(thread);
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new AssertionError("the vCPU failed", thrown);
    }
  }
}
