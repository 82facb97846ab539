// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;
import tombolo.memory.TranslationCache;
import tombolo.riscv.board.RiscvBoard;
import tombolo.riscv.vcpu.RiscvVcpu;

/**
 * Memory that was unmapped while harts store to it is its next user's alone.
 *
 * <p>Every hart stores one pattern over a page again and again and counts its faults. The test
 * takes the page away, fills it with another pattern the moment unmap returns, waits until every
 * hart has faulted anew, and looks whether a store has come through; then it maps the page again.
 * That this sees stray stores, the last test shows: it takes the wait out of unmap.
 */
class UnmapUnderLoadTest {
  private static final int ROUNDS = Integer.getInteger("tombolo.unmap.rounds", 500);
  private static final long PAGE = 0x5000_0000L;
  private static final long SIZE = HostMemory.PAGE_SIZE;

  /** Bytes of the page that are stored to: few, so that a pass of faults is soon over. */
  private static final long STORED_TO = 0x80;

  private static final long HAMMERED = 0xdead_beef_dead_beefL;
  private static final long MINE = 0x0123_4567_89ab_cdefL;
  private static final long POLL_NANOS = 20_000;
  private static final long FAULTS = GuestRun.SHARED_WORDS + 0x200;

  private final BufferConsole console = new BufferConsole(HostServices.system());
  private final HostMemory page = HostMemory.allocate(SIZE);

  @AfterEach
  void free() {
    page.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void noStoreComesThroughOnceItIsUnmapped(int harts) throws InterruptedException {
    try (Vm vm = hammer(harts)) {
      for (int round = 0; round < ROUNDS; round++) {
        assertThat(straysOfOneRound(vm, harts)).as("round %d", round).isZero();
      }
      vm.memory().setReleaseLong(GuestRun.SHARED_WORDS, 1);
      assertThat(GuestRun.awaitStop(vm, console)).isEqualTo(new StopReason.PowerOff());
    }
  }

  @Test
  void withoutTheWaitForTheHartsStoresDoComeThrough() throws InterruptedException {
    try (Vm vm = hammer(4)) {
      for (RiscvVcpu vcpu : ((RiscvBoard) vm.board()).vcpus()) {
        vm.memory().unregister(vcpu.quiescence);
        vm.memory().register(withoutWait(vcpu.quiescence));
      }
      int strays = 0;
      long deadline = System.nanoTime() + GuestRun.DEADLINE.toNanos();
      for (int round = 0; strays == 0; round++) {
        strays = straysOfOneRound(vm, 4);
        assertThat(System.nanoTime()).as("%d rounds without a stray", round).isLessThan(deadline);
      }
    }
  }

  private Vm hammer(int harts) throws InterruptedException {
    Vm vm =
        GuestRun.of("hammer")
            .vcpus(harts)
            .append("base=0x%x size=0x%x pattern=0x%x".formatted(PAGE, STORED_TO, HAMMERED))
            .create(console);
    vm.boot();
    assertThat(console.await("hammer: ", Duration.ofMinutes(1))).isTrue();
    return vm;
  }

  private static TranslationCache withoutWait(TranslationCache cache) {
    return new TranslationCache() {
      @Override
      public void requestDrop(long gpa, long size) {
        cache.requestDrop(gpa, size);
      }

      @Override
      public void awaitDropped() {
        // This is the lie.
      }
    };
  }

  /** Maps the page, lets the harts at it, unmaps it; the number of its words that changed then. */
  private int straysOfOneRound(Vm vm, int harts) {
    MemorySegment words = page.segment();
    fill(words, 0);
    vm.memory().map(PAGE, SIZE, page, 0, Access.READ_WRITE);
    await(() -> words.get(ValueLayout.JAVA_LONG, STORED_TO - 8) == HAMMERED);

    vm.memory().unmap(PAGE, SIZE);
    fill(words, MINE);

    for (int hart = 0; hart < harts; hart++) {
      long counter = FAULTS + 8L * hart;
      long before = vm.memory().getAcquireLong(counter);
      await(() -> vm.memory().getAcquireLong(counter) != before);
    }
    int strays = 0;
    for (long at = 0; at < SIZE; at += 8) {
      strays += words.get(ValueLayout.JAVA_LONG, at) == MINE ? 0 : 1;
    }
    return strays;
  }

  private static void fill(MemorySegment words, long pattern) {
    for (long at = 0; at < SIZE; at += 8) {
      words.set(ValueLayout.JAVA_LONG, at, pattern);
    }
  }

  private void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + GuestRun.DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s", console.text()).isLessThan(deadline);
      LockSupport.parkNanos(POLL_NANOS); // the harts need the CPU more
    }
  }
}
