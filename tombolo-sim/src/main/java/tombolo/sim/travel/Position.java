// SPDX-License-Identifier: Apache-2.0
package tombolo.sim.travel;

/**
 * A place in a run: before an instruction of a vCPU, between two steps, or behind the last one. A
 * run that is repeated comes to the same places.
 *
 * @param steps how many steps of the host have begun; between two steps, how often the run has
 *     looked whether it goes on
 * @param vcpu the vCPU's name; empty between two steps
 * @param retired how many instructions the vCPU has retired
 * @param pc the address of the instruction
 */
record Position(long steps, String vcpu, long retired, long pc) {
  /** Behind the last step of any run. */
  static final Position END = between(Long.MAX_VALUE);

  /**
   * Returns a place between two steps.
   *
   * @param looks how often the run has looked there whether it goes on, with this time
   */
  static Position between(long looks) {
    return new Position(looks, "", 0, 0);
  }
}
