// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import java.util.Arrays;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The supervisor-level interrupt file of one hart's IMSIC (RISC-V AIA 1.0, chapter 3): which
 * messages have arrived, which of them the hart accepts, and the signal to the hart that says
 * whether it has to look. Identities are 1 to {@link #IDENTITIES}, the lowest first.
 *
 * <p>Thread-safe: one lock guards all of it, so that a message, a claim and the hart's changes of
 * its registers take effect one after the other. Messages come from any thread, also one that holds
 * a device's lock or the APLIC's; nothing is called from here but the signal, which waits for
 * nobody.
 *
 * <p><b>No message is lost.</b> The signal is set under the lock, so it always says what the state
 * says. It is set only when it changes, which is enough: it rises with the first message that the
 * hart accepts, and whoever raises it wakes the hart ({@link HartSignal}); while it is high the
 * hart's SEIP is set, and a hart whose {@code sie} enables it neither waits nor goes on without a
 * trap. It falls only by what the hart does to this file, and then the hart's thread has seen,
 * under the lock, that no accepted message is left. A message that arrives after that finds the
 * signal low and raises it.
 */
public final class InterruptFile implements Stateful {
  /** The largest identity; one less than a multiple of 64. */
  public static final int IDENTITIES = 255;

  // Registers by their number for siselect (section 3.8).
  private static final int DELIVERY = 0x70;
  private static final int THRESHOLD = 0x72;
  private static final int FIRST_PENDING = 0x80;
  private static final int FIRST_ENABLED = 0xc0;
  private static final int LAST = 0xff;

  private static final int WORDS = (IDENTITIES + 1) / Long.SIZE;
  private static final long NO_IDENTITY_ZERO = ~1L;
  private static final int IDENTITY_BITS = 0x7ff;

  private final HartSignal signal;

  // Guarded by this. Bit n of word n / 64 is identity n.
  private final long[] pending = new long[WORDS];
  private final long[] enabled = new long[WORDS];
  private boolean delivery;
  private int threshold;
  private boolean asserted;

  public InterruptFile(HartSignal signal) {
    this.signal = signal;
  }

  /** Takes a message: makes an identity pending. Ignores other numbers. Any thread. */
  public synchronized void receive(int identity) {
    if (identity >= 1 && identity <= IDENTITIES) {
      pending[identity / Long.SIZE] |= 1L << identity;
      update();
    }
  }

  /** Reads stopei: the pending and enabled identity of the highest priority, twice; 0 if none. */
  public synchronized long top() {
    return describe(best());
  }

  /** Writes stopei: returns what {@link #top} does, and takes that identity. */
  public synchronized long claim() {
    int identity = best();
    if (identity != 0) {
      pending[identity / Long.SIZE] &= ~(1L << identity);
      update();
    }
    return describe(identity);
  }

  private static long describe(int identity) {
    return (long) identity << 16 | identity;
  }

  /** Whether a number from 0x70 on is a register's, for harts of 64 bits. */
  public static boolean exists(int register) {
    return register >= DELIVERY
        && register <= LAST
        && (register < FIRST_PENDING || (register & 1) == 0);
  }

  /**
   * Reads a register and changes it, in one step.
   *
   * @param register one that {@link #exists}
   * @param keep the bits that stay; -1 and no bits change nothing
   * @param bits to be set besides
   * @return what it was
   */
  public synchronized long access(int register, long keep, long bits) {
    long old = read(register);
    write(register, (old & keep) | bits);
    update();
    return old;
  }

  private long read(int register) {
    return switch (register) {
      case DELIVERY -> delivery ? 1 : 0;
      case THRESHOLD -> threshold;
      default -> {
        int word = word(register);
        yield word < 0 ? 0 : array(register)[word];
      }
    };
  }

  private void write(int register, long value) {
    switch (register) {
      case DELIVERY -> delivery = (value & 1) != 0;
      case THRESHOLD -> threshold = (int) value & IDENTITY_BITS;
      default -> {
        int word = word(register);
        if (word >= 0) {
          array(register)[word] = word == 0 ? value & NO_IDENTITY_ZERO : value;
        }
      }
    }
  }

  private long[] array(int register) {
    return register < FIRST_ENABLED ? pending : enabled;
  }

  /** The word of its array that a register is, or -1 where there are no identities. */
  private static int word(int register) {
    int word = (register & 0x3f) / 2;
    return register >= FIRST_PENDING && word < WORDS ? word : -1;
  }

  /** Goes back to the state after power-on: nothing pending, nothing enabled. */
  public synchronized void reset() {
    Arrays.fill(pending, 0);
    Arrays.fill(enabled, 0);
    delivery = false;
    threshold = 0;
    asserted = false;
    signal.set(false);
  }

  @Override
  public synchronized void save(StateWriter out) {
    out.numbers(pending).numbers(enabled).flag(delivery).number(threshold);
  }

  @Override
  public synchronized void restore(StateReader in) {
    in.numbers(pending);
    in.numbers(enabled);
    delivery = in.flag();
    threshold = in.int32(0, IDENTITY_BITS);
    if (((pending[0] | enabled[0]) & ~NO_IDENTITY_ZERO) != 0) {
      throw in.wrong("identity 0, which there is not");
    }
    asserted = delivery && best() != 0;
    signal.set(asserted);
  }

  private int best() {
    for (int word = 0; word < WORDS; word++) {
      long ready = pending[word] & enabled[word];
      if (ready != 0) {
        int identity = word * Long.SIZE + Long.numberOfTrailingZeros(ready);
        return threshold == 0 || identity < threshold ? identity : 0;
      }
    }
    return 0;
  }

  private void update() {
    boolean now = delivery && best() != 0;
    if (now != asserted) {
      asserted = now;
      signal.set(now);
    }
  }
}
