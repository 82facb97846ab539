// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import tombolo.memory.MemoryRegion;
import tombolo.memory.TranslationCache;

/**
 * What stands, in a simulation, between one hart and the memory that others see, too. The TLB never
 * knows such a page, so each access to it comes here.
 *
 * <p>An access comes in two steps. First the engine asks {@link #admits}; if the answer is no, it
 * stops at the instruction with {@link Hart.Stop#SHARED}, and nothing has happened. Whoever runs
 * the engine decides what comes first, and has the instruction executed then. Misaligned accesses,
 * vectors and cache blocks come as {@link #bulk}, and access the memory themselves afterwards. So
 * do atomics, between {@link #beforeAtomic} and {@link #afterAtomic}.
 *
 * <p>It hears of what is mapped and unmapped, as every translation cache does. So it touches no
 * memory that was given back.
 *
 * <p>Called by the thread that runs the hart, which is that of all harts of the simulation. Host
 * addresses are unique: memory that two VMs share has the same one in both.
 */
public interface SharedMemory extends TranslationCache {
  /** Makes the one of each hart, when the hart is made. */
  @FunctionalInterface
  interface Maker {
    /**
     * Makes one.
     *
     * @param vm the VM's name
     * @param harts how many the VM has
     */
    SharedMemory of(String vm, Hart hart, int harts);
  }

  /**
   * Returns whether others see this page. Asked each time that the TLB does not know it; where the
   * answer changes from no to yes, {@link Mmu#flush} makes the TLB forget.
   *
   * @param host the host address of the access
   */
  boolean covers(MemoryRegion region, long host);

  /** Returns whether the hart may access such a page now; asked at each attempt. */
  boolean admits();

  /**
   * Loads an aligned scalar.
   *
   * @param size bytes: 1, 2, 4 or 8
   * @return its bits, zero-extended
   */
  default long load(long host, int size) {
    return get(host, size);
  }

  /** Loads an aligned scalar as all see it. */
  static long get(long host, int size) {
    return switch (size) {
      case 1 -> HostBytes.getByte(host) & 0xff;
      case 2 -> HostBytes.getShort(host) & 0xffff;
      case 4 -> HostBytes.getInt(host) & 0xffff_ffffL;
      default -> HostBytes.getLong(host);
    };
  }

  /**
   * Stores an aligned scalar.
   *
   * @param size bytes: 1, 2, 4 or 8
   */
  default void store(long host, int size, long value) {
    put(host, size, value);
  }

  /** The hart accesses several bytes itself next, in order. */
  default void bulk(long host, boolean store) {}

  /**
   * The hart executes an atomic next, on shared memory or on its own.
   *
   * @param selector that of {@link tombolo.riscv.isa.AtomicDecoder}
   */
  default void beforeAtomic(long host, int size, int selector) {}

  /** The atomic is done. */
  default void afterAtomic(long host, int size, int selector) {}

  /**
   * The hart executes a fence.
   *
   * @param sets the instruction's predecessor and successor sets, 8 bits
   */
  default void fence(int sets) {}

  /** The hart accesses a device next. */
  default void device() {}

  /** The hart takes an interrupt next, or has been started. */
  default void interrupted() {}

  /**
   * The hart orders all that it has done before all that follows: by fence.i, sfence.vma, or a call
   * of its firmware, which has a fence on its way in and one on its way out.
   */
  default void synchronizes() {}

  /** Stores an aligned scalar where all see it. */
  static void put(long host, int size, long value) {
    switch (size) {
      case 1 -> HostBytes.putByte(host, (byte) value);
      case 2 -> HostBytes.putShort(host, (short) value);
      case 4 -> HostBytes.putInt(host, (int) value);
      default -> HostBytes.putLong(host, value);
    }
  }
}
