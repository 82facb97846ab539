// SPDX-License-Identifier: Apache-2.0
package tombolo.sim.travel;

import tombolo.debug.Resumption;
import tombolo.debug.StopEvent;

/** What one run of the simulation is for. */
sealed interface Pass {
  /** To go on under the debugger's eyes. */
  record Forward() implements Pass {}

  /**
   * To come to a place and stop there.
   *
   * @param event what the debugger hears of there
   */
  record Seek(Position place, StopEvent event) implements Pass {}

  /**
   * To find the latest stop before a place.
   *
   * @param end the place
   * @param how which stops count
   * @param retired what the vCPU that is stepped has retired at the end; 0 if none is
   */
  record Scan(Position end, Resumption.Backward how, long retired) implements Pass {}

  /** A stop that a scan has found. */
  record Found(Position place, StopEvent event) {}
}
