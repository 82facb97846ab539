// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tombolo.machine.Accelerator;
import tombolo.machine.VmConfig;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.ImageException;
import tombolo.machine.image.KernelImage;
import tombolo.riscv.RiscvAccelerator;
import tombolo.riscv.interrupt.InterruptController;

/**
 * An accelerator and what has to be known of its board to choose a kernel for it.
 *
 * @param machine whose programs it runs
 * @param ramBase guest physical address of the first byte of RAM
 * @param maxRam the most bytes of RAM that the board has room for
 * @param interrupts the accelerator once more for each interrupt controller that its boards can
 *     have, by the name that people write, the default first; empty where there is no choice
 */
public record Platform(
    Accelerator accelerator,
    ElfMachine machine,
    long ramBase,
    long maxRam,
    SequencedMap<String, Accelerator> interrupts) {
  /** What a Linux gets where nobody says how much: a distribution's kernel takes 80 MiB itself. */
  private static final long LINUX_MEMORY = 256L << 20;

  /** With less RAM a distribution's Linux often gives up before it can say why. */
  public static final long LEAST_FOR_LINUX = 96L << 20;

  /** Copies the map. */
  public Platform {
    interrupts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(interrupts));
  }

  /** One without a choice of interrupt controllers. */
  public Platform(Accelerator accelerator, ElfMachine machine, long ramBase, long maxRam) {
    this(accelerator, machine, ramBase, maxRam, new LinkedHashMap<>());
  }

  /** Every one in this version, the default first. */
  public static List<Platform> all() {
    SequencedMap<String, Accelerator> riscv = new LinkedHashMap<>();
    riscv.put("plic", new RiscvAccelerator());
    riscv.put("aia", new RiscvAccelerator(InterruptController.AIA));
    return List.of(
        new Platform(
            riscv.firstEntry().getValue(),
            ElfMachine.RISCV,
            RiscvAccelerator.RAM_BASE,
            RiscvAccelerator.MAX_RAM,
            riscv));
  }

  /** The one of this name. */
  public static Optional<Platform> named(String name, List<Platform> platforms) {
    return platforms.stream().filter(platform -> platform.name().equals(name)).findFirst();
  }

  /** What there is, for who asked for something else. */
  public static String names(List<Platform> platforms) {
    return platforms.stream().map(Platform::name).collect(Collectors.joining(", "));
  }

  /** This one with the interrupt controller of that name, if its boards can have it. */
  public Optional<Platform> withInterrupts(String controller) {
    return Optional.ofNullable(interrupts.get(controller))
        .map(chosen -> new Platform(chosen, machine, ramBase, maxRam, interrupts));
  }

  /** Why a VM can't have the interrupt controller that it asks for. */
  public String interruptChoice() {
    return interrupts.isEmpty()
        ? "accelerator %s has no choice of interrupt controllers".formatted(name())
        : "no such interrupt controller; accelerator %s has %s"
            .formatted(name(), String.join(", ", interrupts.keySet()));
  }

  /** Of the accelerator. */
  public String name() {
    return accelerator.name();
  }

  /** Why a VM can't have so many vCPUs, or null if it can. */
  public @Nullable String objectionToVcpus(long vcpus) {
    int most = accelerator.maxVcpus();
    return vcpus < 1 || vcpus > most ? "accelerator %s has 1 to %d".formatted(name(), most) : null;
  }

  /**
   * Why a VM can't have so much RAM, or null if it can.
   *
   * @param hostMemory bytes that the host has
   */
  public @Nullable String objectionToRam(MemorySize ram, LongSupplier hostMemory) {
    long most = hostMemory.getAsLong();
    if (ram.bytes() > most) {
      return "%s is more than the host has, %d MiB".formatted(ram, most >> 20);
    }
    if (ram.bytes() > maxRam) {
      return "%s is more than the board of accelerator %s has room for, %s"
          .formatted(ram, name(), MemorySize.describe(maxRam));
    }
    return null;
  }

  /**
   * Reads a kernel for this board.
   *
   * @throws ImageException if it can't be read, or is no kernel for it
   */
  public KernelImage readKernel(Path file) {
    return KernelImage.read(file, machine, ramBase);
  }

  /**
   * Bytes of RAM for a VM where nobody says how many.
   *
   * @param kernel or null if it couldn't be read
   */
  public static long defaultRam(@Nullable KernelImage kernel) {
    return kernel != null && kernel.isLinux() ? LINUX_MEMORY : VmConfig.DEFAULT_MEMORY;
  }

  /**
   * Why a kernel doesn't fit into RAM, or null if it does.
   *
   * @param ram bytes of it
   */
  public @Nullable String objectionToKernel(KernelImage kernel, long ram) {
    try {
      kernel.checkFits(ramBase, ram);
      return null;
    } catch (ImageException e) {
      return e.getMessage() + "; link it for an address there";
    }
  }

  /**
   * Why a file can't be an initial RAM disk because of its size alone, or null. To be asked before
   * it is read, since it may be larger than this process's heap, too.
   *
   * @param ram bytes of it
   */
  public static @Nullable String objectionToInitrd(Path file, long ram) {
    try {
      return Files.isRegularFile(file) && Files.size(file) > ram
          ? "%d bytes don't fit into RAM of %s"
              .formatted(Files.size(file), MemorySize.describe(ram))
          : null;
    } catch (IOException e) {
      return "can't be read: " + e.getMessage();
    }
  }
}
