// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.host.Clock;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.board.BoardLayout;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.isa.Cause;

/** Walks of page tables made by hand, at the start of RAM: a root, then one table a level. */
class MmuTest {
  private static final long ROOT = BoardLayout.RAM_BASE;
  private static final long DATA = BoardLayout.RAM_BASE + 0x20_0000;
  private static final int V = 1;
  private static final int R = 2;
  private static final int W = 4;
  private static final int X = 8;
  private static final int U = 16;
  private static final int A = 64;
  private static final int D = 128;
  private static final int LOADED = V | R | W | X | A | D;

  /** More than two pages of code and a block take, which a hart may have above its share. */
  private static final long ONE_BLOCK = 1 << 15;

  private final BoardFixture board = new BoardFixture(1);
  private final Hart hart = board.hart(0);

  @AfterEach
  void close() {
    board.close();
  }

  /** Where the walk for an address finds the leaf when it ends at a level, 0 for pages of 4 KiB. */
  private long map(int levels, long va, int leafLevel, long gpa, long flags) {
    long table = ROOT;
    for (int level = levels - 1; ; level--) {
      long entry = table + (va >>> (12 + 9 * level) & 511) * 8;
      if (level == leafLevel) {
        board.memory.writeLong(entry, gpa >>> 12 << 10 | flags);
        hart.satp = (levels + 5L) << 60 | ROOT >>> 12;
        hart.mmu.flush();
        return entry;
      }
      table += 0x1000;
      board.memory.writeLong(entry, table >>> 12 << 10 | V);
    }
  }

  private long load(long va) {
    return hart.mmu.hostAddress(va, Mmu.LOAD);
  }

  private long store(long va) {
    return hart.mmu.hostAddress(va, Mmu.STORE);
  }

  private long host(long gpa) {
    return board.ram.address() + (gpa - BoardLayout.RAM_BASE);
  }

  private void assertFault(long answer, int cause, long va) {
    assertThat(answer).isEqualTo(Mmu.TRAPPED);
    assertThat(hart.trapCause).isEqualTo(cause);
    assertThat(hart.trapValue).isEqualTo(va);
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0, 0x3fc0002000", "3, 1, 0x40200000", "3, 2, 0x80000000", "3, 0, -8192",
    "4, 0, 0x7fffffffe000", "4, 1, 0x40200000", "4, 2, 0x80000000", "4, 0, -8192"
  })
  void leavesAtEveryLevelMapTheirWholePage(int levels, int leafLevel, String address) {
    long va = Long.decode(address);
    long size = 1L << (12 + 9 * leafLevel);
    long gpa = leafLevel == 2 ? BoardLayout.RAM_BASE : DATA;
    map(levels, va, leafLevel, gpa, LOADED);
    assertThat(load(va)).isEqualTo(host(gpa));
    assertThat(load(va + 0x128)).isEqualTo(host(gpa + 0x128));
    long last = Math.min(size, BoardFixture.RAM_SIZE - (gpa - BoardLayout.RAM_BASE)) - 8;
    assertThat(store(va + last)).isEqualTo(host(gpa + last));
  }

  @ParameterizedTest
  @CsvSource({"3, 0x4000000000", "3, 0x8000000000", "4, 0x800000000000", "4, 0x7fffffffffffffff"})
  void anAddressThatIsNotSignExtendedFaults(int levels, String address) {
    long va = Long.decode(address);
    map(levels, 0, 0, DATA, LOADED);
    assertFault(load(va), Cause.LOAD_PAGE, va);
    assertFault(store(va), Cause.STORE_PAGE, va);
    assertThat(hart.mmu.fetch(va)).isNull();
    assertThat(hart.trapCause).isEqualTo(Cause.FETCH_PAGE);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, R | W, V | W, V | W | X, V | R | A | 1L << 54, V | R | A | 1L << 63, V})
  void whatIsReservedOrInvalidFaults(long flags) {
    map(3, 0x1000, 0, DATA, flags);
    assertFault(load(0x1008), Cause.LOAD_PAGE, 0x1008);
  }

  @ParameterizedTest
  @ValueSource(longs = {V | A, V | D, V | U})
  void aPointerWithTheBitsOfALeafFaults(long flags) {
    map(3, 0x1000, 1, ROOT + 0x2000, flags);
    assertFault(load(0x1008), Cause.LOAD_PAGE, 0x1008);
  }

  @Test
  void aSuperpageThatIsNotAlignedFaults() {
    map(3, 0x20_0000, 1, DATA + 0x1000, LOADED);
    assertFault(load(0x20_0000), Cause.LOAD_PAGE, 0x20_0000);
  }

  @Test
  void aTableOutsideMemoryIsAnAccessFault() {
    map(3, 0x1000, 1, 0x1000, V);
    assertFault(load(0x1000), Cause.LOAD_ACCESS, 0x1000);
    assertFault(store(0x1000), Cause.STORE_ACCESS, 0x1000);
  }

  @Test
  void aLoadSetsAccessedAndAStoreDirty() {
    long entry = map(3, 0x1000, 0, DATA, V | R | W);
    assertThat(load(0x1000)).isEqualTo(host(DATA));
    assertThat(board.memory.readLong(entry) & 0xff).isEqualTo(V | R | W | A);
    assertThat(store(0x1000)).isEqualTo(host(DATA));
    assertThat(board.memory.readLong(entry) & 0xff).isEqualTo(V | R | W | A | D);
  }

  @Test
  void anAccessThatFaultsSetsNothing() {
    long entry = map(3, 0x1000, 0, DATA, V | R);
    assertFault(store(0x1000), Cause.STORE_PAGE, 0x1000);
    assertThat(board.memory.readLong(entry) & 0xff).isEqualTo(V | R);
  }

  @Test
  void aTableThatCannotBeWrittenMustHaveTheBitsSet() {
    long rom = 0x5000_0000L;
    try (HostMemory table = HostMemory.allocate(4096)) {
      board.memory.map(rom, 4096, table, 0, Access.READ);
      map(3, 0x1000, 1, rom, V);
      table.segment().set(ValueLayout.JAVA_LONG, 8, DATA >>> 12 << 10 | V | R | W);
      assertFault(load(0x1000), Cause.LOAD_ACCESS, 0x1000);
      table.segment().set(ValueLayout.JAVA_LONG, 8, DATA >>> 12 << 10 | V | R | A);
      assertThat(load(0x1000)).isEqualTo(host(DATA));
      board.memory.unmap(rom, 4096);
    }
  }

  /** What software writes to an entry while the walk sets bits in it is never overwritten. */
  @Test
  void theBitsAreSetAtomically() throws InterruptedException {
    long entry = map(3, 0x1000, 0, DATA, V | R | W);
    AtomicBoolean done = new AtomicBoolean();
    AtomicBoolean lost = new AtomicBoolean();
    Thread software =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!done.get() && !lost.get()) {
                    lost.set(!countInSoftwareBits(entry));
                  }
                });
    for (int i = 0; i < 300_000 && !lost.get(); i++) {
      hart.mmu.flush();
      assertThat((i & 1) == 0 ? store(0x1000) : load(0x1000)).isEqualTo(host(DATA));
    }
    done.set(true);
    software.join();
    assertThat(lost).isFalse();
  }

  /** Takes A and D away and adds one to the bits that are software's; false if that was undone. */
  private boolean countInSoftwareBits(long entry) {
    long mask = 3L << 8;
    long old = board.memory.getOpaqueLong(entry);
    long count = (old + (1L << 8)) & mask;
    return !board.memory.compareAndSetLong(entry, old, (old & ~(A | D | mask)) | count)
        || (board.memory.getOpaqueLong(entry) & mask) == count;
  }

  @Test
  void userPagesAreForUsersAndForSupervisorsThatSay() {
    map(3, 0x1000, 0, DATA, LOADED | U);
    assertFault(load(0x1000), Cause.LOAD_PAGE, 0x1000);
    hart.sstatus |= Hart.SUM;
    hart.mmu.selectTlb();
    assertThat(load(0x1000)).isEqualTo(host(DATA));
    assertThat(hart.mmu.fetch(0x1000)).as("never to execute").isNull();
    hart.privilege = Hart.USER;
    hart.mmu.selectTlb();
    assertThat(load(0x1000)).isEqualTo(host(DATA));
    assertThat(hart.mmu.fetch(0x1000)).isNotNull();
  }

  @Test
  void executableIsReadableOnlyWithMxr() {
    map(3, 0x1000, 0, DATA, V | X | A);
    assertFault(load(0x1000), Cause.LOAD_PAGE, 0x1000);
    hart.sstatus |= Hart.MXR;
    assertThat(load(0x1000)).isEqualTo(host(DATA));
    assertFault(store(0x1000), Cause.STORE_PAGE, 0x1000);
  }

  @Test
  void aFenceOfOneAddressForgetsItsPageAndNoOther() {
    long entry = map(3, 0x1000, 0, DATA, LOADED);
    map(3, 0x2000, 0, DATA, LOADED);
    assertThat(load(0x1008)).isEqualTo(load(0x2008)).isEqualTo(host(DATA + 8));
    store(0x1008);
    board.memory.writeLong(entry, (DATA + 0x1000) >>> 12 << 10 | LOADED);
    hart.mmu.flush(0x1ff8);
    assertThat(hart.mmu.tlb.readAddress(0x1008)).isEqualTo(Tlb.INVALID);
    assertThat(hart.mmu.tlb.writeAddress(0x1008)).isEqualTo(Tlb.INVALID);
    assertThat(hart.mmu.tlb.readAddress(0x2008)).isEqualTo(host(DATA + 8));
    assertThat(load(0x1008)).isEqualTo(host(DATA + 0x1008));
  }

  @ParameterizedTest
  @CsvSource({"3, 1, 0x40200000", "3, 2, 0x80000000", "4, 1, -0x200000", "4, 2, 0x80000000"})
  void aFenceOfOneAddressInASuperpageIsOneOfAllOfIt(int levels, int leafLevel, String address) {
    long va = Long.decode(address);
    map(levels, va, leafLevel, leafLevel == 2 ? BoardLayout.RAM_BASE : DATA, LOADED);
    load(va);
    store(va + 0x1_2008);
    assertThat(hart.mmu.fetch(va + 0x3000)).isNotNull();
    hart.mmu.flush(va + (1L << (12 + 9 * leafLevel)) - 1);
    assertThat(hart.mmu.tlb.readAddress(va)).isEqualTo(Tlb.INVALID);
    assertThat(hart.mmu.tlb.writeAddress(va + 0x1_2008)).isEqualTo(Tlb.INVALID);
    assertThat(hart.mmu.tlb.fetchPage(va + 0x3000)).isNull();
  }

  @Test
  void aFenceOfOneAddressForgetsCodeThatIsKnownByItsJumpsOnly() {
    map(3, 0x1000, 0, DATA, LOADED);
    assertThat(hart.mmu.fetch(0x1004)).isNotNull();
    long sameEntry = 0x1000 + Tlb.ENTRIES * 0x1000L;
    map(3, sameEntry, 0, DATA, LOADED);
    assertThat(hart.mmu.fetch(0x1004)).isNotNull();
    assertThat(hart.mmu.fetch(sameEntry)).isNotNull();
    assertThat(hart.mmu.tlb.fetchPage(0x1004)).as("it had to go").isNull();
    assertThat(hart.mmu.tlb.jumpTags[Tlb.jumpIndex(0x1004)]).isEqualTo(0x1004);
    hart.mmu.flush(0x1000);
    assertThat(hart.mmu.tlb.jumpTags[Tlb.jumpIndex(0x1004)]).isEqualTo(Tlb.INVALID);
    assertThat(hart.mmu.tlb.jumpTags[Tlb.jumpIndex(sameEntry)]).isEqualTo(sameEntry);
  }

  @Test
  void aFenceOfOneAddressIsForUsersToo() {
    map(3, 0x1000, 0, DATA, LOADED | U);
    hart.privilege = Hart.USER;
    hart.mmu.selectTlb();
    load(0x1000);
    hart.privilege = Hart.SUPERVISOR;
    hart.mmu.selectTlb();
    hart.mmu.flush(0x1000);
    hart.privilege = Hart.USER;
    hart.mmu.selectTlb();
    assertThat(hart.mmu.tlb.readAddress(0x1000)).isEqualTo(Tlb.INVALID);
  }

  @Test
  void withoutTranslationAnAddressIsPhysicalUpTo56Bits() {
    assertThat(load(DATA)).isEqualTo(host(DATA));
    assertThat(load(0x1000)).isEqualTo(Mmu.DEVICE);
    assertThat(hart.mmu.deviceGpa).isEqualTo(0x1000);
    assertFault(load(1L << 56), Cause.LOAD_ACCESS, 1L << 56);
  }

  @Test
  void aStoreToReadOnlyMemoryGoesToTheDevices() {
    try (HostMemory rom = HostMemory.allocate(4096)) {
      board.memory.map(0x1000, 4096, rom, 0, Access.READ);
      assertThat(load(0x1000)).isEqualTo(rom.address());
      assertThat(store(0x1000)).isEqualTo(Mmu.DEVICE);
      assertThat(hart.mmu.fetch(0x1000)).isNull();
      assertThat(hart.trapCause).isEqualTo(Cause.FETCH_ACCESS);
      board.memory.unmap(0x1000, 4096);
    }
  }

  @Test
  void decodedCodeStaysWithinTheHartsShareWhereverAGuestExecutes() {
    CodeBudget budget = new CodeBudget(4 * CodeBudget.LEAST);
    try (BoardFixture two = new BoardFixture(2, InterruptController.PLIC, Clock.system(), budget)) {
      two.memory.fill(BoardLayout.RAM_BASE, BoardFixture.RAM_SIZE, (byte) 0x01);
      Mmu mmu = two.hart(0).mmu;
      long most = 0;
      for (long at = 0; at < BoardFixture.RAM_SIZE / 8; at += 2) {
        assertThat(mmu.fetch(BoardLayout.RAM_BASE + at)).isNotNull();
        assertThat(mmu.codeBytes()).isEqualTo(budget.used());
        most = Math.max(most, mmu.codeBytes());
      }
      assertThat(most).isBetween(CodeBudget.LEAST, 2 * CodeBudget.LEAST + ONE_BLOCK);
      assertThat(mmu.evictedPages()).as("it was tried").isGreaterThan(100);

      two.hart(1).mmu.fetch(BoardLayout.RAM_BASE);
      assertThat(budget.used()).isGreaterThan(mmu.codeBytes());
    }
    assertThat(budget.used()).as("the board was closed").isZero();
  }

  /** Code that is not changed runs on whether it was dropped or not. */
  @Test
  void codeThatWasDroppedIsDecodedAgain() {
    CodeBudget budget = new CodeBudget(CodeBudget.LEAST);
    try (BoardFixture one = new BoardFixture(1, InterruptController.PLIC, Clock.system(), budget)) {
      one.memory.fill(BoardLayout.RAM_BASE, BoardFixture.RAM_SIZE, (byte) 0x01);
      Mmu mmu = one.hart(0).mmu;
      Block first = requireNonNull(mmu.fetch(BoardLayout.RAM_BASE));
      assertThat(mmu.fetch(BoardLayout.RAM_BASE)).isSameAs(first);
      for (long page = 1; mmu.evictedPages() == 0; page++) {
        assertThat(mmu.fetch(BoardLayout.RAM_BASE + page * 4096)).isNotNull();
      }
      assertThat(mmu.codeBytes()).as("a quarter went").isGreaterThan(CodeBudget.LEAST / 2);
      assertThat(mmu.tlb.fetchPage(BoardLayout.RAM_BASE)).as("no link is left").isNull();
      Block again = requireNonNull(mmu.fetch(BoardLayout.RAM_BASE));
      assertThat(again).isNotSameAs(first);
      assertThat(again.ops).isEqualTo(first.ops);
    }
  }
}
