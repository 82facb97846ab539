// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated run depends on besides its topology.
 *
 * @param seed decides every choice of the run
 * @param model what harts see of each other's accesses to shared memory; the schedule then also
 *     changes between them. null: nothing watches these accesses, and schedules change only at
 *     random instructions
 * @param limitNanos virtual time at which the run ends if its VMs have not; Long.MAX_VALUE: never
 * @param failOn patterns of which no line of a console may contain any, besides the topology's own
 * @param fingerprint whether the result has a fingerprint, which takes as long as a short run
 */
public record SimulationOptions(
    long seed,
    @Nullable MemoryModel model,
    long limitNanos,
    List<Pattern> failOn,
    boolean fingerprint) {
  /** Copies the list. */
  public SimulationOptions {
    failOn = List.copyOf(failOn);
  }

  /** Returns options for a run whose accesses nobody watches, without limits. */
  public static SimulationOptions ofSeed(long seed) {
    return new SimulationOptions(seed, null, Long.MAX_VALUE, List.of(), true);
  }

  /** Returns the same options with another seed. */
  public SimulationOptions withSeed(long other) {
    return new SimulationOptions(other, model, limitNanos, failOn, fingerprint);
  }

  /** Returns the same options with another limit of virtual time. */
  public SimulationOptions withLimit(long nanos) {
    return new SimulationOptions(seed, model, nanos, failOn, fingerprint);
  }

  /** Returns the same options for a run of which nobody wants the fingerprint. */
  public SimulationOptions withoutFingerprint() {
    return new SimulationOptions(seed, model, limitNanos, failOn, false);
  }
}
