// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * A generator of pseudo-random numbers whose state is one number, so that it can be saved: Steele,
 * Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014), with the mixing
 * function of Stafford's variant 13. For one thread.
 */
public final class SplitMix implements Stateful {
  private static final long GOLDEN_GAMMA = 0x9e37_79b9_7f4a_7c15L;

  private long state;

  /** Makes a generator whose every number follows from the seed. */
  public SplitMix(long seed) {
    state = seed;
  }

  /** Returns the next 64 bits. */
  public long nextLong() {
    state += GOLDEN_GAMMA;
    long z = (state ^ (state >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return z ^ (z >>> 31);
  }

  /** Returns a number from 0 to bound - 1; the bias of small bounds is below 2^-31. */
  public int nextInt(int bound) {
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  @Override
  public void save(StateWriter out) {
    out.number(state);
  }

  @Override
  public void restore(StateReader in) {
    state = in.int64();
  }
}
