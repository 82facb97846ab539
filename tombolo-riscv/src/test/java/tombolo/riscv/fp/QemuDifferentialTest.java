// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.testing.RequiredTool;

/**
 * Every floating-point instruction, in every rounding mode, gives the register and the flags that
 * it gives under QEMU.
 *
 * <p>{@code -Dtombolo.fp.vectors=20000000} compares more than the default number of vectors, {@code
 * -Dtombolo.fp.seed} others.
 */
class QemuDifferentialTest {
  private static final int VECTORS = Integer.getInteger("tombolo.fp.vectors", 1_000_000);
  private static final long SEED = Long.getLong("tombolo.fp.seed", 1);
  private static final int BATCH = 1_000_000;
  private static final int VECTOR_BYTES = 32;
  private static final int RESULT_BYTES = 16;
  private static final int REPORTED = 10;
  private static final List<Operation> OPERATIONS = List.of(Operation.values());

  @TempDir Path directory;

  private final Operands operands = new Operands(SEED);
  private final List<String> differences = new ArrayList<>();
  private long next;

  @Test
  void everyInstructionGivesWhatQemuGives() throws Exception {
    Path qemu = RequiredTool.requireFetched("qemu-riscv64");
    Path program = compile(RequiredTool.require("riscv64-linux-gnu-gcc"));
    int count = 0;
    for (int done = 0; done < VECTORS; done += BATCH) {
      int size = Math.min(BATCH, VECTORS - done);
      count += compare(vectors(size), qemu, program);
    }
    System.out.printf(
        "floating point against QEMU: %d vectors, %d differences%n", count, differences.size());
    assertThat(differences.stream().limit(REPORTED)).isEmpty();
    assertThat(count).isEqualTo(VECTORS);
  }

  private Path compile(Path compiler) throws Exception {
    Path source = directory.resolve("vectors.c");
    try (InputStream in = QemuDifferentialTest.class.getResourceAsStream("vectors.c")) {
      assertThat(in).isNotNull();
      Files.copy(in, source);
    }
    Path program = directory.resolve("vectors");
    run(
        new ProcessBuilder(
            compiler.toString(), "-O1", "-static", "-o", program.toString(), source.toString()));
    return program;
  }

  /** The program's input: instructions and rounding modes in turn, operands at random. */
  private byte[] vectors(int count) {
    byte[] input = new byte[count * VECTOR_BYTES];
    ByteBuffer vectors = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    long[] vector = new long[3];
    for (int i = 0; i < count; i++) {
      int instruction = (int) (next % OPERATIONS.size());
      int rm = (int) (next / OPERATIONS.size() % 5);
      next++;
      operands.next(OPERATIONS.get(instruction), vector);
      vectors.putInt(instruction).putInt(rm);
      vectors.putLong(vector[0]).putLong(vector[1]).putLong(vector[2]);
    }
    return input;
  }

  private int compare(byte[] vectors, Path qemu, Path program) throws Exception {
    Path input = Files.write(directory.resolve("input"), vectors);
    Path output = directory.resolve("output");
    run(
        new ProcessBuilder(qemu.toString(), "-cpu", "max", program.toString())
            .redirectInput(input.toFile())
            .redirectOutput(output.toFile()));
    int count = vectors.length / VECTOR_BYTES;
    ByteBuffer given = ByteBuffer.wrap(vectors).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer results = ByteBuffer.wrap(Files.readAllBytes(output)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(results.remaining()).isEqualTo(count * RESULT_BYTES);
    while (results.hasRemaining()) {
      compare(given, results.getLong(), results.getLong());
    }
    return count;
  }

  private void compare(ByteBuffer vectors, long expected, long expectedFlags) {
    Operation operation = OPERATIONS.get(vectors.getInt());
    int rm = vectors.getInt();
    long a = vectors.getLong();
    long b = vectors.getLong();
    long c = vectors.getLong();
    FpEnvironment env = new FpEnvironment();
    long result = operation.execute(env, rm, a, b, c);
    if (result != expected || env.flags != expectedFlags) {
      differences.add(
          "%s rm=%d of %x, %x, %x: %x with flags %x, but QEMU gives %x with flags %x"
              .formatted(operation, rm, a, b, c, result, env.flags, expected, expectedFlags));
    }
  }

  private void run(ProcessBuilder command) throws IOException, InterruptedException {
    Path errors = directory.resolve("errors");
    Process process = command.redirectError(errors.toFile()).start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      fail("%s did not end", command.command());
    }
    assertThat(process.exitValue())
        .as("%s: %s", command.command(), Files.readString(errors))
        .isZero();
  }
}
