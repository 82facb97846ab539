// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.List;

/**
 * In what a run differs from a calm one. Together with topology and seed, this is the run.
 *
 * @param decisions in the order in which they were made
 */
record Plan(List<Decision> decisions) {
  Plan {
    decisions = List.copyOf(decisions);
  }

  /** Returns the decisions of one kind. */
  <T extends Decision> List<T> of(Class<T> kind) {
    return decisions.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
