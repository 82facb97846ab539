// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tombolo.machine.Accelerator;
import tombolo.machine.BoardModel;
import tombolo.machine.VmConfig;
import tombolo.machine.image.ImageException;
import tombolo.machine.image.KernelImage;
import tombolo.riscv.RiscvAccelerator;

/**
 * An accelerator and one of its boards: where a VM runs, and what fits there. The accelerator
 * describes the board; objections are in words for people.
 *
 * @param board one of the accelerator's
 */
public record Platform(Accelerator accelerator, BoardModel board) {
  /** A distribution's kernel takes 80 MiB itself. */
  private static final long LINUX_MEMORY = 256L << 20;

  /** The most RAM that a VM gets for which nobody gives a size; its kernel has to fit into it. */
  public static final long MOST_DEFAULT_RAM = LINUX_MEMORY;

  /**
   * How many times a Linux kernel's own size its RAM has to be. With 64 MiB, twice its size,
   * Debian's kernel computes for minutes and then gives up, often before it can say why.
   */
  private static final int LEAST_FOR_LINUX = 3;

  /** With so many times its size, in a power of two, a Linux kernel works. */
  private static final int GOOD_FOR_LINUX = 4;

  /** Returns every accelerator of this version with its default board, the default first. */
  public static List<Platform> all() {
    return List.of(of(new RiscvAccelerator()));
  }

  /** Returns an accelerator with its default board. */
  public static Platform of(Accelerator accelerator) {
    return new Platform(accelerator, accelerator.boards().getFirst());
  }

  /** Returns the platform of this name, if there is one. */
  public static Optional<Platform> named(String name, List<Platform> platforms) {
    return platforms.stream().filter(platform -> platform.name().equals(name)).findFirst();
  }

  /** Returns the names of all, for a person who asked for another one. */
  public static String names(List<Platform> platforms) {
    return platforms.stream().map(Platform::name).collect(Collectors.joining(", "));
  }

  /** Returns the accelerator with its board of this interrupt controller, if it has one. */
  public Optional<Platform> withInterrupts(String controller) {
    return accelerator.board(controller).map(chosen -> new Platform(accelerator, chosen));
  }

  /** Returns the names of the interrupt controllers that its boards have. */
  public List<String> interruptControllers() {
    return accelerator.boards().stream().map(BoardModel::interruptController).toList();
  }

  /** Returns what to say to a person who asked for an interrupt controller that no board has. */
  public String interruptChoice() {
    return "no such interrupt controller; accelerator %s has %s"
        .formatted(name(), String.join(", ", interruptControllers()));
  }

  /** Returns the accelerator with another engine, if it has one of that name. */
  public Optional<Platform> withEngine(String engine) {
    return accelerator.engines().contains(engine)
        ? Optional.of(new Platform(accelerator.withEngine(engine), board))
        : Optional.empty();
  }

  /** Returns what to say to a person who asked for an engine that there is not. */
  public String engineChoice() {
    List<String> engines = accelerator.engines();
    return engines.isEmpty()
        ? "accelerator %s has no engines to choose from".formatted(name())
        : "no such engine; accelerator %s has %s".formatted(name(), String.join(", ", engines));
  }

  /** Returns the accelerator's name. */
  public String name() {
    return accelerator.name();
  }

  /** Returns why a VM can't have so many vCPUs, or null if it can. */
  public @Nullable String objectionToVcpus(long vcpus) {
    int most = accelerator.maxVcpus();
    return vcpus < 1 || vcpus > most ? "accelerator %s has 1 to %d".formatted(name(), most) : null;
  }

  /**
   * Returns why a VM can't have so much RAM, or null if it can.
   *
   * @param hostMemory bytes that the host has
   */
  public @Nullable String objectionToRam(MemorySize ram, LongSupplier hostMemory) {
    long most = hostMemory.getAsLong();
    if (ram.bytes() > most) {
      return "%s is more than the host has, %d MiB".formatted(ram, most >> 20);
    }
    if (ram.bytes() > board.maxRam()) {
      return "%s is more than the board of accelerator %s has room for, %s"
          .formatted(ram, name(), MemorySize.describe(board.maxRam()));
    }
    return null;
  }

  /**
   * Returns the bytes of RAM of a VM for which nobody gives a size.
   *
   * @param kernel null if it couldn't be read
   */
  public static long defaultRam(@Nullable KernelImage kernel) {
    return kernel != null && kernel.isLinux() ? LINUX_MEMORY : VmConfig.DEFAULT_MEMORY;
  }

  /**
   * Returns why a kernel doesn't fit into RAM, or null if it does.
   *
   * @param ram bytes of it
   */
  public @Nullable String objectionToKernel(KernelImage kernel, long ram) {
    try {
      board.checkFits(kernel, ram);
      return null;
    } catch (ImageException e) {
      return e.getMessage() + "; link it for an address there";
    }
  }

  /**
   * Returns why RAM is too small for a kernel that fits into it, or null if it is not: a Linux
   * kernel needs more than its own size.
   *
   * @param ram bytes of it
   */
  public static @Nullable String objectionToMemory(KernelImage kernel, long ram) {
    long size = kernel.memorySize();
    if (!kernel.isLinux() || ram / LEAST_FOR_LINUX >= size) {
      return null;
    }
    long good = Long.highestOneBit(GOOD_FOR_LINUX * size - 1) << 1;
    return "%s is too little for a Linux kernel of %d MiB; give it %s or more"
        .formatted(MemorySize.describe(ram), size >> 20, MemorySize.describe(good));
  }
}
