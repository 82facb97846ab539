// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ivc.ModelRun.Kind;
import tombolo.ivc.ModelRun.Step;

/**
 * Random sequences of operations by four VMs and a host endpoint, with deaths, moving windows and
 * failures in between, each compared after each step with {@link ChannelModel}. {@code
 * -Dtombolo.sequences=} says how many, {@code -Dtombolo.seed=} which is the first.
 */
@DisplayName("Channels agree with a model")
final class ChannelModelTest {
  private static final int SEQUENCES = Integer.getInteger("tombolo.sequences", 10_000);
  private static final long FIRST_SEED = Long.getLong("tombolo.seed", 1);

  /** The more often a kind is here, the more often it is done. */
  private static final List<Kind> KINDS = kinds();

  /** For every fourth sequence: rings come often enough for tokens to run out. */
  private static final List<Kind> BELLS =
      List.of(
          Kind.PUBLISH,
          Kind.SUBSCRIBE,
          Kind.SUBSCRIBE,
          Kind.SUBSCRIBE,
          Kind.LEAVE,
          Kind.RING,
          Kind.RING,
          Kind.RING,
          Kind.RING,
          Kind.TAKE_BELL,
          Kind.TAKE_BELL,
          Kind.TAKE_BELL,
          Kind.TAKE_BELL,
          Kind.ADVANCE);

  /** Held, or its level would be forgotten. Refusals are what these sequences are made of. */
  private static final Logger LOG = Logger.getLogger(Refusals.class.getName());

  @BeforeAll
  static void quiet() {
    LOG.setLevel(Level.WARNING);
  }

  @AfterAll
  static void asBefore() {
    LOG.setLevel(null);
  }

  private static List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
    kinds.remove(Kind.RESTORE);
    for (int i = 0; i < 5; i++) {
      kinds.add(Kind.PUBLISH);
      kinds.add(Kind.SUBSCRIBE);
      kinds.add(Kind.SUBSCRIBE);
      kinds.add(Kind.RING);
    }
    kinds.addAll(
        List.of(Kind.LEAVE, Kind.LEAVE, Kind.RING, Kind.WRITE, Kind.WRITE, Kind.NEXT_EVENT));
    return kinds;
  }

  private static List<Step> sequence(long seed) {
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    boolean bells = seed % 4 == 0;
    List<Kind> kinds = bells ? BELLS : KINDS;
    // Some of both sorts, because it takes as long as a hundred other steps.
    boolean restores = seed % 8 < 2;
    int length = 40 + random.nextInt(41);
    for (int i = 0; i < length; i++) {
      boolean restore = restores && random.nextInt(20) == 0;
      Kind kind = restore ? Kind.RESTORE : kinds.get(random.nextInt(kinds.size()));
      // Few, so that they meet.
      int few = bells ? 2 : 1 << 16;
      int many = bells && kind != Kind.ADVANCE ? 2 : 1 << 16;
      steps.add(
          new Step(
              kind,
              random.nextInt(few),
              random.nextInt(many),
              random.nextInt(few),
              bells ? 1 + random.nextInt(2) : random.nextInt(few)));
    }
    return steps;
  }

  /** What goes wrong, and how many steps it takes; null if nothing does. */
  private record Failure(int steps, Throwable cause) {}

  @SuppressWarnings("MustBeClosedChecker")
  private static @Nullable Failure failure(List<Step> steps) {
    int done = 0;
    ModelRun run = new ModelRun();
    try {
      for (Step step : steps) {
        done++;
        run.step(step);
      }
      run.end();
      return null;
    } catch (RuntimeException | AssertionError e) {
      return new Failure(done, e);
    } finally {
      run.close();
    }
  }

  @Test
  void inEveryRandomSequence() {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEQUENCES; seed++) {
      List<Step> steps = sequence(seed);
      Failure failure = failure(steps);
      if (failure != null) {
        throw shortest(seed, steps.subList(0, failure.steps), failure);
      }
    }
  }

  /** Leaves out one step after the other, as long as it still fails. */
  private static AssertionError shortest(long seed, List<Step> failing, Failure found) {
    List<Step> steps = new ArrayList<>(failing);
    Failure failure = found;
    for (int i = steps.size() - 1; i >= 0; i--) {
      List<Step> fewer = new ArrayList<>(steps);
      fewer.remove(i);
      Failure still = failure(fewer);
      if (still != null) {
        steps = new ArrayList<>(fewer.subList(0, still.steps));
        failure = still;
        i = Math.min(i, steps.size());
      }
    }
    StringBuilder text = new StringBuilder("seed %d, %d steps:".formatted(seed, steps.size()));
    steps.forEach(step -> text.append("\n  ").append(step));
    return new AssertionError(text + "\n" + failure.cause, failure.cause);
  }
}
