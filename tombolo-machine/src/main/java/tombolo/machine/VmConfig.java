// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.BootImage;
import tombolo.memory.HostMemory;

/**
 * What a VM is made of. {@link #of} gives defaults, {@code with…} changes them.
 *
 * @param name for messages and threads; not blank
 * @param vcpus at least 1; the accelerator has a maximum
 * @param memoryBytes RAM, a positive multiple of the page size
 * @param image what it boots
 * @param console its serial line
 * @param host its time, workers and chance
 * @param hypercalls what it can ask the host
 * @param onGuestReset what happens when the guest asks for a reset
 * @param windowBytes guest physical addresses for memory that it shares with others: a power of two
 *     of at least two pages, or 0 for none
 * @param board one of the accelerator's boards; null for its default
 */
public record VmConfig(
    String name,
    int vcpus,
    long memoryBytes,
    BootImage image,
    Console console,
    HostServices host,
    HypercallTable hypercalls,
    GuestReset onGuestReset,
    long windowBytes,
    @Nullable BoardModel board) {
  /** RAM where nothing else is said. */
  public static final long DEFAULT_MEMORY = 64L << 20;

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public VmConfig {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a VM needs a name");
    }
    if (vcpus < 1) {
      throw new IllegalArgumentException("%s: %d vCPUs: at least 1".formatted(name, vcpus));
    }
    if (memoryBytes <= 0 || memoryBytes % HostMemory.PAGE_SIZE != 0) {
      throw new IllegalArgumentException(
          "%s: %d bytes of memory: a positive multiple of %d"
              .formatted(name, memoryBytes, HostMemory.PAGE_SIZE));
    }
    if (windowBytes != 0
        && (Long.bitCount(windowBytes) != 1 || windowBytes < 2 * HostMemory.PAGE_SIZE)) {
      throw new IllegalArgumentException(
          "%s: a window of %d bytes: a power of two of at least two pages, or 0"
              .formatted(name, windowBytes));
    }
  }

  /**
   * Returns a VM of one vCPU and 64 MiB without a window, whose guest's reset stops it.
   *
   * @param host its time, workers and chance, see {@link HostServices#system}
   */
  public static VmConfig of(String name, BootImage image, Console console, HostServices host) {
    return new VmConfig(
        name,
        1,
        DEFAULT_MEMORY,
        image,
        console,
        host,
        new HypercallTable(),
        GuestReset.STOP,
        0,
        null);
  }

  /** Returns this with another number of vCPUs. */
  public VmConfig withVcpus(int number) {
    return with(number, memoryBytes, host, hypercalls, onGuestReset, windowBytes, board);
  }

  /** Returns this with another amount of RAM, in bytes. */
  public VmConfig withMemory(long bytes) {
    return with(vcpus, bytes, host, hypercalls, onGuestReset, windowBytes, board);
  }

  /** Returns this with another time, other workers and other chance. */
  public VmConfig withHost(HostServices services) {
    return with(vcpus, memoryBytes, services, hypercalls, onGuestReset, windowBytes, board);
  }

  /** Returns this with other hypercalls. */
  public VmConfig withHypercalls(HypercallTable table) {
    return with(vcpus, memoryBytes, host, table, onGuestReset, windowBytes, board);
  }

  /** Returns this with another answer to a guest that asks for a reset. */
  public VmConfig withGuestReset(GuestReset answer) {
    return with(vcpus, memoryBytes, host, hypercalls, answer, windowBytes, board);
  }

  /** Returns this with a window of so many bytes for memory shared with others; 0 for none. */
  public VmConfig withWindow(long bytes) {
    return with(vcpus, memoryBytes, host, hypercalls, onGuestReset, bytes, board);
  }

  /** Returns this on this board of its accelerator. */
  public VmConfig withBoard(BoardModel model) {
    return with(vcpus, memoryBytes, host, hypercalls, onGuestReset, windowBytes, model);
  }

  private VmConfig with(
      int number,
      long bytes,
      HostServices services,
      HypercallTable table,
      GuestReset answer,
      long window,
      @Nullable BoardModel model) {
    return new VmConfig(
        name, number, bytes, image, console, services, table, answer, window, model);
  }
}
