// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.board.BoardLayout;

/** What a page of code tells a translator. */
class CodePageTest {
  private static final int LOOP = 0x0000_006f; // jal zero, 0

  private final BoardFixture board = new BoardFixture(1);

  @BeforeEach
  void storeCode() {
    board.memory.writeInt(BoardLayout.RAM_BASE, LOOP);
  }

  @AfterEach
  void close() {
    board.close();
  }

  @Test
  void codeIsWarmOnceARunHasBegunThere() {
    Block block = Objects.requireNonNull(board.hart(0).mmu.fetch(BoardLayout.RAM_BASE));

    assertThat(block.page.isWarm(0)).as("decoded, which code is that runs once").isFalse();
    block.samples++;
    assertThat(block.page.isWarm(0)).isTrue();
  }

  @Test
  void codeThatTheHartHasNotComeToIsCold() {
    Block block = Objects.requireNonNull(board.hart(0).mmu.fetch(BoardLayout.RAM_BASE));

    assertThat(block.page.isWarm(64)).isFalse();
  }
}
