// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tombolo.machine.host.Scheduler;
import tombolo.memory.TranslationCache;

/**
 * Makes a hart forget what it has cached, and tells when it has, on behalf of other threads: unmap
 * (stage 2), and the remote fences of other harts.
 *
 * <p>Any thread asks: it first adds what is to be forgotten to {@link #wanted}, then draws a ticket
 * from {@link #asked}, then sets attention. The hart serves: it reads {@link #asked}, then takes
 * {@link #wanted} and forgets, then publishes the number that it read in {@link #served}; so a
 * ticket is served only after its wish was. A hart that is not inside guest code touches nothing,
 * so it counts as served, and serves before it goes inside again: it sets {@link #inside} and then
 * reads {@link #asked}, while the asking thread draws its ticket and then reads {@link #inside}.
 * All of these are sequentially consistent, so at least one of the two sees the other; no wish is
 * overlooked, and no waiter waits for a hart that sleeps. A hart that waits for another one is
 * outside, too, so two harts can wait for each other.
 *
 * <p>{@link #await} is the one wait in a vCPU's step. It lasts only while the other hart is inside
 * guest code on another thread, and no longer than until that hart's next backward jump. Where one
 * thread steps all harts, every other hart is outside, so it never waits there.
 */
public final class Quiescence implements TranslationCache {
  /** Stage 1 translations: sfence.vma. */
  public static final int TRANSLATIONS = 1;

  /** Decoded code may be stale: fence.i. */
  public static final int CODE = 2;

  /** All that came from stage 2. */
  static final int EVERYTHING = 4;

  private static final int SPINS = 100;
  private static final long PARK_NANOS = 20_000;

  private final Hart hart;
  private final Scheduler scheduler;
  private final AtomicInteger wanted = new AtomicInteger();
  private final AtomicLong asked = new AtomicLong();
  private volatile long served;
  private volatile boolean inside;

  public Quiescence(Hart hart, Scheduler scheduler) {
    this.hart = hart;
    this.scheduler = scheduler;
  }

  /** Enters guest code: the caller is about to touch guest memory on the guest's behalf. */
  public void enter() {
    inside = true;
    serve();
  }

  /** Leaves guest code: the caller touches no guest memory until it enters again. */
  public void leave() {
    inside = false;
  }

  /** Does what was asked; called by whoever runs the hart, between two instructions. */
  public void serve() {
    long ticket = asked.get();
    if (ticket == served) {
      return;
    }
    int wishes = wanted.getAndSet(0);
    if ((wishes & EVERYTHING) != 0) {
      hart.mmu.dropAll();
    } else {
      if ((wishes & TRANSLATIONS) != 0) {
        hart.mmu.flush();
      }
      if ((wishes & CODE) != 0) {
        hart.mmu.fenceCode();
      }
    }
    served = ticket;
  }

  /**
   * Asks the hart to forget something.
   *
   * @return the ticket to wait for
   */
  public long ask(int wishes) {
    wanted.getAndAccumulate(wishes, (a, b) -> a | b);
    long ticket = asked.incrementAndGet();
    Hart.ATTENTION.setVolatile(hart, -1L);
    return ticket;
  }

  /** Waits until a ticket is served. Not on this hart's own thread while it is inside. */
  public void await(long ticket) {
    for (int spins = 0; served < ticket && inside; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        scheduler.park(PARK_NANOS);
      }
    }
  }

  @Override
  public void requestDrop(long gpa, long size) {
    ask(EVERYTHING);
  }

  @Override
  public void awaitDropped() {
    await(asked.get());
  }
}
