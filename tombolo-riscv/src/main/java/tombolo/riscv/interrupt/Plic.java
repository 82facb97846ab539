// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import java.util.List;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * The platform-level interrupt controller (RISC-V PLIC Specification 1.0.0) of one board: 95
 * sources, and two contexts a hart as on QEMU's board, of which the first, M-mode's, leads nowhere.
 *
 * <p>A source whose line is high becomes pending unless it is claimed; a claim takes the pending
 * bit, and completion makes it pending again if the line is high still. Beside its line a source
 * has pulses ({@link PulseLatch}), which are pending for the S-mode contexts of the harts that they
 * name and for no other; a pulse that comes while the source is claimed, by whomever, waits for the
 * completion. A claim takes the line's pending bit and every pulse that names the claiming hart.
 *
 * <p>Thread-safe: one lock guards all of it; a hart's interrupt bit is set under the lock, so that
 * it always says what the state says.
 */
public final class Plic implements MmioDevice, WiredController {
  public static final long LENGTH = 0x400_0000;

  private static final int WORDS = SOURCES / 32 + 1;
  private static final int MAX_PRIORITY = 7;
  private static final long PENDING_BASE = 0x1000;
  private static final long ENABLE_BASE = 0x2000;
  private static final int ENABLE_STRIDE = 0x80;
  private static final long CONTEXT_BASE = 0x20_0000;
  private static final int CONTEXT_STRIDE = 0x1000;

  private final List<? extends HartSignal> harts;

  // Guarded by this. Bit n of word n / 32 is source n.
  private final int[] level = new int[WORDS];
  private final int[] pending = new int[WORDS];
  private final int[] claimed = new int[WORDS];
  // By source, and as bits of sources for each context: what of it the context may claim.
  private final PulseLatch[] pulses = new PulseLatch[SOURCES + 1];
  private final int[][] pulsed;
  private final int[] priority = new int[SOURCES + 1];
  private final int[][] enabled;
  private final int[] threshold;

  public Plic(List<? extends HartSignal> harts) {
    this.harts = List.copyOf(harts);
    enabled = new int[2 * harts.size()][WORDS];
    threshold = new int[2 * harts.size()];
    pulsed = new int[2 * harts.size()][WORDS];
    java.util.Arrays.setAll(pulses, source -> new PulseLatch());
  }

  @Override
  public synchronized void pulse(long mask, int source) {
    WiredController.checkSource(source);
    pulses[source].add(mask);
    showPulses(source);
    update();
  }

  private void showPulses(int source) {
    for (int hart = 0; hart < harts.size(); hart++) {
      int[] words = pulsed[2 * hart + 1];
      int bit = 1 << source;
      words[source >>> 5] =
          pulses[source].isFor(hart) ? words[source >>> 5] | bit : words[source >>> 5] & ~bit;
    }
  }

  @Override
  public synchronized void reset() {
    for (int i = 0; i < WORDS; i++) {
      claimed[i] = 0;
      pending[i] = level[i];
    }
    for (int source = 1; source <= SOURCES; source++) {
      pulses[source].clear();
      showPulses(source);
    }
    java.util.Arrays.fill(priority, 0);
    java.util.Arrays.fill(threshold, 0);
    for (int[] words : enabled) {
      java.util.Arrays.fill(words, 0);
    }
    update();
  }

  @Override
  public String name() {
    return "plic";
  }

  @Override
  public synchronized void setLevel(int source, boolean high) {
    int word = source >>> 5;
    int bit = 1 << source;
    if (high) {
      level[word] |= bit;
      pending[word] |= bit & ~claimed[word];
    } else {
      level[word] &= ~bit; // what is pending stays so until it is claimed
    }
    update();
  }

  @Override
  public synchronized long read(long offset, int size) {
    if (size != 4 || (offset & 3) != 0) {
      return 0;
    }
    if (offset < PENDING_BASE) {
      int source = (int) (offset >>> 2);
      return source <= SOURCES ? priority[source] : 0;
    }
    if (offset < ENABLE_BASE) {
      int word = (int) ((offset - PENDING_BASE) >>> 2);
      return word < WORDS ? Integer.toUnsignedLong(pendingForAny(word)) : 0;
    }
    if (offset < CONTEXT_BASE) {
      int context = (int) (offset - ENABLE_BASE) / ENABLE_STRIDE;
      int word = (int) (offset - ENABLE_BASE) % ENABLE_STRIDE >>> 2;
      return context < enabled.length && word < WORDS
          ? Integer.toUnsignedLong(enabled[context][word])
          : 0;
    }
    int context = (int) (offset - CONTEXT_BASE) / CONTEXT_STRIDE;
    if (context >= threshold.length) {
      return 0;
    }
    return switch ((int) (offset - CONTEXT_BASE) % CONTEXT_STRIDE) {
      case 0 -> threshold[context];
      case 4 -> claim(context);
      default -> 0;
    };
  }

  @Override
  public synchronized void write(long offset, int size, long value) {
    if (size != 4 || (offset & 3) != 0) {
      return;
    }
    if (offset < PENDING_BASE) {
      int source = (int) (offset >>> 2);
      if (source >= 1 && source <= SOURCES) {
        priority[source] = (int) value & MAX_PRIORITY;
      }
    } else if (offset >= CONTEXT_BASE) {
      int context = (int) (offset - CONTEXT_BASE) / CONTEXT_STRIDE;
      if (context < threshold.length) {
        writeContext(context, (int) (offset - CONTEXT_BASE) % CONTEXT_STRIDE, (int) value);
      }
    } else if (offset >= ENABLE_BASE) {
      int context = (int) (offset - ENABLE_BASE) / ENABLE_STRIDE;
      int word = (int) (offset - ENABLE_BASE) % ENABLE_STRIDE >>> 2;
      if (context < enabled.length && word < WORDS) {
        enabled[context][word] = word == 0 ? (int) value & ~1 : (int) value;
      }
    }
    update();
  }

  private void writeContext(int context, int register, int value) {
    if (register == 0) {
      threshold[context] = value & MAX_PRIORITY;
    } else if (register == 4) {
      int source = value;
      if (source >= 1 && source <= SOURCES && (enabled[context][source >>> 5] & 1 << source) != 0) {
        claimed[source >>> 5] &= ~(1 << source);
        pending[source >>> 5] |= level[source >>> 5] & 1 << source;
      }
    }
  }

  @Override
  public synchronized void save(StateWriter out) {
    out.numbers(level).numbers(pending).numbers(claimed).numbers(priority).numbers(threshold);
    for (int[] words : enabled) {
      out.numbers(words);
    }
    for (int source = 1; source <= SOURCES; source++) {
      pulses[source].save(out);
    }
  }

  @Override
  public synchronized void restore(StateReader in) {
    for (int[] numbers : new int[][] {level, pending, claimed, priority, threshold}) {
      in.numbers(numbers);
    }
    for (int[] words : enabled) {
      in.numbers(words);
    }
    for (int source = 1; source <= SOURCES; source++) {
      pulses[source].restore(in);
      showPulses(source);
    }
    // No source 0 is claimed, and no context claims a priority that there is not.
    pending[0] &= ~1;
    for (int[] words : enabled) {
      words[0] &= ~1;
    }
    update();
  }

  private int pendingFor(int context, int word) {
    return pending[word] | (pulsed[context][word] & ~claimed[word]);
  }

  private int pendingForAny(int word) {
    int bits = 0;
    for (int context = 0; context < pulsed.length; context++) {
      bits |= pendingFor(context, word);
    }
    return bits;
  }

  private int claim(int context) {
    int source = best(context, 0);
    if (source != 0) {
      pending[source >>> 5] &= ~(1 << source);
      claimed[source >>> 5] |= 1 << source;
      if ((context & 1) != 0) {
        pulses[source].claim(context >>> 1);
        showPulses(source);
      }
      update();
    }
    return source;
  }

  /**
   * The pending and enabled source of the highest priority above a floor, the lowest number first;
   * or 0.
   */
  private int best(int context, int floor) {
    int best = 0;
    int bestPriority = floor;
    for (int word = 0; word < WORDS; word++) {
      for (int left = pendingFor(context, word) & enabled[context][word];
          left != 0;
          left &= left - 1) {
        int source = word * 32 + Integer.numberOfTrailingZeros(left);
        if (priority[source] > bestPriority) {
          best = source;
          bestPriority = priority[source];
        }
      }
    }
    return best;
  }

  private void update() {
    for (int hart = 0; hart < harts.size(); hart++) {
      int context = 2 * hart + 1;
      harts.get(hart).set(best(context, threshold[context]) != 0);
    }
  }
}
