// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import tombolo.machine.console.Console;
import tombolo.machine.host.Clock;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;
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
 * @param clock its time
 * @param scheduler where its threads come from
 * @param random its source of chance
 * @param hypercalls what it can ask the host
 * @param onGuestReset what happens when the guest asks for a reset
 * @param windowBytes guest physical addresses for memory that it shares with others: a power of two
 *     of at least two pages, or 0 for none
 */
public record VmConfig(
    String name,
    int vcpus,
    long memoryBytes,
    BootImage image,
    Console console,
    Clock clock,
    Scheduler scheduler,
    RandomSource random,
    HypercallTable hypercalls,
    GuestReset onGuestReset,
    long windowBytes) {
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

  /** One vCPU, 64 MiB, the host's time, threads and entropy; a guest's reset stops the VM. */
  public static VmConfig of(String name, BootImage image, Console console) {
    return new VmConfig(
        name,
        1,
        DEFAULT_MEMORY,
        image,
        console,
        Clock.system(),
        Scheduler.system(),
        RandomSource.system(),
        new HypercallTable(),
        GuestReset.STOP,
        0);
  }

  /** Another number of vCPUs. */
  public VmConfig withVcpus(int number) {
    return new VmConfig(
        name,
        number,
        memoryBytes,
        image,
        console,
        clock,
        scheduler,
        random,
        hypercalls,
        onGuestReset,
        windowBytes);
  }

  /** Another amount of RAM, in bytes. */
  public VmConfig withMemory(long bytes) {
    return new VmConfig(
        name,
        vcpus,
        bytes,
        image,
        console,
        clock,
        scheduler,
        random,
        hypercalls,
        onGuestReset,
        windowBytes);
  }

  /** Another time, other threads and other chance, as one decides them together. */
  public VmConfig withHost(Clock time, Scheduler threads, RandomSource chance) {
    return new VmConfig(
        name,
        vcpus,
        memoryBytes,
        image,
        console,
        time,
        threads,
        chance,
        hypercalls,
        onGuestReset,
        windowBytes);
  }

  /** Other hypercalls. */
  public VmConfig withHypercalls(HypercallTable table) {
    return new VmConfig(
        name,
        vcpus,
        memoryBytes,
        image,
        console,
        clock,
        scheduler,
        random,
        table,
        onGuestReset,
        windowBytes);
  }

  /** Another answer to a guest that asks for a reset. */
  public VmConfig withGuestReset(GuestReset answer) {
    return new VmConfig(
        name,
        vcpus,
        memoryBytes,
        image,
        console,
        clock,
        scheduler,
        random,
        hypercalls,
        answer,
        windowBytes);
  }

  /** A window of this many bytes for memory that it shares with others; 0 for none. */
  public VmConfig withWindow(long bytes) {
    return new VmConfig(
        name,
        vcpus,
        memoryBytes,
        image,
        console,
        clock,
        scheduler,
        random,
        hypercalls,
        onGuestReset,
        bytes);
  }
}
