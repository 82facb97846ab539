// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

/**
 * The configuration space of a type 0 function (PCI Local Bus Specification 3.0, chapter 6):
 * identity, command and status, base address registers, interrupt pin. No capabilities; what is
 * behind the header reads 0. Guarded by its bridge's lock.
 */
final class PciConfig {
  private static final int COMMAND_STATUS = 0x04 / 4;
  private static final int FIRST_BAR = 0x10 / 4;
  private static final int SUBSYSTEM = 0x2c / 4;
  private static final int INTERRUPT = 0x3c / 4;

  private static final int COMMAND_MEMORY = 1 << 1;
  private static final int COMMAND_BUS_MASTER = 1 << 2;
  private static final int COMMAND_INTX_DISABLE = 1 << 10;
  private static final int STATUS_INTERRUPT = 1 << 19;

  private static final int BAR_WIDE = 0x4;
  private static final int BAR_PREFETCHABLE = 0x8;
  private static final int INTA = 1 << 8;

  private final int[] words = new int[64];
  private final int[] writable = new int[64];

  PciConfig(PciIdentity identity, boolean interrupts) {
    words[0] = identity.vendor() | (identity.device() << 16);
    words[2] = identity.revision() | (identity.classCode() << 8);
    words[SUBSYSTEM] = words[0];
    words[INTERRUPT] = interrupts ? INTA : 0;
    writable[COMMAND_STATUS] = COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_INTX_DISABLE;
    writable[3] = 0xff; // cache line size: software writes and reads it, nothing depends on it
    writable[INTERRUPT] = 0xff; // interrupt line: a note that firmware leaves for software
  }

  /** Declares a BAR, which makes its address bits writable. */
  void declare(PciBar bar) {
    int word = FIRST_BAR + bar.index();
    words[word] = (bar.wide() ? BAR_WIDE : 0) | (bar.prefetchable() ? BAR_PREFETCHABLE : 0);
    long addressBits = -bar.size();
    writable[word] = (int) addressBits;
    if (bar.wide()) {
      writable[word + 1] = (int) (addressBits >>> 32);
    }
  }

  /** What firmware does: gives the BAR an address and lets the function answer. */
  void assign(PciBar bar, long gpa) {
    int word = FIRST_BAR + bar.index();
    words[word] = (words[word] & ~writable[word]) | ((int) gpa & writable[word]);
    if (bar.wide()) {
      words[word + 1] = (int) (gpa >>> 32);
    }
    words[COMMAND_STATUS] = COMMAND_MEMORY | COMMAND_BUS_MASTER;
  }

  /** The address in the BAR, or -1 if the function must not answer to memory accesses. */
  long address(PciBar bar) {
    if ((words[COMMAND_STATUS] & COMMAND_MEMORY) == 0) {
      return -1;
    }
    int word = FIRST_BAR + bar.index();
    long low = Integer.toUnsignedLong(words[word] & writable[word]);
    return bar.wide() ? low | ((long) words[word + 1] << 32) : low;
  }

  boolean intxDisabled() {
    return (words[COMMAND_STATUS] & COMMAND_INTX_DISABLE) != 0;
  }

  /** Any bytes that lie in the 4 KiB of the function, aligned or not. */
  long read(int offset, int size, boolean interruptLevel) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      int at = offset + i;
      int word = at >> 2 < words.length ? words[at >> 2] : 0;
      if (at >> 2 == COMMAND_STATUS && interruptLevel) {
        word |= STATUS_INTERRUPT;
      }
      value = (value << 8) | (word >>> (8 * (at & 3)) & 0xff);
    }
    return value;
  }

  /** Stores the bits that are writable. */
  void write(int offset, int size, long value) {
    for (int i = 0; i < size; i++) {
      int at = offset + i;
      if (at >> 2 < words.length) {
        int shift = 8 * (at & 3);
        int mask = writable[at >> 2] & (0xff << shift);
        int bits = (int) (value >>> (8 * i) & 0xff) << shift;
        words[at >> 2] = (words[at >> 2] & ~mask) | (bits & mask);
      }
    }
  }
}
