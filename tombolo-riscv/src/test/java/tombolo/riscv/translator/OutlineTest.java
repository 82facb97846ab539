// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.riscv.hart.Region;

@DisplayName("A region's code")
class OutlineTest {
  private static final int NOP = 0x00000013;
  private static final int ECALL = 0x00000073;
  private static final int RET = 0x00008067;
  private static final int MOST = 50;

  /** A page of nops, with some other words, of which the hart has entered some offsets. */
  private record Page(Map<Integer, Integer> words, Set<Integer> entries) implements Region.Code {
    @Override
    public int halfword(int offset) {
      int word = words.getOrDefault(offset & ~3, NOP);
      return (offset & 2) == 0 ? word & 0xffff : word >>> 16;
    }

    @Override
    public ByteBuffer content() {
      ByteBuffer bytes = ByteBuffer.allocate(SIZE);
      for (int offset = 0; offset < SIZE; offset += 2) {
        bytes.putShort(offset, (short) halfword(offset));
      }
      return bytes;
    }

    @Override
    public boolean isEntry(int offset) {
      return entries.contains(offset);
    }
  }

  private static Page page(Set<Integer> entries, int... offsetsAndWords) {
    Map<Integer, Integer> words = new HashMap<>();
    for (int i = 0; i < offsetsAndWords.length; i += 2) {
      words.put(offsetsAndWords[i], offsetsAndWords[i + 1]);
    }
    return new Page(words, entries);
  }

  private static int beq(int distance) {
    return (distance >> 5 & 0x3f) << 25
        | (distance >> 1 & 15) << 8
        | (distance >> 11 & 1) << 7
        | 0x63;
  }

  private static int jal(int rd, int distance) {
    return (distance >> 1 & 0x3ff) << 21 | rd << 7 | 0x6f;
  }

  private static List<Integer> pieces(Page page, int entry) {
    return List.copyOf(Outline.of(page, entry, MOST).pieces().keySet());
  }

  private static Piece piece(Outline outline, int offset) {
    return Objects.requireNonNull(outline.pieces().get(offset));
  }

  @Test
  void endsBeforeWhatOthersExecute() {
    Outline outline = Outline.of(page(Set.of(), 0x10c, ECALL), 0x100, MOST);
    assertThat(piece(outline, 0x100).steps()).hasSize(3);
    assertThat(outline.instructions()).isEqualTo(3);
  }

  @Test
  void isNothingWhereOthersExecuteTheFirstInstruction() {
    assertThat(pieces(page(Set.of(), 0x100, ECALL), 0x100)).isEmpty();
  }

  @Test
  void goesWhereTheHartHasBranched() {
    Page page = page(Set.of(0x140), 0x104, beq(0x3c), 0x10c, ECALL, 0x148, ECALL);
    assertThat(pieces(page, 0x100)).containsExactly(0x100, 0x108, 0x140);
  }

  @Test
  void leavesOutWhereTheHartHasNeverBranched() {
    Page page = page(Set.of(), 0x104, beq(0x3c), 0x10c, ECALL, 0x148, ECALL);
    assertThat(pieces(page, 0x100)).containsExactly(0x100, 0x108);
  }

  @Test
  void isCutWhereItIsEnteredInTheMiddle() {
    // A loop whose branch leads behind its first instruction.
    Page page = page(Set.of(0x104), 0x108, beq(-4) | 0x80000000 | 0x7e000000, 0x10c, ECALL);
    assertThat(pieces(page, 0x100)).containsExactly(0x100, 0x104);
  }

  @Test
  void hasCallsAndWhatFollowsThem() {
    Page page = page(Set.of(0x140, 0x108), 0x104, jal(1, 0x3c), 0x10c, ECALL, 0x144, RET);
    Outline outline = Outline.of(page, 0x100, MOST);
    assertThat(outline.pieces().keySet()).containsExactly(0x100, 0x108, 0x140);
    assertThat(outline.returns()).containsExactly(0x108);
  }

  @Test
  void hasNoMoreInstructionsThanItMay() {
    assertThat(Outline.of(page(Set.of()), 0, 7).instructions()).isEqualTo(7);
  }

  @Test
  void endsAtTheEndOfThePage() {
    Outline outline = Outline.of(page(Set.of()), 0xff8, MOST);
    assertThat(piece(outline, 0xff8).end()).isEqualTo(0x1000);
  }

  @Test
  void leavesOutAnInstructionThatGoesOnInTheNextPage() {
    // Compressed nops shift the words by two bytes.
    Page page = page(Set.of(), 0xff8, 0x0001_0001, 0xffc, 0x0013_0001);
    assertThat(piece(Outline.of(page, 0xff8, MOST), 0xff8).end()).isEqualTo(0xffe);
  }
}
