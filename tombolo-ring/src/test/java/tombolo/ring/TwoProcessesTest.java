// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.testing.RequiredTool;
import tombolo.testing.WorkTree;

/**
 * A ring in a file that two processes have mapped: this one, and a C program compiled for the host,
 * or for RISC-V and run by QEMU.
 */
@DisplayName("A ring between a Java and a C process")
final class TwoProcessesTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @TempDir Path directory;

  /** A program, the way to run it, and its number of messages. */
  record Peer(String compiler, List<String> runner, int capacity, int messages) {
    Path compile(Path directory) throws IOException, InterruptedException {
      Path program = directory.resolve("ring-process");
      Path source = CRing.source(directory, "ring-process.c");
      run(
          List.of(
              RequiredTool.require(compiler).toString(),
              "-std=c11",
              "-D_GNU_SOURCE",
              "-O2",
              "-Wall",
              "-Wextra",
              "-Werror",
              "-static",
              "-I",
              WorkTree.path("guests/lib").toString(),
              "-o",
              program.toString(),
              source.toString()));
      return program;
    }

    List<String> command(Path program, String role, Path file) {
      Stream<String> run = runner.stream().map(tool -> RequiredTool.require(tool).toString());
      return Stream.concat(run, Stream.of(program.toString(), role, file.toString(), "" + messages))
          .toList();
    }
  }

  static Stream<Peer> peers() {
    return Stream.of(
        new Peer("gcc", List.of(), 64, 20_000),
        new Peer("gcc", List.of(), 1024, 300_000),
        new Peer("riscv64-linux-gnu-gcc", List.of("qemu-riscv64"), 512, 20_000));
  }

  @ParameterizedTest
  @MethodSource("peers")
  void cWritesAndJavaReads(Peer peer) throws Exception {
    Path file = file(peer);
    Process writer = start(peer.command(peer.compile(directory), "write", file));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ring = map(file, arena);
      SpscReader reader = SpscRing.reader(ring);
      int[] n = new int[1];
      MessageHandler check =
          (type, data, offset, length) -> {
            Message expected = new Message(n[0]++, peer.capacity);
            assertThat(type).isEqualTo(expected.type);
            assertThat(length).isEqualTo(expected.length());
            assertThat(data.asSlice(offset, length).mismatch(expected.payload)).isEqualTo(-1);
          };
      long end = System.nanoTime() + DEADLINE.toNanos();
      while (n[0] < peer.messages) {
        int count = reader.drain(check, 10);
        assertThat(count).isNotNegative();
        if (count == 0) {
          await(writer, end);
        }
      }
      assertThat(reader.poll(check)).isZero();
    } finally {
      finish(writer);
    }
  }

  @ParameterizedTest
  @MethodSource("peers")
  void javaWritesAndCReads(Peer peer) throws Exception {
    Path file = file(peer);
    Process reader = start(peer.command(peer.compile(directory), "read", file));
    try (Arena arena = Arena.ofConfined()) {
      SpscWriter writer = SpscRing.writer(map(file, arena), peer.capacity);
      long end = System.nanoTime() + DEADLINE.toNanos();
      for (int n = 0; n < peer.messages; n++) {
        Message message = new Message(n, peer.capacity);
        int answer;
        while ((answer = writer.offer(message.type, message.payload, 0, message.length())) < 0) {
          assertThat(answer).isIn(Answer.BACK_PRESSURED, Answer.NOT_CONNECTED);
          await(reader, end);
        }
      }
      // The reader ends when it has read everything; the mapping must last until then.
      finish(reader);
    } finally {
      reader.destroyForcibly();
    }
  }

  /** Message n, as the C program makes it. */
  record Message(int type, MemorySegment payload) {
    Message(int n, int capacity) {
      this(type(mix(n)), payload(mix(n), capacity));
    }

    int length() {
      return (int) payload.byteSize();
    }

    private static long mix(long n) {
      long x = (n + 1) * 0x9e3779b97f4a7c15L;
      return x ^ x >>> 29;
    }

    private static int type(long x) {
      return (int) (x >>> 33) | 1;
    }

    private static MemorySegment payload(long x, int capacity) {
      int longest = Records.maxLength(capacity);
      longest = (x & 7) == 0 ? longest : Math.min(longest, 40);
      MemorySegment payload =
          MemorySegment.ofArray(new byte[Integer.remainderUnsigned((int) (x >>> 20), longest + 1)]);
      for (int i = 0; i < payload.byteSize(); i++) {
        payload.set(ValueLayout.JAVA_BYTE, i, (byte) (x + i));
      }
      return payload;
    }
  }

  private Path file(Peer peer) throws IOException {
    return Files.write(directory.resolve("ring"), new byte[(int) SpscRing.size(peer.capacity)]);
  }

  private static MemorySegment map(Path file, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
    }
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    finish(start(command));
  }

  /** Waits a turn for the other side, which must not have failed. */
  private static void await(Process other, long end) {
    LockSupport.parkNanos(1_000);
    assertThat(System.nanoTime()).as("in time").isLessThan(end);
    assertThat(other.isAlive() || other.exitValue() == 0).as("the C process works").isTrue();
  }

  private static void finish(Process process) throws InterruptedException {
    try {
      assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
