// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.testing.RequiredTool;

/**
 * The decoder takes exactly those words for instructions that binutils' disassembler takes for
 * instructions of the same extensions. SYSTEM words are left out but for Zimop's: which others are
 * legal depends on the hart's state.
 */
class EncodingTest {
  private static final int WORDS = Integer.getInteger("tombolo.encoding.words", 200_000);
  private static final int SYSTEM = 0x73;

  /** Reserved by the specification, an instruction to binutils. */
  private static final int C_ADDI16SP_OF_ZERO = 0x6101;

  /** A hart ignores the unused fields of its fences; to binutils they make another instruction. */
  private static final int MISC_MEM = 0x0f;

  private static final Pattern LINE = Pattern.compile("^\\s*[0-9a-f]+:\\s+([0-9a-f]+)\\s+(\\S.*)$");

  /**
   * To a float from a half, and to a double from a half, a float, an int and an unsigned int: never
   * rounded, so a hart takes any rounding mode; binutils takes some.
   */
  private static final Set<Integer> EXACT_CONVERSIONS =
      Set.of(0x4020_0053, 0x4200_0053, 0x4220_0053, 0xd200_0053, 0xd210_0053);

  @TempDir Path directory;

  private record Listed(int word, String text) {
    boolean isInstruction() {
      return !text.startsWith(".") && !text.startsWith("c.unimp") && !text.contains("unknown");
    }
  }

  @Test
  void everyCompressedInstruction() throws Exception {
    int[] halfwords = IntStream.range(0, 1 << 16).filter(word -> (word & 3) != 3).toArray();
    List<String> differences = new ArrayList<>();
    for (Listed listed : disassemble(halfwords, 2)) {
      long op = Decoder.decode(Compressed.expand(listed.word), 0, 2);
      compare(listed, op, differences);
    }
    assertThat(differences).isEmpty();
  }

  @Test
  void randomWords() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    int[] words =
        IntStream.generate(() -> word(random))
            .filter(word -> (word & 0x7f) != SYSTEM)
            .limit(WORDS)
            .toArray();
    List<String> differences = new ArrayList<>();
    int instructions = 0;
    for (Listed listed : disassemble(words, 4)) {
      compare(listed, Decoder.decode(listed.word, 0, 4), differences);
      instructions += listed.isInstruction() ? 1 : 0;
    }
    assertThat(differences).isEmpty();
    assertThat(instructions).isBetween(WORDS / 4, WORDS - WORDS / 4);
  }

  @Test
  void systemWordsThatMayBeOperationsAreThoseOfZimop() throws Exception {
    SplittableRandom random = new SplittableRandom(2);
    int[] words =
        IntStream.generate(() -> word(random))
            .map(word -> random.nextInt(4) == 0 ? word : (word & 0xdfff_ffff) | 0x81c0_0000)
            .map(word -> (word & ~0x707f) | 0x4000 | SYSTEM)
            .limit(WORDS / 10)
            .toArray();
    List<String> differences = new ArrayList<>();
    int instructions = 0;
    for (Listed listed : disassemble(words, 4)) {
      boolean operation = Op.opcode(Decoder.decode(listed.word, 0, 4)) != Op.SYSTEM;
      if (listed.isInstruction() != operation) {
        differences.add("%08x: %s".formatted(listed.word, listed.text));
      }
      instructions += listed.isInstruction() ? 1 : 0;
    }
    assertThat(differences).isEmpty();
    assertThat(instructions).isBetween(words.length / 10, words.length - words.length / 10);
  }

  private static void compare(Listed listed, long op, List<String> differences) {
    boolean differsFromTheSpecification =
        listed.word == C_ADDI16SP_OF_ZERO
            || (listed.word & 0x7f) == MISC_MEM
            || EXACT_CONVERSIONS.contains(listed.word & 0xfff0_007f);
    if (!differsFromTheSpecification && listed.isInstruction() != (Op.opcode(op) != Op.ILLEGAL)) {
      differences.add("%08x: %s".formatted(listed.word, listed.text));
    }
  }

  /** Any 32-bit instruction; of half of them, function 7 and rs2 have few bits set. */
  private static int word(SplittableRandom random) {
    int word = random.nextInt() | 3;
    if ((word & 0x1f) == 0x1f) {
      word ^= 0x10; // longer than 32 bits
    }
    if (random.nextBoolean()) {
      word &= 0xfffff | 1 << random.nextInt(32) | (random.nextBoolean() ? 3 << 28 : 0);
    }
    return word;
  }

  private List<Listed> disassemble(int[] words, int size) throws Exception {
    Path source = directory.resolve("words.s");
    Path object = directory.resolve("words.o");
    Path listing = directory.resolve("words.txt");
    String format = ".insn " + size + ", 0x%x";
    Files.write(source, IntStream.of(words).mapToObj(format::formatted).toList());
    run(
        object.resolveSibling("errors"),
        RequiredTool.requireFetched("riscv64-linux-gnu-as").toString(),
        "-march=rv64gcv_zicsr_zifencei_zicond_zimop_zfa_zfhmin_zcb_zcmop_zba_zbb_zbs_zvfhmin_zvbb",
        "-o",
        object.toString(),
        source.toString());
    run(
        listing,
        RequiredTool.requireFetched("riscv64-linux-gnu-objdump").toString(),
        "-d",
        "-z",
        "-M",
        "no-aliases",
        object.toString());
    List<Listed> listed = new ArrayList<>();
    for (String line : Files.readAllLines(listing)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        listed.add(new Listed(Integer.parseUnsignedInt(matcher.group(1), 16), matcher.group(2)));
      }
    }
    assertThat(listed.stream().mapToInt(Listed::word).toArray()).isEqualTo(words);
    return listed;
  }

  private static void run(Path output, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }
}
