// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.cli.Installation;
import tombolo.cli.Tombolo;
import tombolo.cli.image.Initramfs;
import tombolo.testing.RequiredTool;

/** Debian's drivers find the virtio devices and work with them. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class VirtioLinuxTest {
  private static final int SECTOR = 512;
  private static final int DISK = 8 << 20;
  private static final int WRITTEN_AT = 2 << 20;
  private static final int WRITTEN = 3 << 20;

  @TempDir private Path directory;

  private Path disk(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static String sum(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  /** What the guest's script makes of its first disk. */
  private static byte[] written(byte[] before) {
    byte[] after = before.clone();
    byte[] numbers =
        IntStream.rangeClosed(1, 1_000_000)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining("\n"))
            .getBytes(US_ASCII);
    System.arraycopy(numbers, 0, after, WRITTEN_AT, WRITTEN);
    System.arraycopy(sector("the first sector"), 0, after, 0, SECTOR);
    System.arraycopy(sector("the last sector"), 0, after, DISK - SECTOR, SECTOR);
    return after;
  }

  private static byte[] sector(String text) {
    return Arrays.copyOf(text.getBytes(US_ASCII), SECTOR);
  }

  private Path resource(String name) throws IOException {
    Path copy = directory.resolve(name);
    try (var in = VirtioLinuxTest.class.getResourceAsStream(name)) {
      Files.write(copy, in.readAllBytes());
    }
    return copy;
  }

  private Path initrd(LinuxFiles linux) throws IOException {
    Initramfs image = new Initramfs(linux.busybox());
    image.addModule(linux.module("virtio_blk"));
    image.addModule(linux.module("virtio-rng"));
    image.runScript(resource("virtio.sh"));
    Path initrd = directory.resolve("initrd.cpio");
    image.writeTo(initrd);
    return initrd;
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"plic", "aia"})
  void theSizeOfTheTerminalReachesTheGuestAndSoDoesAChange(String interrupts) throws Exception {
    LinuxFiles linux = LinuxFiles.require();
    String script = RequiredTool.require("script").toString();
    Initramfs image = new Initramfs(linux.busybox());
    image.runScript(resource("size.sh"));
    Path initrd = directory.resolve("initrd.cpio");
    image.writeTo(initrd);
    Installation host = Installation.in(directory.resolve("host"));
    try {
      String session =
          ("stty rows 33 cols 101; echo \"tty: $(tty).\"; '%s' boot '%s' --initrd='%s'"
                  + " --interrupts=%s --virtio-console --append='console=hvc0 quiet' --timeout=4m")
              .formatted(host.command(), linux.kernel(), initrd, interrupts);
      Installation.Run run = host.start(List.of(script, "-qc", session, "/dev/null"));
      run.readUntil("tty: ");
      String tty = run.readUntil(".").replace(".", "");
      run.readUntil("size: 33 101\r");

      new ProcessBuilder("stty", "-F", tty, "rows", "40", "cols", "120").start().waitFor();
      run.readUntil("changed: 40 120\r");

      run.type("\u0001x");
      assertThat(run.end().out()).contains("tombolo boot: left by Ctrl-A x");
    } finally {
      host.killAll();
    }
  }

  /** By a wire each on the PLIC's board; by messages, a vector a queue, on the AIA's. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"plic, 0", "aia, 9"})
  void disksEntropyAndConsoleWork(String interrupts, int vectors) throws Exception {
    LinuxFiles linux = LinuxFiles.require();
    byte[] first = random(DISK, 1);
    byte[] second = random(1 << 20, 2);
    Path vda = disk("a.img", first);
    Path vdb = disk("b.img", second);
    Conversation terminal = new Conversation("tty: /dev/hvc0\r\n", "hello, hvc0\n");
    Tombolo.Result result =
        new Tombolo()
            .typing(terminal.keyboard())
            .printingTo(terminal.screen())
            .run(
                "boot",
                linux.kernel().toString(),
                "--initrd=" + initrd(linux),
                "--vcpus=2",
                "--interrupts=" + interrupts,
                "--disk=" + vda,
                "--disk=" + vdb + ",readonly",
                "--virtio-console",
                "--append=console=hvc0 quiet",
                "--timeout=8m");

    assertThat(result.err()).isEmpty();
    assertThat(result.status()).as(terminal.text()).isZero();
    List<String> lines = terminal.text().lines().map(String::strip).toList();
    assertThat(lines.subList(lines.indexOf("== begin"), lines.size()))
        .as(terminal.text())
        .startsWith(
            "== begin",
            "vectors: " + vectors,
            "serial: disk0",
            "sectors: 16384",
            "vda before: " + sum(first),
            "vdb before: " + sum(second),
            "vda after: " + sum(written(first)),
            "vdb read-only: 1",
            "vdb after: " + sum(second),
            "rng: virtio_rng.0",
            "rng bytes: 128",
            "tty: /dev/hvc0",
            "hello, hvc0", // the guest's echo
            "typed: hello, hvc0",
            "1",
            "2")
        .containsSubsequence("2999", "3000", "== end");
    assertThat(sum(Files.readAllBytes(vda))).isEqualTo(sum(written(first)));
    assertThat(sum(Files.readAllBytes(vdb))).isEqualTo(sum(second));
  }
}
