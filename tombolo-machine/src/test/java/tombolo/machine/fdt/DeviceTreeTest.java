// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.fdt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.testing.RequiredTool;

final class DeviceTreeTest {
  @TempDir Path directory;

  private static DeviceTree board() {
    DeviceTree tree = new DeviceTree();
    tree.reserve(0x8000_0000L, 0x1000);
    DeviceTreeNode root = tree.root().u32("#address-cells", 2).u32("#size-cells", 2);
    root.strings("compatible", "riscv-virtio", "tombolo");
    DeviceTreeNode plic = root.child("plic@c000000");
    root.child("chosen").strings("bootargs", "console=ttyS0 quiet");
    root.child("memory@80000000").strings("device_type", "memory").u64s("reg", 1L << 31, 1 << 26);
    root.child("serial@10000000")
        .cells("interrupts", 10)
        .u32("interrupt-parent", plic.phandle())
        .u64("clock", 0x1122_3344_5566_7788L)
        .bytes("mac", new byte[] {1, 2, 3})
        .flag("big-endian");
    plic.flag("interrupt-controller");
    return tree;
  }

  /** What the independent compiler reads out of the blob, as source. */
  private String decompile(byte[] blob) throws IOException, InterruptedException {
    return dtc("dtb", "dts", blob);
  }

  private String dtc(String from, String to, byte[] input)
      throws IOException, InterruptedException {
    Path tool = RequiredTool.require("dtc");
    Path file = directory.resolve("tree." + from);
    Path result = directory.resolve("tree.out");
    Path messages = directory.resolve("messages");
    Files.write(file, input);
    Process process =
        new ProcessBuilder(
                tool.toString(),
                "-q",
                "-s",
                "-I",
                from,
                "-O",
                to,
                "-o",
                result.toString(),
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(messages.toFile())
            .start();
    assertThat(process.waitFor()).as(() -> read(messages)).isZero();
    return new String(Files.readAllBytes(result), StandardCharsets.ISO_8859_1);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void dtcReadsWhatWasWritten() throws Exception {
    assertThat(decompile(board().blob(0, 0)).replaceAll("\\s+", " "))
        .contains("/memreserve/ 0x0000000080000000 0x0000000000001000;")
        .contains("compatible = \"riscv-virtio\\0tombolo\";")
        .contains("bootargs = \"console=ttyS0 quiet\";")
        .contains("reg = <0x00 0x80000000 0x00 0x4000000>;")
        .contains("interrupts = <0x0a>;")
        .contains("clock = <0x11223344 0x55667788>;")
        .contains("mac = [01 02 03];")
        .contains("big-endian;")
        .contains("interrupt-parent = <0x01>;")
        .contains("plic@c000000 { interrupt-controller; phandle = <0x01>; };");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomTreesSurviveARoundTripThroughDtc(long seed) throws Exception {
    DeviceTree tree = new DeviceTree();
    grow(tree.root(), new SplittableRandom(seed), 4);
    String source = decompile(tree.blob(0, 0));
    String again = dtc("dts", "dtb", source.getBytes(StandardCharsets.ISO_8859_1));
    assertThat(decompile(again.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(source);
    assertThat(source.lines().filter(line -> line.contains("{")).count()).isGreaterThan(5);
  }

  private static void grow(DeviceTreeNode node, SplittableRandom random, int depth) {
    for (int i = random.nextInt(6); i >= 0; i--) {
      byte[] value = new byte[random.nextInt(40)];
      random.nextBytes(value);
      switch (random.nextInt(5)) {
        case 0 -> node.flag("flag" + i);
        case 1 -> node.u32("word" + i, random.nextInt());
        case 2 -> node.u64("long" + i, random.nextLong());
        case 3 -> node.strings("text" + i, "a", "bc", "d".repeat(random.nextInt(1, 20)));
        default -> node.bytes("bytes" + i, value);
      }
    }
    if (depth > 0) {
      for (int i = 0; i < 3; i++) {
        grow(node.child("node-" + i), random, depth - 1);
      }
    }
  }

  @Test
  void theHeaderSaysWhatTheSpecificationWants() {
    byte[] blob = board().blob(3, 0);
    ByteBuffer header = ByteBuffer.wrap(blob);
    assertThat(header.getInt(0)).isEqualTo(0xd00dfeed);
    assertThat(header.getInt(4)).isEqualTo(blob.length);
    assertThat(header.getInt(8) % 4).as("structure block is aligned").isZero();
    assertThat(header.getInt(16) % 8).as("reservations are aligned").isZero();
    assertThat(header.getInt(20)).as("version").isEqualTo(17);
    assertThat(header.getInt(24)).as("last compatible version").isEqualTo(16);
    assertThat(header.getInt(28)).as("boot processor").isEqualTo(3);
  }

  @Test
  void theRoomBehindTheTreeIsPartOfTheBlob() throws Exception {
    byte[] tight = board().blob(0, 0);
    byte[] roomy = board().blob(0, 4096);

    assertThat(roomy).hasSize(tight.length + 4096);
    assertThat(ByteBuffer.wrap(roomy).getInt(4)).isEqualTo(roomy.length);
    assertThat(decompile(roomy)).isEqualTo(decompile(tight));
  }

  @Test
  void namingAChildOrAPropertyAgainMeansTheSameOne() {
    DeviceTree tree = new DeviceTree();
    DeviceTreeNode chosen = tree.root().child("chosen").u32("x", 1);
    assertThat(tree.root().child("chosen").u32("x", 2)).isSameAs(chosen);
    assertThat(chosen.phandle()).isEqualTo(chosen.phandle());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "ü", "a/b", "x\0"})
  void namesThatTheSpecificationForbidsAreRefused(String name) {
    DeviceTreeNode root = new DeviceTree().root();
    assertThatIllegalArgumentException().isThrownBy(() -> root.child(name));
    assertThatIllegalArgumentException().isThrownBy(() -> root.flag(name));
  }
}
