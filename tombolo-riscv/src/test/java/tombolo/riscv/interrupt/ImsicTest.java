// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tombolo.machine.device.DeviceBus;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.board.BoardLayout;
import tombolo.riscv.hart.Hart;

/** The pages of the interrupt files (RISC-V AIA 1.0, section 3.5), as devices reach them. */
class ImsicTest {
  private static final long PAGE = 0x2800_0000;
  private static final int HARTS = 3;

  private final BoardFixture board = new BoardFixture(HARTS, InterruptController.AIA);

  @AfterEach
  void close() {
    board.close();
  }

  private void store(long gpa, int size, long value) {
    DeviceBus.Slot slot = Objects.requireNonNull(board.mmio.find(gpa, size));
    slot.device().write(gpa - slot.base(), size, value);
  }

  private InterruptFile file(int hart) {
    return Objects.requireNonNull(board.vcpus().get(hart).interruptFile);
  }

  /** eip0 and eip2, which hold identities 0 to 127. */
  private long pending(int hart, int register) {
    return file(hart).access(register, -1, 0);
  }

  private boolean nothingPending() {
    boolean nothing = true;
    for (int hart = 0; hart < HARTS; hart++) {
      for (int register = 0x80; register < 0x88; register += 2) {
        nothing &= pending(hart, register) == 0;
      }
    }
    return nothing;
  }

  @Test
  void aStoreToAHartsPageIsAMessageToThatHart() {
    for (int hart = 0; hart < HARTS; hart++) {
      store(PAGE + 0x1000L * hart, 4, 10 + hart);
    }
    for (int hart = 0; hart < HARTS; hart++) {
      assertThat(pending(hart, 0x80)).isEqualTo(1L << (10 + hart));
    }
  }

  @Test
  void theSecondRegisterIsBigEndian() {
    store(PAGE + 0x1004, 4, 0x4100_0000);
    assertThat(pending(1, 0x82)).isEqualTo(1 << 1);
    store(PAGE + 0x1004, 4, 0x41);
    assertThat(pending(1, 0x80)).isZero();
  }

  @Test
  void thereIsAPageForEachHartAndNoneBehind() {
    assertThat(board.mmio.find(PAGE + 0x1000L * HARTS - 4, 4)).isNotNull();
    assertThat(board.mmio.find(PAGE + 0x1000L * HARTS, 4)).isNull();
  }

  @Test
  void onlyWholeWordsAtTheirPlaceAreMessages() {
    for (long offset = 0; offset < 0x1000; offset++) {
      for (int size : new int[] {1, 2, 4, 8}) {
        if (size != 4 || (offset != 0 && offset != 4)) {
          store(PAGE + offset, size, 5);
        }
      }
    }
    assertThat(nothingPending()).isTrue();
    store(PAGE, 4, 0x1_0005);
    store(PAGE, 4, 256);
    store(PAGE, 4, 0);
    assertThat(nothingPending()).as("no such identities").isTrue();
  }

  @Test
  void everyLoadGivesZero() {
    store(PAGE, 4, 5);
    DeviceBus.Slot slot = Objects.requireNonNull(board.mmio.find(PAGE, 4));
    for (long offset = 0; offset < 0x1000; offset += 4) {
      assertThat(slot.device().read(offset, 4)).isZero();
    }
  }

  @Test
  void onlyTheInterruptFilesTakeMessagesOfDevices() {
    assertThat(Objects.requireNonNull(board.mmio.find(PAGE, 4)).device().takesMessages()).isTrue();
    DeviceBus.Slot aplic = Objects.requireNonNull(board.mmio.find(BoardLayout.APLIC_BASE, 4));
    assertThat(aplic.device().takesMessages()).isFalse();
  }

  @Test
  void anAcceptedMessageIsTheHartsExternalInterrupt() {
    file(1).access(0x70, 0, 1);
    file(1).access(0xc0, -1, 1 << 5);
    store(PAGE + 0x1000, 4, 5);
    assertThat(board.hart(1).pendingInterrupts()).isEqualTo(Hart.SEIP);
    assertThat(board.hart(0).pendingInterrupts()).isZero();
    file(1).claim();
    assertThat(board.hart(1).pendingInterrupts()).isZero();
  }
}
