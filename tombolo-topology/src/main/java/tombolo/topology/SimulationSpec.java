// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a topology says of its simulated runs.
 *
 * @param faults that may come
 * @param failOn a line of a console that contains one of these is a failure
 */
public record SimulationSpec(List<FaultSpec> faults, List<Pattern> failOn) {
  /** Nothing. */
  public static final SimulationSpec NONE = new SimulationSpec(List.of(), List.of());

  /** Copies the lists. */
  public SimulationSpec {
    faults = List.copyOf(faults);
    failOn = List.copyOf(failOn);
  }
}
