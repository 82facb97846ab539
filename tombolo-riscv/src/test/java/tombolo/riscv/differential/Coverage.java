// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts how often each instruction of a list of programs really was executed: QEMU runs them an
 * instruction at a time and logs every program counter.
 */
final class Coverage {
  private static final long PROGRAM_BEGINS = Arena.HARNESS + 4;

  /** Instructions that no {@link Template} draws: jumps, the system's, and the reserving ones. */
  private static final List<String> WITHOUT_TEMPLATE =
      List.of(
          "beq",
          "bne",
          "blt",
          "bge",
          "bltu",
          "bgeu",
          "jal",
          "jalr",
          "c.beqz",
          "c.bnez",
          "c.j",
          "c.jr",
          "c.jalr",
          "c.addi16sp",
          "lr.w",
          "lr.d",
          "sc.w",
          "sc.d",
          "csrrw",
          "csrrs",
          "csrrc",
          "csrrwi",
          "csrrsi",
          "csrrci",
          "ecall",
          "ebreak",
          "c.ebreak",
          "sret",
          "wfi",
          "sfence.vma",
          "fence.i",
          "(reserved)",
          "(random word)",
          "(random halfword)");

  private Coverage() {}

  /** The mnemonics of every instruction that there is. */
  static Set<String> expected() {
    return Stream.concat(
            Stream.of(
                    IntegerInstructions.ARITHMETIC,
                    IntegerInstructions.MULTIPLY,
                    IntegerInstructions.LOADS,
                    IntegerInstructions.STORES,
                    BitInstructions.ALL,
                    MayBeInstructions.ALL,
                    CacheBlockInstructions.MANAGEMENT,
                    CacheBlockInstructions.PREFETCHES,
                    List.of(CacheBlockInstructions.ZERO),
                    AtomicInstructions.AMOS,
                    FloatInstructions.OPERATIONS,
                    FloatInstructions.LOADS,
                    FloatInstructions.STORES,
                    CompressedInstructions.ARITHMETIC,
                    CompressedInstructions.LOADS,
                    CompressedInstructions.STORES,
                    CompressedInstructions.STACK)
                .flatMap(List::stream)
                .map(Template::mnemonic),
            Stream.of(
                    WITHOUT_TEMPLATE.stream(),
                    VectorInstructions.ALL.stream().map(VectorInstructions.Operation::mnemonic),
                    VectorSnippets.MNEMONICS.stream())
                .flatMap(mnemonics -> mnemonics))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** How often each mnemonic was executed; those of {@link #expected} that were not have 0. */
  static Map<String, Integer> measure(Path qemu, List<Program> programs, Duration deadline) {
    try {
      Path trace = Files.createTempFile("differential", ".trace");
      try {
        List<String> options = new ArrayList<>(QemuTarget.ONE_BY_ONE);
        options.addAll(List.of("-d", "exec,nochain", "-dfilter", ranges(programs)));
        options.addAll(List.of("-D", trace.toString()));
        new QemuTarget(qemu, options).run(Batch.image(programs, false), deadline);
        return count(trace, programs);
      } finally {
        Files.delete(trace);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Integer> count(Path trace, List<Program> programs) throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    expected().forEach(mnemonic -> counts.put(mnemonic, 0));
    int begun = 0;
    Program program = programs.getFirst();
    Map<Long, Word> at = Map.of();
    try (BufferedReader lines = Files.newBufferedReader(trace)) {
      for (String line; (line = lines.readLine()) != null; ) {
        // Trace 0: 0x7f... [0000000000000000/<pc>/<flags>/<flags>]
        int start = line.indexOf('/') + 1;
        long pc = Long.parseUnsignedLong(line, start, line.indexOf('/', start), 16);
        if (pc == PROGRAM_BEGINS) {
          if (begun < programs.size()) {
            program = programs.get(begun++);
            at = layout(program);
          }
        } else {
          Word word = at.get(pc - program.world().code());
          if (word == null) {
            word = at.get(pc - program.world().code() - program.world().otherMode());
          }
          if (word != null) {
            counts.merge(word.mnemonic(), 1, Integer::sum);
          }
        }
      }
    }
    return counts;
  }

  /** The program's instructions by their distance from the first code page. */
  private static Map<Long, Word> layout(Program program) {
    Map<Long, Word> at = new HashMap<>();
    long offset = program.world().entryOffset();
    for (Word word : program.words()) {
      at.put(offset, word);
      offset += word.bytes();
    }
    return at;
  }

  private static String ranges(List<Program> programs) {
    Set<String> ranges = new TreeSet<>();
    ranges.add(range(PROGRAM_BEGINS, 4));
    for (Program program : programs) {
      long code = program.world().code();
      ranges.add(range(code, 4096L * Arena.CODE_PAGES));
      ranges.add(range(code + program.world().otherMode(), 4096L * Arena.CODE_PAGES));
    }
    return String.join(",", ranges);
  }

  private static String range(long start, long length) {
    return "0x%x+0x%x".formatted(start, length);
  }
}
