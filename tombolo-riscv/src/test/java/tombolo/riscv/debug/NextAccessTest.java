// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.debug;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.debug.DataAccess;
import tombolo.memory.Access;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;
import tombolo.riscv.hart.CodeBudget;
import tombolo.riscv.hart.Hart;

/** Which memory an instruction accesses, before it does. */
class NextAccessTest {
  private static final long BASE = 0x8000_0000L;
  private static final long ADDRESS = 0x1234_5678_9000L;
  private static final int BASE_REGISTER = 10;

  private static final int LOAD = 0x03;
  private static final int STORE = 0x23;
  private static final int LOAD_FP = 0x07;
  private static final int STORE_FP = 0x27;
  private static final int AMO = 0x2f;

  private final HostMemory host = HostMemory.allocate(4096);
  private final GuestMemory memory = new GuestMemory();
  private final Hart hart = hart();

  private Hart hart() {
    memory.map(BASE, 4096, host, 0, Access.READ_WRITE_EXECUTE);
    Hart made = new Hart(0, memory, new CodeBudget(1 << 20), 32);
    made.pc = BASE;
    made.x[BASE_REGISTER] = ADDRESS;
    return made;
  }

  @AfterEach
  void close() {
    memory.unmapAll();
    host.close();
  }

  private @Nullable DataAccess of(int word) {
    memory.writeInt(BASE, word);
    return NextAccess.of(hart);
  }

  /** The I format. */
  private static int load(int opcode, int width, int offset) {
    return offset << 20 | BASE_REGISTER << 15 | width << 12 | 5 << 7 | opcode;
  }

  /** The S format. */
  private static int store(int opcode, int width, int offset) {
    return offset >> 5 << 25
        | 5 << 20
        | BASE_REGISTER << 15
        | width << 12
        | (offset & 31) << 7
        | opcode;
  }

  @ParameterizedTest
  @ValueSource(ints = {-2048, -33, -32, -1, 0, 1, 31, 32, 64, 2047})
  void anOffsetIsSigned(int offset) {
    DataAccess word = new DataAccess(ADDRESS + offset, 4, true, false);
    assertThat(of(load(LOAD, 2, offset))).isEqualTo(word);
    assertThat(of(load(LOAD_FP, 2, offset))).isEqualTo(word);
    DataAccess stored = new DataAccess(ADDRESS + offset, 4, false, true);
    assertThat(of(store(STORE, 2, offset))).isEqualTo(stored);
    assertThat(of(store(STORE_FP, 2, offset))).isEqualTo(stored);
  }

  /** lb, lh, lw, ld, lbu, lhu, lwu. */
  @ParameterizedTest
  @CsvSource({"0, 1", "1, 2", "2, 4", "3, 8", "4, 1", "5, 2", "6, 4"})
  void theWidthIsThatOfTheInstruction(int width, int bytes) {
    assertThat(of(load(LOAD, width, 8))).isEqualTo(new DataAccess(ADDRESS + 8, bytes, true, false));
  }

  @Test
  void anAtomicLoadsAndStoresButLoadReserved() {
    int amoAdd = BASE_REGISTER << 15 | 3 << 12 | 5 << 7 | AMO;
    int loadReserved = 2 << 27 | BASE_REGISTER << 15 | 2 << 12 | 5 << 7 | AMO;
    assertThat(of(amoAdd)).isEqualTo(new DataAccess(ADDRESS, 8, true, true));
    assertThat(of(loadReserved)).isEqualTo(new DataAccess(ADDRESS, 4, true, false));
  }

  /** c.lw a5, 4(a0) and c.sd a5, 0(a0). */
  @Test
  void compressedOnesAreKnown() {
    assertThat(of(0x415c)).isEqualTo(new DataAccess(ADDRESS + 4, 4, true, false));
    assertThat(of(0xe11c)).isEqualTo(new DataAccess(ADDRESS, 8, false, true));
  }

  @Test
  void unitStrideVectorsAreAsLongAsTheyAre() {
    int wholeRegister = 1 << 25 | 8 << 20 | BASE_REGISTER << 15 | LOAD_FP; // vl1re8.v v0, (a0)
    int strided = 2 << 26 | 1 << 25 | BASE_REGISTER << 15 | 6 << 12 | LOAD_FP;
    assertThat(of(wholeRegister)).isEqualTo(new DataAccess(ADDRESS, 32, true, false));
    assertThat(of(strided)).isNull();
  }

  @Test
  void othersAccessNothing() {
    assertThat(of(0x0000_0013)).as("nop").isNull();
    hart.pc = 0x1000;
    assertThat(NextAccess.of(hart)).as("no memory at pc").isNull();
  }

  @Test
  void rangesTouchOrDoNot() {
    DataAccess access = new DataAccess(100, 4, true, false);
    assertThat(access.touches(103, 1)).isTrue();
    assertThat(access.touches(96, 5)).isTrue();
    assertThat(access.touches(104, 8)).isFalse();
    assertThat(access.touches(92, 8)).isFalse();
  }
}
