// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.board;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tombolo.machine.BoardContext;
import tombolo.machine.device.GoldfishRtc;
import tombolo.machine.device.TestFinisher;
import tombolo.machine.device.Uart16550;
import tombolo.machine.fdt.DeviceTree;
import tombolo.machine.fdt.DeviceTreeNode;
import tombolo.machine.pci.PciHost;
import tombolo.machine.pci.PciWindow;
import tombolo.riscv.hart.HartTimer;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.isa.CacheBlocks;

/**
 * Describes the board to its guest (Devicetree Specification 0.4, and Linux's bindings for RISC-V
 * harts and generic PCI bridges). {@link InterruptNodes} describes the interrupt controller.
 */
final class BoardTree {
  private static final List<String> EXTENSIONS =
      List.of(
          "i",
          "m",
          "a",
          "f",
          "d",
          "c",
          "v",
          "zicbom",
          "zicbop",
          "zicboz",
          "zicntr",
          "zicond",
          "zicsr",
          "zifencei",
          "zimop",
          "zfa",
          "zfhmin",
          "zca",
          "zcb",
          "zcd",
          "zcmop",
          "zba",
          "zbb",
          "zbs",
          "zvbb",
          "zve32f",
          "zve32x",
          "zve64d",
          "zve64f",
          "zve64x",
          "zvfhmin",
          "zvl", // the length of vectors follows
          "ssaia",
          "sstc",
          "svadu");

  /** For boot loaders, which add to the tree where it is. */
  private static final int ROOM = 4096;

  private static final int SEED_LONGS = 4;
  private static final int PCI_SLOTS_IN_MAP = 4;
  private static final int PCI_32_BIT_MEMORY = 0x0200_0000;
  private static final int PCI_64_BIT_PREFETCHABLE = 0x4300_0000;

  private final DeviceTree tree = new DeviceTree();
  private final DeviceTreeNode soc;
  private final InterruptNodes interrupts;

  private BoardTree(
      BoardContext context,
      InterruptController controller,
      int vectorLength,
      String commandLine,
      long initrdBase,
      long initrdLength) {
    DeviceTreeNode root =
        tree.root()
            .u32("#address-cells", 2)
            .u32("#size-cells", 2)
            .strings("compatible", "riscv-virtio")
            .strings("model", "tombolo,riscv");
    // By this node systemd knows that it runs in a VM, and has sshd listen at vsock port 22.
    root.child("hypervisor").strings("compatible", "tombolo,vm");
    DeviceTreeNode chosen = root.child("chosen");
    chosen.strings("bootargs", commandLine);
    chosen.strings("stdout-path", "/soc/" + at("serial", BoardLayout.UART_BASE));
    if (initrdLength != 0) {
      chosen.u64("linux,initrd-start", initrdBase);
      chosen.u64("linux,initrd-end", initrdBase + initrdLength);
    }
    ByteBuffer seed = ByteBuffer.allocate(8 * SEED_LONGS);
    while (seed.hasRemaining()) {
      seed.putLong(context.host().random().nextLong());
    }
    chosen.bytes("rng-seed", seed.array());
    root.child(at("memory", BoardLayout.RAM_BASE))
        .strings("device_type", "memory")
        .u64s("reg", BoardLayout.RAM_BASE, context.ram().size());

    DeviceTreeNode cpus =
        root.child("cpus")
            .u32("#address-cells", 1)
            .u32("#size-cells", 0)
            .u32("timebase-frequency", HartTimer.FREQUENCY);
    List<Integer> harts = new ArrayList<>();
    for (int i = 0; i < context.vcpus(); i++) {
      harts.add(hart(cpus, i, controller, vectorLength));
    }

    soc =
        root.child("soc")
            .u32("#address-cells", 2)
            .u32("#size-cells", 2)
            .strings("compatible", "simple-bus")
            .flag("ranges");
    interrupts = InterruptNodes.describe(soc, controller, harts);
  }

  /**
   * The flattened tree.
   *
   * @param vectorLength bytes of the harts' vector registers
   * @param initrdBase guest physical address of the initial RAM disk
   * @param initrdLength its bytes, 0 if there is none
   */
  static byte[] describe(
      BoardContext context,
      InterruptController controller,
      int vectorLength,
      String commandLine,
      long initrdBase,
      long initrdLength) {
    BoardTree board =
        new BoardTree(context, controller, vectorLength, commandLine, initrdBase, initrdLength);
    board.serial();
    board.finisher();
    board.rtc();
    board.pci();
    board.ivc();
    return board.tree.blob(0, ROOM);
  }

  static String at(String name, long address) {
    return name + "@" + Long.toHexString(address);
  }

  private static int hart(
      DeviceTreeNode cpus, int index, InterruptController controller, int vectorLength) {
    List<String> extensions =
        EXTENSIONS.stream()
            .filter(name -> controller == InterruptController.AIA || !name.equals("ssaia"))
            .map(name -> name.equals("zvl") ? "zvl%db".formatted(8 * vectorLength) : name)
            .toList();
    return cpus.child(at("cpu", index))
        .strings("device_type", "cpu")
        .strings("compatible", "riscv")
        .u32("reg", index)
        .strings("status", "okay")
        .strings("mmu-type", "riscv,sv48")
        .strings("riscv,isa", isa(extensions))
        .strings("riscv,isa-base", "rv64i")
        .strings("riscv,isa-extensions", extensions.toArray(String[]::new))
        .u32("riscv,cbom-block-size", CacheBlocks.BLOCK)
        .u32("riscv,cbop-block-size", CacheBlocks.BLOCK)
        .u32("riscv,cboz-block-size", CacheBlocks.ZERO_BLOCK)
        .child("interrupt-controller")
        .u32("#interrupt-cells", 1)
        .flag("interrupt-controller")
        .strings("compatible", "riscv,cpu-intc")
        .phandle();
  }

  /** The old way to say what a hart has: letters, then names. */
  private static String isa(List<String> extensions) {
    StringBuilder isa = new StringBuilder("rv64");
    for (String name : extensions) {
      isa.append(name.length() == 1 ? "" : "_").append(name);
    }
    return isa.toString();
  }

  private void serial() {
    soc.child(at("serial", BoardLayout.UART_BASE))
        .strings("compatible", "ns16550a")
        .u64s("reg", BoardLayout.UART_BASE, Uart16550.LENGTH)
        .u32("clock-frequency", BoardLayout.UART_CLOCK)
        .u32("interrupt-parent", interrupts.wires())
        .cells("interrupts", interrupts.level(BoardLayout.UART_SOURCE));
  }

  private void finisher() {
    int handle =
        soc.child(at("test", BoardLayout.FINISHER_BASE))
            .strings("compatible", "sifive,test1", "sifive,test0", "syscon")
            .u64s("reg", BoardLayout.FINISHER_BASE, TestFinisher.LENGTH)
            .phandle();
    tree.root()
        .child("poweroff")
        .strings("compatible", "syscon-poweroff")
        .u32("regmap", handle)
        .u32("offset", 0)
        .u32("value", 0x5555);
    tree.root()
        .child("reboot")
        .strings("compatible", "syscon-reboot")
        .u32("regmap", handle)
        .u32("offset", 0)
        .u32("value", 0x7777);
  }

  private void rtc() {
    soc.child(at("rtc", BoardLayout.RTC_BASE))
        .strings("compatible", "google,goldfish-rtc")
        .u64s("reg", BoardLayout.RTC_BASE, GoldfishRtc.LENGTH)
        .u32("interrupt-parent", interrupts.wires())
        .cells("interrupts", interrupts.level(BoardLayout.RTC_SOURCE));
  }

  private void pci() {
    IntStream.Builder map = IntStream.builder();
    for (int slot = 0; slot < PCI_SLOTS_IN_MAP; slot++) {
      for (int pin = 0; pin < 4; pin++) {
        map.add(slot << 11).add(0).add(0).add(pin + 1).add(interrupts.wires());
        for (int cell : interrupts.level(BoardLayout.PCI_FIRST_SOURCE + (slot + pin) % 4)) {
          map.add(cell);
        }
      }
    }
    DeviceTreeNode bridge =
        soc.child(at("pci", BoardLayout.PCI_CONFIG_BASE))
            .strings("compatible", "pci-host-ecam-generic")
            .strings("device_type", "pci")
            .u64s("reg", BoardLayout.PCI_CONFIG_BASE, PciHost.BUS_LENGTH)
            .u32("#address-cells", 3)
            .u32("#size-cells", 2)
            .u32("#interrupt-cells", 1)
            .cells("bus-range", 0, 0)
            .u32("linux,pci-domain", 0)
            .flag("dma-coherent")
            .cells("ranges", ranges())
            .cells("interrupt-map-mask", 3 << 11, 0, 0, 7)
            .cells("interrupt-map", map.build().toArray());
    if (interrupts.takesMessages()) {
      bridge.u32("msi-parent", interrupts.messages());
    }
  }

  /** No registers, only an interrupt: what the guest does besides goes by hypercalls. */
  private void ivc() {
    soc.child("ivc")
        .strings("compatible", "tombolo,ivc")
        .u32("interrupt-parent", interrupts.wires())
        .cells("interrupts", interrupts.pulse(BoardLayout.SPARE_SOURCE));
  }

  private static int[] ranges() {
    int[] cells = new int[14];
    range(cells, 0, PCI_32_BIT_MEMORY, BoardLayout.PCI_LOW);
    range(cells, 7, PCI_64_BIT_PREFETCHABLE, BoardLayout.PCI_HIGH);
    return cells;
  }

  private static void range(int[] cells, int at, int kind, PciWindow window) {
    cells[at] = kind;
    cells[at + 1] = (int) (window.base() >>> 32);
    cells[at + 2] = (int) window.base();
    cells[at + 3] = (int) (window.base() >>> 32);
    cells[at + 4] = (int) window.base();
    cells[at + 5] = (int) (window.size() >>> 32);
    cells[at + 6] = (int) window.size();
  }
}
