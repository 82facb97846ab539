// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import tombolo.machine.host.Mishaps;
import tombolo.topology.FaultSpec;

/**
 * Something in which a run differs from a calm one. In a calm run, a worker goes on until it has
 * nothing to do, the next one follows in the order in which they were started, stores are visible
 * at once, loads return the latest value, and there are no faults.
 */
sealed interface Decision {
  /**
   * A worker stops, where a calm run would go on. Perhaps it is the next one itself: what others
   * have sent it reaches a vCPU between two steps.
   *
   * @param task the worker that did the last step, by name; {@code ""} at the beginning
   * @param position where it stopped: instructions that a vCPU has retired, steps of another worker
   * @param visit how many steps have ended there before this one, from 0
   * @param cut whether it could have gone on there
   * @param next the worker that does a step then
   */
  record Switch(String task, long position, int visit, boolean cut, String next)
      implements Decision {}

  /**
   * A store becomes visible late.
   *
   * @param hart which executes it
   * @param store the number of the store, of those by this hart to shared memory
   * @param accesses to shared memory, by all harts, that come before
   */
  record Delay(String hart, long store, long accesses) implements Decision {}

  /**
   * A load returns an older value.
   *
   * @param hart which executes it
   * @param load the number of the load, of those by this hart from shared memory
   * @param versions how many later values there were; at least 1
   */
  record Stale(String hart, long load, int versions) implements Decision {}

  /**
   * A fault comes.
   *
   * @param fault which one
   * @param nanos virtual time at which it comes, unless it comes at an access
   * @param access the number of the access to shared memory, of those by the first vCPU of its VM,
   *     from 0, before which it comes; {@link #AT_A_TIME} if it comes at a time
   * @param lasts how long, in nanoseconds; of no meaning for a VM's death
   */
  record Strike(FaultSpec fault, long nanos, long access, long lasts) implements Decision {
    static final long AT_A_TIME = -1;
  }

  /**
   * Something fails, or comes late.
   *
   * @param kind what
   * @param vm the VM's name
   * @param number of the occasion, of all of that kind for this VM, from 0
   * @param nanos how late; 1 for what does not come late
   */
  record Mishap(Mishaps.Kind kind, String vm, long number, long nanos) implements Decision {}
}
