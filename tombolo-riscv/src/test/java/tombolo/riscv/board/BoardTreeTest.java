// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.testing.RequiredTool;

/** How the board describes its interrupts, as dtc reads it, beside what QEMU says of its own. */
class BoardTreeTest {
  @TempDir private Path directory;

  private static String run(String tool, String... arguments)
      throws IOException, InterruptedException {
    String[] line = new String[arguments.length + 1];
    line[0] = RequiredTool.require(tool).toString();
    System.arraycopy(arguments, 0, line, 1, arguments.length);
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed;
  }

  /** Properties by "node/property"; nodes are named without the path to them. */
  private Map<String, String> properties(Path blob) throws Exception {
    Path source = directory.resolve("source");
    run("dtc", "-q", "-I", "dtb", "-O", "dts", "-o", source.toString(), blob.toString());
    Map<String, String> properties = new TreeMap<>();
    Deque<String> nodes = new ArrayDeque<>();
    for (String line : Files.readAllLines(source, StandardCharsets.ISO_8859_1)) {
      String text = line.strip();
      if (text.endsWith("{")) {
        nodes.push(text.substring(0, text.length() - 1).strip());
      } else if (text.equals("};")) {
        nodes.pop();
      } else if (text.endsWith(";") && !nodes.isEmpty()) {
        String[] parts = text.substring(0, text.length() - 1).split(" = ", 2);
        properties.put(nodes.peek() + "/" + parts[0], parts.length == 1 ? "" : parts[1]);
      }
    }
    return properties;
  }

  private Path blob(InterruptController controller, int harts) throws IOException {
    try (BoardFixture board = new BoardFixture(harts, controller)) {
      return Files.write(
          directory.resolve("tombolo.dtb"),
          BoardTree.describe(board.context, controller, 128, "", 0, 0));
    }
  }

  private Map<String, String> tombolo(InterruptController controller, int harts) throws Exception {
    return properties(blob(controller, harts));
  }

  private Map<String, String> qemu(int harts) throws Exception {
    Path blob = directory.resolve("qemu.dtb");
    run(
        "qemu-system-riscv64",
        "-machine",
        "virt,aia=aplic-imsic,dumpdtb=" + blob,
        "-smp",
        Integer.toString(harts),
        "-m",
        "64",
        "-display",
        "none");
    return properties(blob);
  }

  /** The cells of a property, as numbers. */
  private static List<Long> cells(Map<String, String> tree, String property) {
    String value = tree.getOrDefault(property, "");
    assertThat(value).as(property).startsWith("<").endsWith(">");
    return Arrays.stream(value.substring(1, value.length() - 1).split(" "))
        .map(Long::decode)
        .toList();
  }

  /** As {@link #cells}, where each reference to a node is -1, whatever its number is. */
  private static List<Long> cells(
      Map<String, String> tree, String property, String node, IntPredicate isReference) {
    long handle = cells(tree, node + "/phandle").getFirst();
    List<Long> cells = new ArrayList<>(cells(tree, property));
    for (int i = 0; i < cells.size(); i++) {
      if (isReference.test(i)) {
        assertThat(cells.set(i, -1L)).as("%s refers to %s", property, node).isEqualTo(handle);
      }
    }
    return cells;
  }

  @ParameterizedTest
  @EnumSource
  void dtcFindsNothingNewToSayAgainstIt(InterruptController controller) throws Exception {
    Path result = directory.resolve("checked.dtb");
    String said =
        run(
            "dtc",
            "-I",
            "dtb",
            "-O",
            "dtb",
            "-o",
            result.toString(),
            blob(controller, 4).toString());
    // Linux's bindings for harts' controllers and IMSICs have no #address-cells; "ivc" has no
    // registers.
    assertThat(said.lines())
        .allMatch(
            line ->
                line.endsWith("Missing #address-cells in interrupt provider")
                    || line.contains("(simple_bus_reg): /soc/ivc: "));
  }

  @Test
  void aBoardHasEitherAPlicOrAiaAndItsHartsSaySo() throws Exception {
    Map<String, String> plic = tombolo(InterruptController.PLIC, 2);
    Map<String, String> aia = tombolo(InterruptController.AIA, 2);

    assertThat(plic).containsKey("plic@c000000/riscv,ndev");
    assertThat(plic.keySet()).noneMatch(key -> key.contains("imsic") || key.contains("aplic"));
    assertThat(plic).doesNotContainKey("pci@30000000/msi-parent");
    assertThat(plic.get("cpu@1/riscv,isa-extensions")).doesNotContain("aia");
    assertThat(plic.get("cpu@1/riscv,isa")).doesNotContain("aia");
    assertThat(aia.keySet()).noneMatch(key -> key.startsWith("plic@"));
    assertThat(aia.get("cpu@1/riscv,isa-extensions"))
        .contains("\\0ssaia\\0")
        .doesNotContain("smaia");
    assertThat(aia.get("cpu@1/riscv,isa")).contains("_zvl1024b_ssaia_sstc").doesNotContain("smaia");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "imsics@28000000/compatible",
        "imsics@28000000/interrupt-controller",
        "imsics@28000000/msi-controller",
        "imsics@28000000/#interrupt-cells",
        "imsics@28000000/riscv,num-ids",
        "imsics@28000000/reg",
        "aplic@d000000/compatible",
        "aplic@d000000/interrupt-controller",
        "aplic@d000000/#interrupt-cells",
        "serial@10000000/interrupts",
        "rtc@101000/compatible",
        "rtc@101000/reg",
        "rtc@101000/interrupts",
        "pci@30000000/interrupt-map-mask"
      })
  void aiaIsDescribedAsQemuDescribesIt(String property) throws Exception {
    assertThat(tombolo(InterruptController.AIA, 4))
        .containsEntry(property, qemu(4).getOrDefault(property, "nothing"));
  }

  /** systemd calls a guest with such a node a VM, and starts there what it starts in VMs only. */
  @ParameterizedTest
  @EnumSource(InterruptController.class)
  void theGuestIsToldThatItRunsInAVm(InterruptController controller) throws Exception {
    assertThat(tombolo(controller, 1)).containsEntry("hypervisor/compatible", "\"tombolo,vm\"");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aiaIsWiredAsOnQemu(int harts) throws Exception {
    Map<String, String> tombolo = tombolo(InterruptController.AIA, harts);
    Map<String, String> qemu = qemu(harts);
    String aplic = "aplic@d000000";
    String imsics = "imsics@28000000";

    String map = "pci@30000000/interrupt-map";
    assertThat(cells(tombolo, map, aplic, i -> i % 7 == 4))
        .isEqualTo(cells(qemu, map, aplic, i -> i % 7 == 4));
    for (Map<String, String> tree : List.of(tombolo, qemu)) {
      refersTo(tree, "pci@30000000/msi-parent", imsics);
      refersTo(tree, "serial@10000000/interrupt-parent", aplic);
      refersTo(tree, aplic + "/msi-parent", imsics);
    }
    List<Long> files = cells(tombolo, imsics + "/interrupts-extended");
    assertThat(files).hasSize(2 * harts);
    for (int hart = 0; hart < harts; hart++) {
      assertThat(files.get(2 * hart + 1)).as("supervisor external").isEqualTo(9);
    }
    assertThat(cells(tombolo, aplic + "/riscv,num-sources")).containsExactly(95L);
  }

  private static void refersTo(Map<String, String> tree, String property, String node) {
    assertThat(cells(tree, property, node, _ -> true)).containsExactly(-1L);
  }

  @Test
  void theIvcInterruptIsAnEdge() throws Exception {
    Map<String, String> aia = tombolo(InterruptController.AIA, 1);
    assertThat(cells(aia, "ivc/interrupts")).containsExactly(36L, 1L);
    refersTo(aia, "ivc/interrupt-parent", "aplic@d000000");
    assertThat(cells(tombolo(InterruptController.PLIC, 1), "ivc/interrupts")).containsExactly(36L);
  }

  /** U-Boot adds to the tree where it is: the command line, the initrd, and more. */
  @ParameterizedTest
  @EnumSource
  void aBootLoaderFindsRoomBehindTheTree(InterruptController controller) throws Exception {
    ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(blob(controller, 1)));
    int strings = header.getInt(12) + header.getInt(32);
    assertThat(header.getInt(4) - strings).isGreaterThanOrEqualTo(4096);
  }
}
