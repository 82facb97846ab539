// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.board.BoardLayout;
import tombolo.riscv.isa.AtomicDecoder;
import tombolo.riscv.isa.Cause;
import tombolo.riscv.isa.Op;

/** Load-reserved and store-conditional (RISC-V Unprivileged ISA, "Zalrsc"). */
class AtomicsTest {
  private static final int LR_W = AtomicDecoder.LR;
  private static final int LR_D = AtomicDecoder.LR | AtomicDecoder.DOUBLEWORD;
  private static final int SC_W = AtomicDecoder.SC;
  private static final int SC_D = AtomicDecoder.SC | AtomicDecoder.DOUBLEWORD;

  private static final int ADDRESS = 10;
  private static final int VALUE = 11;
  private static final int RESULT = 12;
  private static final long FAILED = 1;

  private static final long DATA = BoardLayout.RAM_BASE + 0x20_0000;
  private static final long OTHER = DATA + 0x1000;

  /** A page that two entries of a page table can be made to lead to. */
  private static final long VA = 0x1000;

  private static final long TABLE = BoardLayout.RAM_BASE;
  private static final long LEAF = 0xcf; // D, A, X, W, R, V

  private final BoardFixture board = new BoardFixture(2);
  private final Hart hart = board.hart(0);

  @BeforeEach
  void store() {
    board.memory.writeLong(DATA, 7);
    board.memory.writeLong(OTHER, 7);
  }

  @AfterEach
  void close() {
    board.close();
  }

  private boolean execute(int selector, long address, long value) {
    hart.x[ADDRESS] = address;
    hart.x[VALUE] = value;
    return Atomics.execute(hart, Op.pack(Op.ATOMIC, RESULT, ADDRESS, VALUE, selector));
  }

  private long completed(int selector, long address, long value) {
    assertThat(execute(selector, address, value)).isTrue();
    return hart.x[RESULT];
  }

  private void assertTrap(int cause, long address) {
    assertThat(hart.trapCause).isEqualTo(cause);
    assertThat(hart.trapValue).isEqualTo(address);
  }

  /** Maps VA to a page by a table of 4 KiB pages (Sv39). */
  private void map(long gpa, long flags) {
    board.memory.writeLong(TABLE, (TABLE + 0x1000) >>> 12 << 10 | 1);
    board.memory.writeLong(TABLE + 0x1000, (TABLE + 0x2000) >>> 12 << 10 | 1);
    board.memory.writeLong(TABLE + 0x2000 + 8 * (VA >>> 12), gpa >>> 12 << 10 | flags);
    hart.satp = 8L << 60 | TABLE >>> 12;
    hart.mmu.flush();
  }

  @ParameterizedTest
  @CsvSource({LR_W + "," + SC_W, LR_D + "," + SC_D})
  void aPairStores(int load, int store) {
    assertThat(completed(load, DATA, 0)).isEqualTo(7);
    assertThat(completed(store, DATA, 8)).isZero();
    assertThat(board.memory.readLong(DATA)).isEqualTo(8);
    assertThat(completed(store, DATA, 9)).as("the reservation is spent").isEqualTo(FAILED);
    assertThat(board.memory.readLong(DATA)).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource({SC_W + ", 2, false", SC_W + ", 1, true", SC_D + ", 4, false", SC_D + ", 4, true"})
  void aMisalignedStoreTrapsWithAndWithoutAReservation(int store, int offset, boolean reserved) {
    if (reserved) {
      completed(LR_D, DATA, 0);
    }
    hart.x[RESULT] = 77;
    assertThat(execute(store, DATA + offset, 8)).isFalse();
    assertTrap(Cause.STORE_MISALIGNED, DATA + offset);
    assertThat(hart.x[RESULT]).isEqualTo(77);
    assertThat(board.memory.readLong(DATA)).isEqualTo(7);
  }

  /** No SC retires unless it passes the checks of a store. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStoreThatMayNotBeTrapsWithAndWithoutAReservation(boolean reserved) {
    map(DATA, LEAF & ~4);
    if (reserved) {
      completed(LR_W, VA, 0);
    }
    assertThat(execute(SC_W, VA, 8)).isFalse();
    assertTrap(Cause.STORE_PAGE, VA);
    assertThat(execute(SC_W, VA + 0x10_0000, 8)).as("nothing is there").isFalse();
    assertTrap(Cause.STORE_PAGE, VA + 0x10_0000);
  }

  @Test
  void aStoreThatFailsLeavesThePageTableAsItIs() {
    long clean = LEAF & ~0xc0;
    map(DATA, clean);
    assertThat(completed(SC_W, VA, 8)).isEqualTo(FAILED);
    assertThat(board.memory.readLong(TABLE + 0x2000 + 8) & 0xff).isEqualTo(clean);
    completed(LR_W, VA, 0);
    assertThat(completed(SC_W, VA, 8)).isZero();
    assertThat(board.memory.readLong(TABLE + 0x2000 + 8) & 0xff).isEqualTo(LEAF);
  }

  /** No atomic operation can have a device, so no SC retires there either. */
  @Test
  void aStoreToADeviceTraps() {
    assertThat(execute(SC_W, BoardLayout.UART_BASE, 8)).isFalse();
    assertTrap(Cause.STORE_ACCESS, BoardLayout.UART_BASE);
  }

  @Test
  void aStoreOfAnotherWidthFails() {
    completed(LR_D, DATA, 0);
    board.memory.writeInt(DATA + 4, 1); // as another hart does, where SC.W does not look
    assertThat(completed(SC_W, DATA, 8)).isEqualTo(FAILED);
    assertThat(board.memory.readInt(DATA)).isEqualTo(7);

    completed(LR_W, DATA, 0);
    assertThat(completed(SC_D, DATA, 8)).isEqualTo(FAILED);
    assertThat(completed(SC_W, DATA, 8)).as("any SC ends the reservation").isEqualTo(FAILED);
    assertThat(board.memory.readInt(DATA)).isEqualTo(7);
  }

  @Test
  void aStoreElsewhereFails() {
    completed(LR_W, DATA, 0);
    assertThat(completed(SC_W, OTHER, 8)).isEqualTo(FAILED);
    assertThat(completed(SC_W, DATA, 8)).as("any SC ends the reservation").isEqualTo(FAILED);
    assertThat(board.memory.readInt(OTHER)).isEqualTo(7);
  }

  @Test
  void aReservationBelongsToPhysicalMemory() {
    map(DATA, LEAF);
    completed(LR_D, VA, 0);
    map(OTHER, LEAF);
    assertThat(completed(SC_D, VA, 8)).as("another page of the same content").isEqualTo(FAILED);
    assertThat(board.memory.readLong(OTHER)).isEqualTo(7);

    completed(LR_D, VA, 0);
    map(OTHER, LEAF);
    assertThat(completed(SC_D, VA, 8)).as("a fence alone takes nothing away").isZero();
    assertThat(board.memory.readLong(OTHER)).isEqualTo(8);
  }
}
