// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.board;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tombolo.machine.Board;
import tombolo.machine.BoardContext;
import tombolo.machine.device.GoldfishRtc;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.device.TestFinisher;
import tombolo.machine.device.Uart16550;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ImageException;
import tombolo.machine.image.KernelImage;
import tombolo.machine.pci.PciHost;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.memory.Access;
import tombolo.memory.GuestMemory;
import tombolo.riscv.hart.CodeBudget;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.SharedMemory;
import tombolo.riscv.interrupt.Aplic;
import tombolo.riscv.interrupt.Imsic;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.interrupt.Plic;
import tombolo.riscv.interrupt.WiredController;
import tombolo.riscv.vcpu.RiscvVcpu;
import tombolo.riscv.vcpu.Sbi;

/**
 * The hardware of one VM with RISC-V harts: RAM, harts, interrupt controller, UART, real-time
 * clock, test finisher and an empty PCI bridge, at the places of {@link BoardLayout}. The harts'
 * firmware is {@link Sbi}.
 */
public final class RiscvBoard implements Board {
  public static final int MAX_HARTS = 8;

  private static final long DEVICE_TREE_ALIGNMENT = 8;
  private static final long INITRD_ALIGNMENT = 4096;

  private final BoardContext context;
  private final CodeBudget budget;
  private final int vectorLength;
  private final List<RiscvVcpu> vcpus = new ArrayList<>();
  private final InterruptController controller;
  private final WiredController wires;
  private final Uart16550 uart;
  private final GoldfishRtc rtc;
  private final PciHost pci;

  /**
   * Makes a board without devices other than its own.
   *
   * @param engine executes the harts' code
   * @param budget what decoded code counts against
   * @param vectorLength bytes of the harts' vector registers, a power of two from 16 to 256
   * @param shared makes what watches the harts' accesses to shared memory; null: nothing does
   */
  public RiscvBoard(
      BoardContext context,
      InterruptController controller,
      Engine engine,
      CodeBudget budget,
      int vectorLength,
      SharedMemory.@Nullable Maker shared) {
    this.context = context;
    this.budget = budget;
    this.vectorLength = vectorLength;
    this.controller = controller;
    if (context.ram().size() > BoardLayout.MAX_RAM) {
      throw new IllegalArgumentException(
          "%d MiB of RAM, but this board has room for %d MiB below its PCI window"
              .formatted(context.ram().size() >> 20, BoardLayout.MAX_RAM >> 20));
    }
    GuestMemory memory = context.memory();
    memory.map(
        BoardLayout.RAM_BASE, context.ram().size(), context.ram(), 0, Access.READ_WRITE_EXECUTE);
    Sbi sbi = new Sbi(memory, context.console(), vcpus);
    long clockOrigin = context.host().clock().nanos();
    for (int i = 0; i < context.vcpus(); i++) {
      RiscvVcpu vcpu =
          new RiscvVcpu(i, context, sbi, engine, budget, vectorLength, clockOrigin, controller);
      if (shared != null) {
        SharedMemory watch = shared.of(context.vmName(), vcpu.hart, context.vcpus());
        vcpu.hart.shared = watch;
        memory.register(watch);
      }
      vcpus.add(vcpu);
      memory.register(vcpu.quiescence);
    }
    wires = attachController();
    uart = new Uart16550(context.console(), wires.line(BoardLayout.UART_SOURCE));
    pci =
        new PciHost(
            BoardLayout.PCI_LOW,
            BoardLayout.PCI_HIGH,
            IntStream.range(0, 4)
                .mapToObj(pin -> wires.line(BoardLayout.PCI_FIRST_SOURCE + pin))
                .toList());
    rtc = new GoldfishRtc(context.vmName(), context.host(), wires.line(BoardLayout.RTC_SOURCE));
    TestFinisher finisher = new TestFinisher(context.power());
    context.mmio().attach(BoardLayout.FINISHER_BASE, TestFinisher.LENGTH, finisher);
    context.mmio().attach(BoardLayout.RTC_BASE, GoldfishRtc.LENGTH, rtc);
    context.mmio().attach(BoardLayout.UART_BASE, Uart16550.LENGTH, uart);
    context.mmio().attach(BoardLayout.PCI_CONFIG_BASE, PciHost.BUS_LENGTH, pci);
    budget.join(vcpus.size());
  }

  private WiredController attachController() {
    if (controller == InterruptController.PLIC) {
      Plic plic = new Plic(vcpus.stream().map(RiscvVcpu::externalInterrupt).toList());
      context.mmio().attach(BoardLayout.PLIC_BASE, Plic.LENGTH, plic);
      return plic;
    }
    Imsic imsic =
        new Imsic(vcpus.stream().map(vcpu -> Objects.requireNonNull(vcpu.interruptFile)).toList());
    Aplic aplic = new Aplic(imsic);
    context.mmio().attach(BoardLayout.IMSIC_BASE, Imsic.length(vcpus.size()), imsic);
    context.mmio().attach(BoardLayout.APLIC_BASE, Aplic.LENGTH, aplic);
    return aplic;
  }

  @Override
  public List<RiscvVcpu> vcpus() {
    return vcpus;
  }

  @Override
  public InterruptLine interruptLine(int number) {
    return wires.line(number);
  }

  @Override
  public void injectInterrupt(long vcpus, int number) {
    wires.pulse(vcpus, number);
  }

  @Override
  public PciHost pci() {
    return pci;
  }

  @Override
  public void load(BootImage image) {
    long ramSize = context.ram().size();
    KernelImage kernel = image.kernel();
    kernel.checkFits(BoardLayout.RAM_BASE, ramSize);
    GuestMemory memory = context.memory();
    long kernelEnd = BoardLayout.RAM_BASE;
    for (KernelImage.Segment segment : kernel.segments()) {
      memory.write(segment.gpa(), segment.content(), 0, segment.content().length);
      long filled = segment.gpa() + segment.content().length;
      memory.zero(filled, segment.gpa() + segment.memorySize() - filled);
      kernelEnd = segment.gpa() + segment.memorySize();
    }

    long free = BoardLayout.RAM_BASE + ramSize;
    byte[] initrd = image.initrd();
    long initrdBase = 0;
    if (initrd != null) {
      initrdBase = free - initrd.length & -INITRD_ALIGNMENT;
      requireRoom(initrdBase, kernelEnd, "initrd", initrd.length);
      memory.write(initrdBase, initrd, 0, initrd.length);
      free = initrdBase;
    }
    byte[] tree =
        BoardTree.describe(
            context,
            controller,
            vectorLength,
            image.commandLine(),
            initrdBase,
            initrd == null ? 0 : initrd.length);
    long treeBase = free - tree.length & -DEVICE_TREE_ALIGNMENT;
    requireRoom(treeBase, kernelEnd, "device tree", tree.length);
    memory.write(treeBase, tree, 0, tree.length);

    uart.reset();
    rtc.reset();
    pci.reset();
    wires.reset(); // before the harts, or a wire could leave a message to one that was reset
    for (RiscvVcpu vcpu : vcpus) {
      vcpu.reset(kernel.symbols());
    }
    vcpus.getFirst().start(new RiscvVcpu.Entry(kernel.entry(), treeBase));
  }

  private void requireRoom(long base, long kernelEnd, String what, int length) {
    if (base < kernelEnd) {
      throw new ImageException(
          "the %s of %d bytes doesn't fit into RAM of %d MiB behind the kernel, which ends at 0x%x: give the VM more memory"
              .formatted(what, length, context.ram().size() >> 20, kernelEnd));
    }
  }

  @Override
  public void save(StateWriter out) {
    out.part("uart", uart).part("rtc", rtc).part("pci", pci).part("interrupts", wires);
    for (RiscvVcpu vcpu : vcpus) {
      out.part("hart" + vcpu.index(), vcpu);
    }
  }

  /**
   * Restores devices before the controller that their wires end in, and harts last, so that each
   * overwrites what those before it have set off.
   */
  @Override
  public void restore(StateReader in) {
    in.part("uart", uart).part("rtc", rtc).part("pci", pci).part("interrupts", wires);
    for (RiscvVcpu vcpu : vcpus) {
      in.part("hart" + vcpu.index(), vcpu);
    }
  }

  @Override
  public void dropCaches() {
    vcpus.forEach(vcpu -> vcpu.hart.mmu.dropAll());
  }

  @Override
  public void pause() {
    rtc.pause();
    pci.pause();
  }

  @Override
  public void resume() {
    pci.resume();
    rtc.resume();
  }

  private void forget(RiscvVcpu vcpu) {
    context.memory().unregister(vcpu.quiescence);
    if (vcpu.hart.shared != null) {
      context.memory().unregister(vcpu.hart.shared);
    }
  }

  @Override
  public void close() {
    rtc.close();
    pci.close();
    dropCaches();
    budget.leave(vcpus.size());
    vcpus.forEach(this::forget);
  }
}
