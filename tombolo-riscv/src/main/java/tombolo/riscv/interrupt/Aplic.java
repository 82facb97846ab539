// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import java.util.Arrays;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * The advanced platform-level interrupt controller (RISC-V AIA 1.0, chapter 4) of one board: one
 * interrupt domain, at supervisor level and without children, which makes messages of its wires.
 * Little-endian, and in MSI delivery mode only: {@code domaincfg.DM} is read-only one.
 *
 * <p>Beside its wire a source has pulses ({@link PulseLatch}), which wait until it is active and
 * enabled. Each becomes the source's message, to the hart that the source targets if the pulse
 * names it, or else to the first hart that it does name.
 *
 * <p>Thread-safe: one lock guards all of it. Messages are sent under it, so they arrive at a hart
 * in the order in which their causes came, and one that {@code genmsi} sends after all before it.
 * The locks of interrupt files come after this one.
 */
public final class Aplic implements MmioDevice, WiredController {
  /** Bytes of the control region; no structures for direct delivery follow it. */
  public static final long LENGTH = 0x4000;

  private static final int WORDS = SOURCES / 32 + 1;

  // Offsets (section 4.5).
  private static final int DOMAIN_CONFIGURATION = 0x0000;
  private static final int SOURCES_END = 0x1000;
  private static final int BANKS = 0x1c00;
  private static final int BANKS_END = 0x2000;
  private static final int SET_PENDING_BY_NUMBER = 0x2000;
  private static final int GENERATE = 0x3000;

  // Four banks of 0x100 bytes: 32 registers of bits, and one that takes a number.
  private static final int SET_PENDING = 0;
  private static final int CLEAR_PENDING = 1;
  private static final int SET_ENABLED = 2;
  private static final int BANK_BITS_END = 0x80;
  private static final int BANK_NUMBER = 0xdc;

  private static final int DOMAIN_READ_ONLY = 0x8000_0004; // and DM
  private static final int DOMAIN_ENABLED = 1 << 8;

  private static final int DELEGATED = 1 << 10;
  private static final int INACTIVE = 0;
  private static final int DETACHED = 1;
  private static final int EDGE_1 = 4;
  private static final int EDGE_0 = 5;
  private static final int LEVEL_1 = 6;
  private static final int LEVEL_0 = 7;

  private static final int HART_SHIFT = 18;
  private static final int IDENTITY = 0x7ff;
  private static final int TARGET_WRITABLE = (-1 << HART_SHIFT) | IDENTITY;

  private final Imsic imsic;

  // Guarded by this. Bit n of word n / 32 is source n.
  private final int[] level = new int[WORDS];
  private final int[] pending = new int[WORDS];
  private final int[] enabled = new int[WORDS];
  // By source.
  private final int[] mode = new int[SOURCES + 1];
  private final int[] target = new int[SOURCES + 1];
  private final PulseLatch[] pulses = new PulseLatch[SOURCES + 1];
  private boolean delivering;
  private int generated;

  public Aplic(Imsic imsic) {
    this.imsic = imsic;
    Arrays.setAll(pulses, source -> new PulseLatch());
  }

  @Override
  public synchronized void pulse(long harts, int source) {
    WiredController.checkSource(source);
    pulses[source].add(harts);
    forward(source);
  }

  @Override
  public synchronized void reset() {
    Arrays.fill(pending, 0);
    Arrays.fill(enabled, 0);
    Arrays.fill(mode, INACTIVE);
    Arrays.fill(target, 0);
    for (PulseLatch latch : pulses) {
      latch.clear();
    }
    delivering = false;
    generated = 0;
  }

  @Override
  public String name() {
    return "aplic";
  }

  // Section 4.7, "Precise effects on interrupt-pending bits".

  @Override
  public synchronized void setLevel(int source, boolean high) {
    boolean before = isAsserted(source);
    set(level, source, high);
    boolean now = isAsserted(source);
    if (now && !before) {
      set(pending, source, true);
      forward(source);
    } else if (!now && isLevelSensitive(source)) {
      set(pending, source, false);
    }
  }

  /** The rectified input value. */
  private boolean isAsserted(int source) {
    return switch (mode[source]) {
      case EDGE_1, LEVEL_1 -> has(level, source);
      case EDGE_0, LEVEL_0 -> !has(level, source);
      default -> false;
    };
  }

  private boolean isLevelSensitive(int source) {
    return mode[source] == LEVEL_1 || mode[source] == LEVEL_0;
  }

  private void configure(int source, int value) {
    int wanted = (value & DELEGATED) != 0 ? INACTIVE : value & 7;
    mode[source] = wanted == DETACHED || wanted >= EDGE_1 ? wanted : INACTIVE;
    if (mode[source] == INACTIVE) {
      set(pending, source, false);
      set(enabled, source, false);
      target[source] = 0;
    } else if (isLevelSensitive(source)) {
      set(pending, source, isAsserted(source));
    }
  }

  /** A write to one of the banks; nothing can be written of an inactive source. */
  private void change(int bank, int source) {
    if (mode[source] == INACTIVE) {
      return;
    }
    switch (bank) {
      case SET_PENDING -> {
        if (!isLevelSensitive(source) || isAsserted(source)) {
          set(pending, source, true);
        }
      }
      case CLEAR_PENDING -> {
        set(pending, source, false);
        pulses[source].clear();
      }
      case SET_ENABLED -> set(enabled, source, true);
      default -> set(enabled, source, false);
    }
    forward(source);
  }

  private void changeByNumber(int bank, int number) {
    if (WiredController.isSource(number)) {
      change(bank, number);
    }
  }

  /** Sends what is pending, if it may go (section 4.9). */
  private void forward(int source) {
    if (!delivering || !has(enabled, source)) {
      return;
    }
    if (has(pending, source)) {
      set(pending, source, false);
      send(target[source]);
    }
    for (long harts : pulses[source].take()) {
      int hart = target[source] >>> HART_SHIFT;
      boolean named = hart < Long.SIZE && (harts >>> hart & 1) != 0;
      imsic.send(named ? hart : Long.numberOfTrailingZeros(harts), target[source] & IDENTITY);
    }
  }

  private void forwardAll() {
    for (int source = 1; source <= SOURCES; source++) {
      forward(source);
    }
  }

  private void send(int where) {
    imsic.send(where >>> HART_SHIFT, where & IDENTITY);
  }

  @Override
  public synchronized long read(long offset, int size) {
    if (size != 4 || (offset & 3) != 0) {
      return 0;
    }
    return Integer.toUnsignedLong(read((int) offset));
  }

  private int read(int offset) {
    if (offset == DOMAIN_CONFIGURATION) {
      return DOMAIN_READ_ONLY | (delivering ? DOMAIN_ENABLED : 0);
    }
    if (offset < SOURCES_END) {
      int source = offset >>> 2;
      return WiredController.isSource(source) ? mode[source] : 0;
    }
    if (offset >= BANKS && offset < BANKS_END) {
      return readBank(offset >>> 8 & 3, offset & 0xff);
    }
    if (offset > GENERATE) {
      int source = (offset - GENERATE) >>> 2;
      return WiredController.isSource(source) ? target[source] : 0;
    }
    return offset == GENERATE ? generated : 0;
  }

  private int readBank(int bank, int register) {
    int bits = 0;
    if (register < BANK_BITS_END && register >>> 2 < WORDS) {
      for (int i = 0; i < 32; i++) {
        int source = 8 * register + i;
        boolean set =
            WiredController.isSource(source)
                && switch (bank) {
                  case SET_PENDING -> isPending(source);
                  case CLEAR_PENDING -> isAsserted(source);
                  case SET_ENABLED -> has(enabled, source);
                  default -> false;
                };
        bits |= set ? 1 << i : 0;
      }
    }
    return bits;
  }

  private boolean isPending(int source) {
    return has(pending, source) || (mode[source] != INACTIVE && !pulses[source].isEmpty());
  }

  @Override
  public synchronized void write(long offset, int size, long value) {
    if (size == 4 && (offset & 3) == 0) {
      write((int) offset, (int) value);
    }
  }

  private void write(int offset, int value) {
    if (offset == DOMAIN_CONFIGURATION) {
      delivering = (value & DOMAIN_ENABLED) != 0;
      forwardAll();
    } else if (offset < SOURCES_END) {
      int source = offset >>> 2;
      if (WiredController.isSource(source)) {
        configure(source, value);
        forward(source);
      }
    } else if (offset >= BANKS && offset < BANKS_END) {
      writeBank(offset >>> 8 & 3, offset & 0xff, value);
    } else if (offset == SET_PENDING_BY_NUMBER) {
      changeByNumber(SET_PENDING, value);
    } else if (offset == GENERATE) {
      generated = value & TARGET_WRITABLE; // it has gone when the write returns: never busy
      send(generated);
    } else if (offset > GENERATE) {
      int source = (offset - GENERATE) >>> 2;
      if (WiredController.isSource(source) && mode[source] != INACTIVE) {
        target[source] = value & TARGET_WRITABLE;
      }
    }
  }

  private void writeBank(int bank, int register, int value) {
    if (register == BANK_NUMBER) {
      changeByNumber(bank, value);
    } else if (register < BANK_BITS_END) {
      for (int left = value; left != 0; left &= left - 1) {
        changeByNumber(bank, 8 * register + Integer.numberOfTrailingZeros(left));
      }
    }
  }

  @Override
  public synchronized void save(StateWriter out) {
    out.numbers(level).numbers(pending).numbers(enabled).numbers(mode).numbers(target);
    out.flag(delivering).number(generated);
    for (int source = 1; source <= SOURCES; source++) {
      pulses[source].save(out);
    }
  }

  @Override
  public synchronized void restore(StateReader in) {
    for (int[] numbers : new int[][] {level, pending, enabled, mode, target}) {
      in.numbers(numbers);
    }
    delivering = in.flag();
    generated = in.int32();
    for (int source = 1; source <= SOURCES; source++) {
      pulses[source].restore(in);
    }
  }

  private static boolean has(int[] words, int source) {
    return (words[source >>> 5] & 1 << source) != 0;
  }

  private static void set(int[] words, int source, boolean value) {
    int bit = 1 << source;
    words[source >>> 5] = value ? words[source >>> 5] | bit : words[source >>> 5] & ~bit;
  }
}
