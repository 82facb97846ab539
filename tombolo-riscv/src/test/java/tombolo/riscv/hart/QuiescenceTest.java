// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tombolo.machine.host.Scheduler;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.GuestRun;
import tombolo.riscv.board.BoardLayout;

/**
 * Whoever asks a hart to forget knows, when the wait is over, that it uses nothing old any more.
 *
 * <p>The tests that race find what they look for only often enough; the orders that {@link
 * Quiescence} promises would suit jcstress: ask against enter, and ask against serve.
 */
class QuiescenceTest {
  private static final int ROUNDS = 20_000;

  private final BoardFixture board = new BoardFixture(1);
  private final Hart hart = board.hart(0);
  private final Quiescence quiescence = new Quiescence(hart, Scheduler.system());

  @AfterEach
  void close() {
    board.close();
  }

  private boolean remembers() {
    return hart.mmu.tlb.readAddress(BoardLayout.RAM_BASE) != Tlb.INVALID;
  }

  private void remember() {
    assertThat(hart.mmu.hostAddress(BoardLayout.RAM_BASE, Mmu.LOAD)).isPositive();
  }

  @Test
  void nobodyWaitsForAHartOutsideGuestCode() {
    quiescence.enter();
    remember();
    quiescence.leave();
    quiescence.await(quiescence.ask(Quiescence.EVERYTHING));
    assertThat(remembers()).as("its own thread forgets, later").isTrue();
    quiescence.enter();
    assertThat(remembers()).isFalse();
  }

  @Test
  void anAskedHartForgetsWhenItServes() {
    quiescence.enter();
    remember();
    long ticket = quiescence.ask(Quiescence.TRANSLATIONS);
    assertThat((long) Hart.ATTENTION.getVolatile(hart)).isEqualTo(-1);
    quiescence.serve();
    quiescence.await(ticket);
    assertThat(remembers()).isFalse();
  }

  @Test
  void aWaitLastsUntilTheHartInsideHasServed() throws InterruptedException {
    quiescence.enter();
    long ticket = quiescence.ask(Quiescence.CODE);
    Thread waiter = Thread.ofPlatform().start(() -> quiescence.await(ticket));
    assertThat(waiter.join(Duration.ofMillis(50))).isFalse();
    quiescence.serve();
    assertThat(waiter.join(GuestRun.DEADLINE)).isTrue();
  }

  /**
   * Each asking thread stands for an unmap: it makes a value old, asks, waits, and then no use of
   * the old one may be under way. The hart enters, caches what is current, uses it, serves, leaves.
   */
  @Test
  void nothingOldIsUsedOnceTheWaitIsOver() throws InterruptedException {
    int askers = 3;
    AtomicInteger[] current = new AtomicInteger[askers];
    AtomicInteger[] inUse = new AtomicInteger[askers];
    for (int i = 0; i < askers; i++) {
      current[i] = new AtomicInteger();
      inUse[i] = new AtomicInteger(-1);
    }
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger broken = new AtomicInteger();
    Thread runner = Thread.ofPlatform().start(() -> useWhatIsCached(current, inUse, done));
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < askers; i++) {
      AtomicInteger mine = current[i];
      AtomicInteger used = inUse[i];
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int round = 1; round <= ROUNDS; round++) {
                      mine.set(round);
                      quiescence.await(quiescence.ask(Quiescence.EVERYTHING));
                      int seen = used.get();
                      if (seen >= 0 && seen < round) {
                        broken.incrementAndGet();
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      assertThat(thread.join(GuestRun.DEADLINE)).as("nobody waits for ever").isTrue();
    }
    done.set(true);
    runner.join();
    assertThat(broken).hasValue(0);
  }

  /** A hart's life: its TLB says whether it has forgotten, then it reads anew what is current. */
  private void useWhatIsCached(AtomicInteger[] current, AtomicInteger[] inUse, AtomicBoolean done) {
    int[] cached = new int[current.length];
    for (int turn = 0; !done.get(); turn++) {
      quiescence.enter();
      for (int block = 0; block < turn % 50; block++) {
        if ((long) Hart.ATTENTION.getOpaque(hart) != 0) {
          Hart.ATTENTION.setVolatile(hart, 0L);
          quiescence.serve();
        }
        if (!remembers()) {
          for (int i = 0; i < current.length; i++) {
            cached[i] = current[i].get();
          }
          remember();
        }
        for (int i = 0; i < current.length; i++) {
          inUse[i].set(cached[i]);
        }
        for (AtomicInteger use : inUse) {
          use.set(-1);
        }
      }
      quiescence.leave();
    }
  }
}
