// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A region's code")
class OutlineTest {
  private static final int ECALL = 0x00000073;
  private static final int RET = 0x00008067;
  private static final int MOST = 50;

  private static int beq(int distance) {
    return (distance >> 5 & 0x3f) << 25
        | (distance >> 1 & 15) << 8
        | (distance >> 11 & 1) << 7
        | 0x63;
  }

  private static int jal(int rd, int distance) {
    return (distance >> 1 & 0x3ff) << 21 | rd << 7 | 0x6f;
  }

  private static List<Integer> pieces(MadeUpPage page, int entry) {
    return List.copyOf(Outline.of(page, entry, MOST).pieces().keySet());
  }

  private static Piece piece(Outline outline, int offset) {
    return Objects.requireNonNull(outline.pieces().get(offset));
  }

  @Test
  void endsBeforeWhatOthersExecute() {
    Outline outline = Outline.of(MadeUpPage.ofWords(Set.of(), 0x10c, ECALL), 0x100, MOST);
    assertThat(piece(outline, 0x100).steps()).hasSize(6);
    assertThat(outline.instructions()).isEqualTo(6);
  }

  @Test
  void isNothingWhereOthersExecuteTheFirstInstruction() {
    assertThat(pieces(MadeUpPage.ofWords(Set.of(), 0x100, ECALL), 0x100)).isEmpty();
  }

  @Test
  void goesWhereCodeIsWarm() {
    MadeUpPage page =
        MadeUpPage.ofWords(Set.of(0x140), 0x104, beq(0x3c), 0x10c, ECALL, 0x148, ECALL);
    assertThat(pieces(page, 0x100)).containsExactly(0x100, 0x108, 0x140);
  }

  @Test
  void leavesOutWhatIsNotWarm() {
    MadeUpPage page = MadeUpPage.ofWords(Set.of(), 0x104, beq(0x3c), 0x10c, ECALL, 0x148, ECALL);
    assertThat(pieces(page, 0x100)).containsExactly(0x100, 0x108);
  }

  @Test
  void isCutWhereItIsEnteredInTheMiddle() {
    // A loop whose branch leads behind its first instruction.
    MadeUpPage page =
        MadeUpPage.ofWords(Set.of(0x104), 0x108, beq(-4) | 0x80000000 | 0x7e000000, 0x10c, ECALL);
    assertThat(pieces(page, 0x100)).containsExactly(0x100, 0x104);
  }

  @Test
  void hasCallsAndWhatFollowsThem() {
    MadeUpPage page =
        MadeUpPage.ofWords(Set.of(0x140, 0x108), 0x104, jal(1, 0x3c), 0x10c, ECALL, 0x144, RET);
    Outline outline = Outline.of(page, 0x100, MOST);
    assertThat(outline.pieces().keySet()).containsExactly(0x100, 0x108, 0x140);
    assertThat(outline.returns()).containsExactly(0x108);
  }

  @Test
  void beginsNoOtherPieceOnceItHasAsManyInstructionsAsItMay() {
    int beq = 0x0000_0463; // beq zero, zero, 8
    MadeUpPage page = MadeUpPage.ofWords(Set.of(4, 8), 0, beq, 8, beq);
    assertThat(Outline.of(page, 0, 1).pieces()).containsOnlyKeys(0);
  }

  @Test
  void endsASequenceWithoutJumpsLater() {
    assertThat(Outline.of(MadeUpPage.ofWords(Set.of()), 0, 7).instructions()).isEqualTo(5 * 7);
  }

  @Test
  void endsAtTheEndOfThePage() {
    Outline outline = Outline.of(MadeUpPage.ofWords(Set.of()), 0xff8, MOST);
    assertThat(piece(outline, 0xff8).end()).isEqualTo(0x1000);
  }

  @Test
  void leavesOutAnInstructionThatGoesOnInTheNextPage() {
    // Compressed nops shift the words by two bytes.
    MadeUpPage page = MadeUpPage.ofWords(Set.of(), 0xff8, 0x0001_0001, 0xffc, 0x0013_0001);
    assertThat(piece(Outline.of(page, 0xff8, MOST), 0xff8).end()).isEqualTo(0xffe);
  }
}
