// SPDX-License-Identifier: Apache-2.0
package tombolo.sim.travel;

/**
 * A place in a run: before an instruction of a vCPU, between two steps, or behind the last one. A
 * run that is repeated comes to the same places.
 *
 * @param steps how many steps of the host have begun
 * @param vcpu the vCPU's name; empty between two steps
 * @param retired how many instructions the vCPU has retired
 * @param pc the address of the instruction
 */
record Position(long steps, String vcpu, long retired, long pc) {
  /** Behind the last step of any run. */
  static final Position END = between(Long.MAX_VALUE);

  /** Returns the place behind so many steps. */
  static Position between(long steps) {
    return new Position(steps, "", 0, 0);
  }
}
