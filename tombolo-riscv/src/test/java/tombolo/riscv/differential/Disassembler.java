// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * GNU's disassembler. It learns which extensions there are from an object file's attributes alone,
 * so the words go through the assembler first. Stateless.
 */
final class Disassembler {
  private static final String MARCH =
      "-march=rv64gcv_zicond_zimop_zicbom_zicbop_zicboz_zfa_zfhmin_zcb_zcmop_zba_zbb_zbs_zvfhmin_zvbb";
  private static final Pattern INSTRUCTION = Pattern.compile("^ *[0-9a-f]+:\t.*");

  private final Path assembler;
  private final Path objdump;

  Disassembler(Path assembler, Path objdump) {
    this.assembler = assembler;
    this.objdump = objdump;
  }

  List<String> lines(Program program) {
    try {
      Path directory = Files.createTempDirectory("differential");
      Path source = directory.resolve("program.s");
      Path object = directory.resolve("program.o");
      try {
        Files.write(source, program.words().stream().map(Disassembler::directive).toList());
        List<String> errors = run(assembler, MARCH, "-o", object.toString(), source.toString());
        if (!Files.exists(object)) {
          return errors;
        }
        return run(
                objdump,
                "--disassembler-options=no-aliases",
                "--adjust-vma=" + Long.toUnsignedString(program.world().entry()),
                "--disassemble",
                object.toString())
            .stream()
            .filter(INSTRUCTION.asMatchPredicate())
            .toList();
      } finally {
        Files.deleteIfExists(source);
        Files.deleteIfExists(object);
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The assembler takes no instruction whose lowest bits announce another length than it has. */
  private static String directive(Word word) {
    boolean longer = (word.bits() & 0x1f) == 0x1f;
    return "%s 0x%x".formatted(longer ? ".4byte" : ".insn " + word.bytes() + ",", word.bits());
  }

  private static List<String> run(Path tool, String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(arguments).redirectErrorStream(true);
    builder.command().addFirst(tool.toString());
    Process process = builder.start();
    byte[] output = process.getInputStream().readAllBytes();
    return new String(output, StandardCharsets.UTF_8).lines().toList();
  }
}
