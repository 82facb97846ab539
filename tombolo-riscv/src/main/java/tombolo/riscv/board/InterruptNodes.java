// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.board;

import java.util.List;
import tombolo.machine.fdt.DeviceTreeNode;
import tombolo.riscv.interrupt.Aplic;
import tombolo.riscv.interrupt.Imsic;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.interrupt.InterruptFile;
import tombolo.riscv.interrupt.Plic;
import tombolo.riscv.isa.Cause;

/**
 * The interrupt controller in the board's device tree, and how other nodes refer to it (Linux's
 * bindings for the PLIC, the APLIC and IMSICs).
 *
 * @param wires phandle of what wires end in
 * @param messages phandle of what takes messages, or 0 where nothing does
 */
record InterruptNodes(int wires, int messages) {
  private static final int MACHINE_EXTERNAL_INTERRUPT = 11;

  // Second cell of an APLIC's interrupt specifier.
  private static final int RISING_EDGE = 1;
  private static final int HIGH_LEVEL = 4;

  /**
   * @param soc where the nodes go
   * @param harts phandles of the harts' own interrupt controllers, by hart
   */
  static InterruptNodes describe(
      DeviceTreeNode soc, InterruptController controller, List<Integer> harts) {
    return switch (controller) {
      case PLIC -> plic(soc, harts);
      case AIA -> aia(soc, harts);
    };
  }

  private static InterruptNodes plic(DeviceTreeNode soc, List<Integer> harts) {
    int[] contexts = new int[4 * harts.size()];
    for (int i = 0; i < harts.size(); i++) {
      contexts[4 * i] = harts.get(i);
      contexts[4 * i + 1] = MACHINE_EXTERNAL_INTERRUPT; // nobody takes it here
      contexts[4 * i + 2] = harts.get(i);
      contexts[4 * i + 3] = Cause.EXTERNAL_INTERRUPT;
    }
    int handle =
        soc.child(BoardTree.at("plic", BoardLayout.PLIC_BASE))
            .strings("compatible", "sifive,plic-1.0.0", "riscv,plic0")
            .u64s("reg", BoardLayout.PLIC_BASE, Plic.LENGTH)
            .flag("interrupt-controller")
            .u32("#interrupt-cells", 1)
            .u32("#address-cells", 0)
            .u32("riscv,ndev", Plic.SOURCES)
            .cells("interrupts-extended", contexts)
            .phandle();
    return new InterruptNodes(handle, 0);
  }

  private static InterruptNodes aia(DeviceTreeNode soc, List<Integer> harts) {
    int[] files = new int[2 * harts.size()];
    for (int i = 0; i < harts.size(); i++) {
      files[2 * i] = harts.get(i);
      files[2 * i + 1] = Cause.EXTERNAL_INTERRUPT;
    }
    int imsics =
        soc.child(BoardTree.at("imsics", BoardLayout.IMSIC_BASE))
            .strings("compatible", "riscv,imsics")
            .u64s("reg", BoardLayout.IMSIC_BASE, Imsic.length(harts.size()))
            .flag("interrupt-controller")
            .u32("#interrupt-cells", 0)
            .flag("msi-controller")
            .u32("#msi-cells", 0)
            .u32("riscv,num-ids", InterruptFile.IDENTITIES)
            .cells("interrupts-extended", files)
            .phandle();
    int aplic =
        soc.child(BoardTree.at("aplic", BoardLayout.APLIC_BASE))
            .strings("compatible", "riscv,aplic")
            .u64s("reg", BoardLayout.APLIC_BASE, Aplic.LENGTH)
            .flag("interrupt-controller")
            .u32("#interrupt-cells", 2)
            .u32("#address-cells", 0)
            .u32("riscv,num-sources", Aplic.SOURCES)
            .u32("msi-parent", imsics)
            .phandle();
    return new InterruptNodes(aplic, imsics);
  }

  boolean takesMessages() {
    return messages != 0;
  }

  /** Returns the cells that name a source behind the phandle of {@link #wires}. */
  int[] level(int source) {
    return takesMessages() ? new int[] {source, HIGH_LEVEL} : new int[] {source};
  }

  /** Returns the cells that name a source which is pulsed, see {@link #level}. */
  int[] pulse(int source) {
    return takesMessages() ? new int[] {source, RISING_EDGE} : new int[] {source};
  }
}
