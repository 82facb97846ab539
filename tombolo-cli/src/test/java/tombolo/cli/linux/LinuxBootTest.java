// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.cli.Tombolo;
import tombolo.cli.image.Initramfs;
import tombolo.testing.RequiredTool;

/**
 * Debian's kernel, as Debian ships it, boots, does what Linux guests do, and powers off; and prints
 * what it prints on QEMU's {@code virt} board.
 */
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class LinuxBootTest {
  private static final String COMMAND_LINE = "console=ttyS0 quiet";

  /** How often in a row, for who wants to be sure. */
  private static final int BOOTS = Integer.getInteger("tombolo.boots", 1);

  @TempDir private static Path directory;
  private static LinuxFiles linux;
  private static Path initrd;

  @BeforeAll
  static void makeTheImage() throws Exception {
    linux = LinuxFiles.require();
    Path threads = directory.resolve("threads");
    List<String> compile =
        List.of("-O2", "-static", "-pthread", "-o", threads.toString(), "-xc", "-", "-lm");
    Path compiler = RequiredTool.require("riscv64-linux-gnu-gcc");
    assertThat(run(compiler, compile, resource("threads.c"))).isEmpty();
    Path script = Files.write(directory.resolve("exercise.sh"), resource("exercise.sh"));
    Initramfs image = new Initramfs(linux.busybox());
    image.add(threads, "/bin/threads");
    image.runScript(script);
    initrd = directory.resolve("initrd.cpio");
    image.writeTo(initrd);
  }

  private static byte[] resource(String name) throws IOException {
    try (var in = LinuxBootTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  /** All that a program prints. */
  private static String run(Path program, List<String> arguments, byte[] input) throws Exception {
    List<String> line = new ArrayList<>(List.of(program.toString()));
    line.addAll(arguments);
    Path output = Files.createTempFile(directory, "output", "");
    Process process =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try (var in = process.getOutputStream()) {
      in.write(input);
    }
    boolean ended = process.waitFor(8, TimeUnit.MINUTES);
    process.destroyForcibly();
    String printed = Files.readString(output, ISO_8859_1);
    assertThat(ended).as(printed).isTrue();
    return printed;
  }

  /**
   * One thread for all harts: with one for each, QEMU 7.2 now and then stops in the kernel's first
   * steps, on a host that has less processors than harts.
   */
  private static String onQemu(int harts) throws Exception {
    List<String> arguments =
        List.of(
            "-machine",
            "virt",
            "-accel",
            "tcg,thread=single",
            "-m",
            "256",
            "-smp",
            Integer.toString(harts),
            "-nographic",
            "-kernel",
            linux.kernel().toString(),
            "-initrd",
            initrd.toString(),
            "-append",
            COMMAND_LINE);
    return run(RequiredTool.require("qemu-system-riscv64"), arguments, new byte[0]);
  }

  /** From where the script begins; before that each machine's firmware says what it likes. */
  private static List<String> script(String printed) {
    List<String> lines = printed.lines().dropWhile(line -> !line.equals("== begin")).toList();
    assertThat(lines).as(printed).contains("== end");
    return lines.subList(0, lines.indexOf("== end") + 1);
  }

  private static String onTombolo(String interrupts, int harts) {
    Tombolo.Result result =
        new Tombolo()
            .run(
                "boot",
                linux.kernel().toString(),
                "--initrd=" + initrd,
                "--vcpus=" + harts,
                "--interrupts=" + interrupts,
                "--append=" + COMMAND_LINE,
                "--timeout=8m");

    assertThat(result.err()).isEmpty();
    assertThat(result.status()).as(result.out()).isZero();
    assertThat(result.out().strip()).endsWith("reboot: Power down");
    return result.out();
  }

  @ParameterizedTest(name = "{0} harts")
  @ValueSource(ints = {1, 4})
  void itDoesWhatItDoesOnQemu(int harts) throws Exception {
    List<String> wanted = script(onQemu(harts));
    for (int boot = 1; boot <= BOOTS; boot++) {
      String printed = onTombolo("plic", harts);

      assertThat(script(printed))
          .as("boot %d of %d", boot, BOOTS)
          .contains("harts: " + harts)
          .isEqualTo(wanted);
      assertThat(printed).containsPattern("SiFive PLIC +10 .*ttyS0").doesNotContain("imsic");
    }
  }

  /** Beside QEMU's PLIC, too: with QEMU 7.2's {@code aplic-imsic} this kernel does not get far. */
  @ParameterizedTest(name = "{0} harts")
  @ValueSource(ints = {1, 4})
  void itsInterruptsCanBeMessages(int harts) throws Exception {
    String printed = onTombolo("aia", harts);

    assertThat(script(printed)).contains("harts: " + harts).isEqualTo(script(onQemu(harts)));
    assertThat(printed)
        .contains("riscv-imsic: imsics@28000000: providing IPIs using interrupt 1")
        .contains("riscv-aplic d000000.aplic: 95 interrupts forwarded to MSI base")
        .containsPattern("APLIC-MSI-d000000.aplic +10 .*ttyS0")
        .doesNotContain("PLIC 10");
    // Somebody has sent function calls to other harts: not the firmware, which would need no IMSIC.
    String calls =
        printed.lines().filter(line -> line.startsWith("IPI1:")).findFirst().orElseThrow();
    assertThat(calls.matches("IPI1:[ 0]+Function call interrupts")).isEqualTo(harts == 1);
  }
}
