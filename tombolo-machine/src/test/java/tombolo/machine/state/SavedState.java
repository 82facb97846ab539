// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** The state of a part as bytes, whole or not, for the tests of all parts. */
public final class SavedState {
  private static final int GARBLINGS = 300;

  private SavedState() {}

  /** Saves a part. */
  public static byte[] of(Stateful part) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    part.save(new StateWriter(out));
    return out.toByteArray();
  }

  /** Restores a part, which has to use all bytes. */
  public static void restore(byte[] state, Stateful part) {
    ByteArrayInputStream in = new ByteArrayInputStream(state);
    part.restore(new StateReader(in));
    assertThat(in.available()).as("bytes that were saved and not restored").isZero();
  }

  /**
   * Restores truncated and garbled state. Truncated state is refused by a {@link StateException};
   * garbled state is, too, or taken. Nothing else is thrown, by the part either when it is saved
   * again.
   *
   * @param fresh makes a part that has no state yet
   */
  public static void assertOnlyWholeStateIsTaken(
      byte[] state, Supplier<? extends Stateful> fresh, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < GARBLINGS; i++) {
      byte[] truncated = Arrays.copyOf(state, random.nextInt(state.length));
      assertThatExceptionOfType(StateException.class)
          .as("the first %d of %d bytes", truncated.length, state.length)
          .isThrownBy(() -> restore(truncated, fresh.get()));
    }
    for (int i = 0; i < GARBLINGS; i++) {
      byte[] garbled = state.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        garbled[random.nextInt(garbled.length)] =
            (byte) (random.nextBoolean() ? -1 : random.nextInt());
      }
      Stateful part = fresh.get();
      try {
        part.restore(new StateReader(new ByteArrayInputStream(garbled)));
      } catch (StateException e) {
        assertThat(e).hasMessageStartingWith("saved state");
        continue;
      }
      of(part);
    }
  }
}
